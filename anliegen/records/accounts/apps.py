from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "anliegen.records.accounts"
    label = "accounts"
