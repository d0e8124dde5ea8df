"""Following a concern, and ending that a colleague was brought in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions


@asks("ticket.read")
@require_POST
def follow(request: HttpRequest, number: int) -> HttpResponse:
    """Follow it, or with `stop` no longer."""
    agent = agent_of(request)
    ticket = ticket_for(agent, number)
    act = actions.unfollow if "stop" in request.POST else actions.follow
    act(ticket, agent, actor=actor_of(request), at=clock.now())
    return acted(request, ticket)


@asks("ticket.assign")
@require_POST
def let_out(request: HttpRequest, number: int, agent: int) -> HttpResponse:
    """The colleague who was brought in no longer takes part."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.assign", ticket)
    actions.let_out(ticket, get_object_or_404(Agent, pk=agent), actor=actor_of(request), at=clock.now())
    return acted(request, ticket)
