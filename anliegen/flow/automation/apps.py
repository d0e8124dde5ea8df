from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "anliegen.flow.automation"
    label = "automation"
