from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "anliegen.faces.portal"
    label = "portal"
