from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "anliegen.flow.automation.rules"
    label = "rules"
