"""Pinning a ticket to the agent's own rail."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.tickets.page import anew, ticket_for
from anliegen.ground import clock
from anliegen.records.tickets import actions


@asks("ticket.read")
@require_POST
def pin(request: HttpRequest, number: int) -> HttpResponse:
    """Lay a ticket out on the own desk, or take it away."""
    agent, ticket = agent_of(request), ticket_for(agent_of(request), number)
    do = actions.unpin if request.POST.get("pinned") == "no" else actions.pin
    refused = ""
    try:
        do(ticket, agent=agent, actor=actor_of(request), at=clock.now())
    except actions.TooManyPins:
        refused = _("There is room for 20 pinned concerns. Take one of them away first.")
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, number, refused)
    return page(request, "workspace/list/pinned.html", {"ticket": ticket, "refused": refused, "pinned_now": True})
