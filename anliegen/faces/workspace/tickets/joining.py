"""Joining two concerns, parting them again, splitting one off, and saying that two do not belong together."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.ground import clock
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket


@asks("ticket.change")
@require_POST
def join(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Carry the newer of the two on in the older one, from whichever of them it was asked."""
    older, newer = sorted((number, other))
    ticket, into = _both(request, newer, older)
    try:
        into = actions.join(ticket, into, actor=actor_of(request), at=clock.now())
    except actions.CannotJoin:
        return redirect("workspace:ticket", number)  # somebody was quicker; the page shows what they did
    return redirect("workspace:ticket", into.pk)


@asks("ticket.change")
@require_POST
def part(request: HttpRequest, number: int) -> HttpResponse:
    """Take a joining back."""
    ticket = _ticket(request, number)
    if ticket.joined_into_id is not None:
        _ticket(request, ticket.joined_into_id)  # what goes back is taken from there
    actions.part(ticket, actor=actor_of(request), at=clock.now())
    return redirect("workspace:ticket", number)


@asks("ticket.change")
@require_POST
def split(request: HttpRequest, message: int) -> HttpResponse:
    """Make a message a concern of its own."""
    found = get_object_or_404(Message.objects.filter(direction="in"), pk=message)
    ticket = _ticket(request, found.ticket_id)
    try:
        new = actions.split_off(found, actor=actor_of(request), at=clock.now())
    except actions.CannotSplit:
        return redirect("workspace:ticket", ticket.pk)
    return redirect("workspace:ticket", new.pk)


@asks("ticket.change")
@require_POST
def apart(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Say that these two do not belong together."""
    ticket, away = _both(request, number, other)
    actions.unlink(ticket, away, actor=actor_of(request), at=clock.now())
    return redirect("workspace:ticket", number)


def _both(request: HttpRequest, number: int, other: int) -> tuple[Ticket, Ticket]:
    if number == other:
        raise Http404
    return _ticket(request, number), _ticket(request, other)


def _ticket(request: HttpRequest, number: int) -> Ticket:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    return ticket
