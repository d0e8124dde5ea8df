"""The operator's words go out: queued here, sent by a reader of `message.queued`. This room never calls a channel."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import JoinedElsewhere, expect, set_status, touch, unanswered_since
from anliegen.records.tickets.actions.promise import make_all, unsay
from anliegen.records.tickets.actions.receive import attach
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import SPOKEN, Answer
from anliegen.records.tickets.models import DONE, Message, Ticket, as_recipients

# What a ticket saves when an answer counts.
ANSWERED = ("first_answered_at", "waiting_since", "assignee", "responsible")
STATUS_VERBS = [
    verb.name for verb in (verbs.STATUS_CHANGED, verbs.TICKET_RESOLVED, verbs.TICKET_CLOSED, verbs.TICKET_REOPENED)
]


class NothingSaid(Exception):
    """A reply or note without words or files."""


class NoWayToAnswer(Exception):
    """The person has no address on this channel."""


class OtherRecipients(Exception):
    """The answer would go to others than those whom its writer saw; `to` are (name, address)."""

    def __init__(self, to: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.to = to


def reply(
    ticket: Ticket,
    answer: Answer,
    *,
    actor: Actor,
    at: datetime,
    status: str = "waiting_customer",
    expected_version: int | None = None,
    expected_to: Sequence[str] | None = None,
) -> Message:
    """Queue an agent's answer. Whoever answers an unassigned ticket takes it on.

    `status` is what the ticket becomes; for an answer with a chosen time, when it has left. Raises NothingSaid,
    NoWayToAnswer, JoinedElsewhere, Changed when `expected_version` is no longer the ticket's, or OtherRecipients when
    the answer names none itself and would go to other addresses than `expected_to`.
    """
    if not answer.text.strip() and not answer.files:
        raise NothingSaid
    with unit():
        locked = Ticket.objects.select_for_update(of=("self",)).select_related("brand", "mailbox")
        ticket = locked.get(pk=ticket.pk)
        expect(ticket, expected_version)
        if ticket.joined_into_id is not None:
            raise JoinedElsewhere(ticket.joined_into_id)
        if expected_to is not None and not answer.to:
            answer = replace(answer, to=_as_expected(ticket, expected_to))
        later = {"send_at": answer.send_at, "status_after": status} if answer.send_at else {}
        message = queue(ticket, answer, {"agent_id": actor.pk, **later}, actor, at)
        take_on(ticket, actor, at)
        if not later:
            count_answer(ticket, at)
            set_status(ticket, status, actor=actor, at=at)
        touch(ticket, at, "last_message_at", *ANSWERED)
    return message


def acknowledge(ticket: Ticket, answer: Answer, *, rule: str, actor: Actor, at: datetime) -> Message:
    """Queue a message that a rule wrote. It answers nothing, so waiting time and status stay."""
    with unit():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        message = queue(ticket, answer, {"rule": rule}, actor, at)
        touch(ticket, at)
    return message


def cancel(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Undo sending while it has not left the house; afterwards nothing happens, and the message's state says so.

    While its last byte is on the way it is too late, although nobody knows yet whether it was taken.
    """
    with unit():
        message = Message.objects.select_for_update(of=("self",)).select_related("ticket").get(pk=message.pk)
        if message.state not in ("queued", "stopped") or message.leaving_at is not None:
            return message
        message.state = "cancelled"
        message.save(update_fields=["state"])
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=message.ticket_id)
        if message.send_at is None:  # what was to leave later has answered nothing yet
            _unanswer(ticket, message, actor, at)
        unsay(ticket, message, "taken_back", actor, at)
        touch(ticket, at, "waiting_since", "first_answered_at")
        record(verbs.MESSAGE_CANCELLED, ticket, actor=actor, at=at, message=ref(message))
    return message


