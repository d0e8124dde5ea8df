"""What becomes of an answer that was written: another time, now, once more, to another address, or left as it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.faces.workspace.tickets.recipients import AddressesField, named
from anliegen.ground import clock
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket


class LaterForm(forms.Form):
    """Another time for an answer."""

    send_at = forms.DateTimeField()


class AgainForm(forms.Form):
    """To whom an answer is sent again."""

    to = AddressesField(required=True, max_length=2000)
    cc = AddressesField(required=False, max_length=2000)


@asks("ticket.reply")
@require_POST
def later(request: HttpRequest, message: int) -> HttpResponse:
    """Choose another time."""
    found, ticket = _found(request, message)
    form = LaterForm(request.POST)
    if not form.is_valid():
        return acted(request, ticket, conflict=_("Please give a date and a time."))
    try:
        changed = actions.reschedule(found, send_at=form.cleaned_data["send_at"], **_who(request))
    except actions.InThePast:
        return acted(request, ticket, conflict=_("This time has passed already."))
    return acted(request, ticket, conflict=_too_late(changed, "queued"))


@asks("ticket.reply")
@require_POST
def now(request: HttpRequest, message: int) -> HttpResponse:
    """Send it now; it can still be undone for some seconds."""
    found, ticket = _found(request, message)
    return acted(request, ticket, conflict=_too_late(actions.send_now(found, **_who(request)), "queued"))


@asks("ticket.reply")
@require_POST
def again(request: HttpRequest, message: int) -> HttpResponse:
    """Send it again, perhaps to a corrected address."""
    found, ticket = _found(request, message)
    form = AgainForm(request.POST)
    if not form.is_valid():
        return acted(request, ticket, conflict=" ".join(str(one) for errors in form.errors.values() for one in errors))
    to = named(form.cleaned_data["to"], found)
    cc = named(form.cleaned_data["cc"], found)
    return _unless_seen_to(request, ticket, lambda: actions.send_again(found, to=to, cc=cc, **_who(request)))


@asks("ticket.reply")
@require_POST
def once_more(request: HttpRequest, message: int) -> HttpResponse:
    """Send the very same mail once more, although it may have left."""
    found, ticket = _found(request, message)
    return _unless_seen_to(request, ticket, lambda: actions.try_again(found, **_who(request)))


@asks("ticket.reply")
@require_POST
def settle(request: HttpRequest, message: int) -> HttpResponse:
    """Leave it as it is."""
    found, ticket = _found(request, message)
    return _unless_seen_to(request, ticket, lambda: actions.settle(found, **_who(request)))


def _found(request: HttpRequest, message: int) -> tuple[Message, Ticket]:
    found = get_object_or_404(Message.objects.filter(direction="out"), pk=message)
    ticket = ticket_for(agent_of(request), found.ticket_id)
    insist(request, "ticket.reply", ticket)
    return found, ticket


def _who(request: HttpRequest) -> dict[str, Any]:
    at: datetime = clock.now()
    return {"actor": actor_of(request), "at": at}


def _unless_seen_to(request: HttpRequest, ticket: Ticket, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except actions.NotTroubled:
        return acted(request, ticket, conflict=_("Somebody has seen to this answer already."))
    return acted(request, ticket)


def _too_late(message: Message, wanted: str) -> str:
    return "" if message.state == wanted and message.leaving_at is None else _("It was too late: the answer has left.")
