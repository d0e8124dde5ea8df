from django.apps import AppConfig


class PortabilityConfig(AppConfig):
    name = "anliegen.oversight.portability"
    label = "portability"
