from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "anliegen.faces.api"
    label = "api"
