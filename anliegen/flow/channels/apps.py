from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "anliegen.flow.channels"
    label = "channels"
