"""Mounts the faces."""

from django.urls import include, path

urlpatterns = [
    path("workspace/", include("anliegen.faces.workspace.urls")),
    path("api/v1/", include("anliegen.faces.api.urls")),
    path("", include("anliegen.faces.portal.urls")),
]
