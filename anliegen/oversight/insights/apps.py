from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "anliegen.oversight.insights"
    label = "insights"
