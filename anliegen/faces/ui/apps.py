from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "anliegen.faces.ui"
    label = "ui"
