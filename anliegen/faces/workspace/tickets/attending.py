"""Saying that one is writing. Where a page is open its stream says so by itself; typing is what the page tells."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of, insist
from anliegen.faces.workspace.tickets.page import ticket_seen_by
from anliegen.ground import clock
from anliegen.records.tickets import actions, presence

LONGEST_TAB = 20


@asks("ticket.reply")
@require_POST
def writing(request: HttpRequest, number: int) -> HttpResponse:
    """An answer is being typed in this tab, or no longer (`still=0`). Holds nobody off."""
    agent = agent_of(request)
    ticket = ticket_seen_by(agent, number)
    insist(request, "ticket.reply", ticket)
    still = request.POST.get("still") != "0"
    presence.writes(ticket, agent, tab=request.POST.get("tab", "")[:LONGEST_TAB], still=still)
    if still:
        actions.claim(ticket, agent, at=clock.now())
    else:
        actions.unclaim(ticket, agent)
    return HttpResponse(status=204)
