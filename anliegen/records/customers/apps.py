from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "anliegen.records.customers"
    label = "customers"
