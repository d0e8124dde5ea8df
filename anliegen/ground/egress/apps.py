from django.apps import AppConfig


class EgressConfig(AppConfig):
    name = "anliegen.ground.egress"
    label = "egress"
