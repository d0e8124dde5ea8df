from django.apps import AppConfig


class AssistConfig(AppConfig):
    name = "anliegen.flow.assist"
    label = "assist"
