from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "anliegen.records.knowledge"
    label = "knowledge"
