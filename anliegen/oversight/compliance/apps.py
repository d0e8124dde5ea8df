from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "anliegen.oversight.compliance"
    label = "compliance"
