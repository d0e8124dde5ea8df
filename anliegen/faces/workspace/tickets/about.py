"""What the context pane shows besides: fetched when it comes into view, so that a ticket opens as quickly as before."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers.sheet import Sheet
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import concessions, heard
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.records.accounts.permissions import may


@asks("ticket.read")
@require_safe
def about(request: HttpRequest, number: int) -> HttpResponse:
    """What speaks out of it, what the customer told us, last contacts, and what was given."""
    ticket, agent = ticket_for(agent_of(request), number), agent_of(request)
    sheet = Sheet(ticket.person, agent, ticket) if may(agent, "customer.read") else None
    context: dict[str, Any] = {"ticket": ticket, "sheet": sheet, "given": concessions.Given(ticket, agent)}
    context["heard"] = heard.Heard(ticket, agent)
    return page(request, "workspace/ticket/about_parts.html", context)
