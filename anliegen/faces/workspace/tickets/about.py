"""What the context pane shows besides: fetched when it comes into view, so that a ticket opens as quickly as before."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers.sheet import Sheet
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import concessions, heard
from anliegen.faces.workspace.tickets.in_turn import in_turn
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import clock
from anliegen.records.accounts.permissions import may


@asks("ticket.read")
@require_safe
def about(request: HttpRequest, number: int) -> HttpResponse:
    """What speaks out of it, what the customer told us, the last contacts, who is perhaps the same person, what was
    given, and when its turn comes."""
    ticket, agent = ticket_for(agent_of(request), number), agent_of(request)
    sheet = Sheet(ticket.person, agent, ticket) if may(agent, "customer.read") else None
    turn = in_turn(ticket, clock.now())
    context: dict[str, Any] = {"ticket": ticket, "sheet": sheet, "in_turn": turn}
    context |= {"given": concessions.Given(ticket, agent), "heard": heard.Heard(ticket, agent)}
    return page(request, "workspace/ticket/about_parts.html", context)
