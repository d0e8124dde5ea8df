from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "anliegen.oversight.measurement"
    label = "measurement"
