from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "anliegen.faces.realtime"
    label = "realtime"
