from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "anliegen.ground.search"
    label = "search"
