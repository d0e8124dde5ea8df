"""The agent's own part of the rail, fetched anew."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks


@asks("ticket.read")
@require_safe
def rail(request: HttpRequest) -> HttpResponse:
    """Saved views with how many wait in each."""
    return page(request, "workspace/list/rail.html", {})
