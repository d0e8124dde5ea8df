from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "anliegen.ground.journal"
    label = "journal"