def recipients_of(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """(name, address) of the people an answer goes to: whoever wrote the message that is answered."""
    return addressees_of(ticket).to


def _as_expected(ticket: Ticket, expected: Sequence[str]) -> tuple[tuple[str, str], ...]:
    to = recipients_of(ticket)
    if {fold_address("email", address) for _name, address in to} != {fold_address("email", one) for one in expected}:
        raise OtherRecipients(to)
    return to


def queue(ticket: Ticket, answer: Answer, author: dict[str, Any], actor: Actor, at: datetime) -> Message:
    """Write the message down, to be sent by whoever reads `message.queued`. The caller holds the ticket."""
    channel = answer.channel or (ticket.channel if ticket.channel in SPOKEN else "email")
    to = answer.to or recipients_of(ticket)
    if channel == "email" and not to:
        raise NoWayToAnswer
    message = Message.objects.create(
        ticket=ticket,
        direction="out",
        channel=channel,
        state="queued",
        from_name=ticket.brand.name,
        from_address=ticket.mailbox.address if ticket.mailbox else ticket.brand.email,
        to=as_recipients(list(to)),
        cc=as_recipients(list(answer.cc)),
        subject=(answer.subject or reply_subject(ticket))[:400],
        text=answer.text,
        html=answer.html,
        language=ticket.language,
        rfc_message_id=new_message_id(ticket) if channel == "email" else "",
        written_at=at,
        created_at=at,
        **author,
    )
    attach(message, answer.files)
    make_all(ticket, message, answer.promises, actor, at)
    ticket.last_message_at = max(ticket.last_message_at, at)  # a clock may be set back
    record(verbs.MESSAGE_QUEUED, ticket, actor=actor, at=at, message=ref(message))
    return message


def new_message_id(ticket: Ticket) -> str:
    """Our own Message-ID, without angle brackets. It cannot be guessed: whoever quotes it has got our mail.

    It names no number: not everybody who writes into a concern is told which one it is.
    """
    domain = ticket.brand.email.rpartition("@")[2]
    return f"{secrets.token_hex(16)}@{domain}"


def reply_subject(ticket: Ticket) -> str:
    """The ticket's subject with its number, so that a reply that lost its headers still finds home."""
    subject = ticket.subject or _("Your concern")
    tag = f"[#{ticket.pk}]"
    return subject if tag in subject else f"Re: {subject[:380]} {tag}"


def take_on(ticket: Ticket, actor: Actor, at: datetime) -> None:
    """Whoever answers what belongs to nobody takes it on."""
    if ticket.assignee_id is None and actor.kind == "agent":
        record(verbs.TICKET_ASSIGNED, ticket, actor=actor, at=at, to=actor.ref, was=None)
        ticket.assignee_id = actor.pk
    ticket.responsible_id = ticket.responsible_id or ticket.assignee_id


def count_answer(ticket: Ticket, at: datetime) -> None:
    """The customer has been answered and waits no longer."""
    ticket.waiting_since = None
    ticket.first_answered_at = ticket.first_answered_at or max(at, ticket.created_at)


def _unanswer(ticket: Ticket, message: Message, actor: Actor, at: datetime) -> None:
    """Take back what queueing this answer had counted."""
    if message.agent_id is None:
        return
    _restore_status(ticket, message, actor, at)
    said = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False).exclude(state="cancelled")
    if ticket.first_answered_at == message.created_at and not said.exists():
        ticket.first_answered_at = None
    if since := unanswered_since(ticket):
        ticket.waiting_since = since
        if ticket.status in ("waiting_customer", "resolved", "closed"):
            set_status(ticket, "open", actor=actor, at=at)


def _restore_status(ticket: Ticket, message: Message, actor: Actor, at: datetime) -> None:
    """Give the ticket the status of before this answer, unless somebody has set another one since."""
    told = Event.objects.filter(subject=ref(ticket), verb__in=STATUS_VERBS).order_by("-id")
    newest = told.first()
    if newest is None or (newest.at, newest.actor) != (message.created_at, f"agent:{message.agent_id}"):
        return
    was = newest.data["was"]
    set_status(ticket, "open" if was == "new" else was, actor=actor, at=at)  # no longer new: somebody took it on
    if was in DONE:
        # The resolution of before, not a second one: the customer is asked about each only once.
        earlier = told.filter(id__lt=newest.id)
        ticket.resolved_at = _first_of_the_resolution(earlier) or at
        ticket.closed_at = _latest(earlier, verbs.TICKET_CLOSED) or at if was == "closed" else None


def _first_of_the_resolution(told: "QuerySet[Event]") -> datetime | None:
    began = told.filter(verb__in=(verbs.TICKET_RESOLVED.name, verbs.TICKET_CLOSED.name)).exclude(data__was__in=DONE)
    return began.values_list("at", flat=True).first()


def _latest(told: "QuerySet[Event]", verb: Verb) -> datetime | None:
    return told.filter(verb=verb.name).values_list("at", flat=True).first()
