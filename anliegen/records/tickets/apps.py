from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "anliegen.records.tickets"
    label = "tickets"
