"""Mounts the faces."""

from django.conf import settings
from django.urls import include, path

from anliegen.faces.workspace import outbox

urlpatterns = [
    path("workspace/", include("anliegen.faces.workspace.urls")),
    path("api/v1/", include("anliegen.faces.api.urls")),
    path("", include("anliegen.faces.api.urls_root")),
    path("dev/mail", outbox.mails, name="dev-mail"),
    path("dev/mail/<str:name>", outbox.mail, name="dev-mail-one"),
    *([path("dev/ui/", include("anliegen.faces.ui.urls"))] if settings.DEBUG or settings.ANLIEGEN_DEMO else []),
    path("", include("anliegen.faces.portal.urls")),
]

# Errors in the portal's look, with the way to a person; below /workspace/ and /api/ in the house's own.
handler400 = "anliegen.faces.portal.errors.bad_request"
handler403 = "anliegen.faces.portal.errors.forbidden"
handler404 = "anliegen.faces.portal.errors.not_found"
handler500 = "anliegen.faces.portal.errors.server_error"
