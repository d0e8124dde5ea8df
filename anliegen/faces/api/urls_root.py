"""What machines ask for outside the API: is it well, and how much is there."""

from django.urls import path

from anliegen.faces.api.health import healthz
from anliegen.faces.api.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
