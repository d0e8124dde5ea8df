from django.apps import AppConfig


class MacrosConfig(AppConfig):
    name = "anliegen.flow.macros"
    label = "macros"
