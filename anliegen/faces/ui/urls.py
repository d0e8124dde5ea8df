"""The style guide. Mounted at /dev/ui/ in a demo or while developing, nowhere else."""

from django.urls import path

from anliegen.faces.ui import styleguide

app_name = "ui"
urlpatterns = [
    path("", styleguide.components, name="guide"),
    path("workspace/", styleguide.workspace, name="guide-workspace"),
    path("portal/", styleguide.portal, name="guide-portal"),
    path("plain/", styleguide.plain, name="guide-plain"),
    path("error/<int:status>/", styleguide.error, name="guide-error"),
]
