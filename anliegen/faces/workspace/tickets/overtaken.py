"""Sending what somebody wrote: it goes out unless others did something meanwhile, and once however often it is sent."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.tickets import news
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket

ATTEMPTS = 5  # at getting in between others' changes that do not concern the answer
T = TypeVar("T")


def send_unless_overtaken(
    request: HttpRequest,
    ticket: Ticket,
    answer: Answer,
    *,
    version: int,
    seen: int,
    send: Callable[[int], T],
    sent: Callable[[Message], T],
) -> T | None:
    """What `send` gives for a version of the ticket; None when something happened that the writer has not seen.

    `sent`: what it gave before, where this very form was sent already: a button pressed twice sends one answer.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return send(version)
        except actions.Changed as changed:
            if not request.POST.get("draft"):  # a draft is sent once by itself, and says so
                before = sent_before(ticket, answer, seen=seen, writer=agent_of(request))
                if before is not None:
                    return sent(before)
            if news.news_since(ticket, seen, agent_of(request)):
                return None
            version = changed.version  # only what machines did, or what the writer did elsewhere
    return None


def sent_before(ticket: Ticket, answer: Answer, *, seen: int, writer: Agent) -> Message | None:
    """The same words and files to the same people, sent by their writer after the form was drawn: it was sent twice."""
    queued = Event.objects.filter(
        subject=f"ticket:{ticket.pk}", verb="message.queued", actor=f"agent:{writer.pk}", id__gt=seen
    )
    keys = [pk_of(data["message"]) for data in queued.values_list("data", flat=True)]
    same = Message.objects.filter(pk__in=keys, text=answer.text).exclude(state="cancelled").select_related("ticket")
    return next((one for one in same if _goes_alike(one, answer)), None) if keys else None


def _goes_alike(message: Message, answer: Answer) -> bool:
    to = {fold_address("email", address) for _name, address in answer.to}
    files = set(message.attachments.values_list("sha256", flat=True))
    is_to_them = not to or to == {fold_address("email", one["address"]) for one in message.to}
    return is_to_them and files == {file.sha256 for file in answer.files}


def newest_event(ticket: Ticket) -> int:
    """What a form that is drawn now has seen."""
    newest = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("-id").values_list("id", flat=True).first()
    return newest or 0
