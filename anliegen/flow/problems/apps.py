from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    name = "anliegen.flow.problems"
    label = "problems"
