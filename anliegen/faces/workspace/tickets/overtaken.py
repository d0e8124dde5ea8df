"""Sending what somebody wrote in a form of its own: it goes out unless others did something meanwhile."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import news
from anliegen.ground.journal.models import Event
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

ATTEMPTS = 5  # at getting in between others' changes that do not concern the answer
T = TypeVar("T")


def send_unless_overtaken(
    request: HttpRequest, ticket: Ticket, *, version: int, seen: int, send: Callable[[int], T]
) -> T | None:
    """What `send` gives for a version of the ticket; None when something happened that the writer has not seen."""
    for _attempt in range(ATTEMPTS):
        try:
            return send(version)
        except actions.Changed as changed:
            if news.news_since(ticket, seen, agent_of(request)):
                return None
            version = changed.version  # only what machines did, or what the writer did elsewhere
    return None


def newest_event(ticket: Ticket) -> int:
    """What a form that is drawn now has seen."""
    newest = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("-id").values_list("id", flat=True).first()
    return newest or 0
