"""The operator's words go out: queued here, sent by a reader of `message.queued`. This room never calls a channel."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import drafts
from anliegen.records.tickets.actions.change import JoinedElsewhere, expect, set_status, touch, unanswered_since
from anliegen.records.tickets.actions.promise import make_all, unsay
from anliegen.records.tickets.actions.receive import attach
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import SPOKEN, Answer, Written
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
    written: Written | None = None,
) -> Message:
    """Queue an agent's answer. Whoever answers an unassigned ticket takes it on.

    `status` is what the ticket becomes; for an answer with a chosen time, when it has left. `written` is the draft that
    it was, which goes with this very transaction: sent from two devices, it leaves once. Its writer stays the author,
    whoever sends it. Raises NothingSaid, NoWayToAnswer, JoinedElsewhere, what `drafts.take` raises, Changed when
    `expected_version` is no longer the ticket's, or OtherRecipients when the answer names none itself and would go to
    other addresses than `expected_to`.
    """
    actor.insist_on_a_person()
    if not answer.text.strip() and not answer.files:
        raise NothingSaid
    with unit():
        ticket = _asked_for(ticket, expected_version)
        if expected_to is not None and not answer.to:
            answer = replace(answer, to=_as_expected(ticket, expected_to))
        later = {"send_at": answer.send_at, "status_after": status} if answer.send_at else {}
        message = queue(ticket, answer, later | _author(written, answer, ticket, actor), actor, at)
        take_on(ticket, actor, at)
        if not later:
            count_answer(ticket, at)
            set_status(ticket, status, actor=actor, at=at)
        touch(ticket, at, "last_message_at", *ANSWERED)
    return message


def forward(
    ticket: Ticket,
    answer: Answer,
    *,
    actor: Actor,
    at: datetime,
    status: str = "",
    expected_version: int | None = None,
    written: Written | None = None,
) -> Message:
    """Pass on what was said to somebody else. It answers nobody: whoever waits for an answer still does.

    Without a status the ticket keeps its own. Raises as `reply`.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = _asked_for(ticket, expected_version)
        if not answer.to:
            raise NoWayToAnswer
        named = replace(answer, channel="email", is_forward=True, subject=answer.subject or forward_subject(ticket))
        message = queue(ticket, named, _author(written, named, ticket, actor), actor, at)
        record(verbs.MESSAGE_FORWARDED, ticket, actor=actor, at=at, message=ref(message))
        if status:
            set_status(ticket, status, actor=actor, at=at)
        touch(ticket, at, "waiting_since")
    return message


def _asked_for(ticket: Ticket, expected_version: int | None) -> Ticket:
    """The ticket, locked, if it may still be written below it."""
    ticket = held(Ticket, ticket.pk, "brand", "mailbox")
    expect(ticket, expected_version)
    if ticket.joined_into_id is not None:
        raise JoinedElsewhere(ticket.joined_into_id)
    return ticket


def _author(written: Written | None, answer: Answer, ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """Who wrote it, who looked at it: whoever sends the draft of another has looked at it, and whoever approved it has
    where it goes out as it was approved."""
    if written is None:
        return {"agent_id": actor.pk, "model": answer.model}
    draft = drafts.take(written, ticket, actor=actor)
    is_approved = draft.review == "approved" and drafts.is_as_approved(draft, answer, ticket)
    approved_by = draft.reviewed_by_id if is_approved else None
    reviewer = actor.pk if actor.pk != draft.agent_id else approved_by
    model, proposals = draft.model or answer.model, draft.proposals
    return {"agent_id": draft.agent_id, "reviewed_by_id": reviewer, "model": model, "proposals": proposals}


def acknowledge(ticket: Ticket, answer: Answer, *, rule: str, actor: Actor, at: datetime) -> Message:
    """Queue a message that a rule wrote. It answers nothing, so waiting time and status stay."""
    with unit():
        ticket = held(Ticket, ticket.pk, "brand", "mailbox")
        message = queue(ticket, answer, {"rule": rule}, actor, at)
        touch(ticket, at)
    return message


def cancel(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Undo sending while it has not left the house; afterwards nothing happens, and the message's state says so.

    While its last byte is on the way it is too late, although nobody knows yet whether it was taken.
    """
    with unit():
        message = held(Message, message.pk, "ticket")
        if message.state not in ("queued", "stopped") or message.leaving_at is not None:
            return message
        message.state = "cancelled"
        message.save(update_fields=["state"])
        ticket = held(Ticket, message.ticket_id)
        if message.agent_id is not None:
            drafts.bring_back(message, at=at)
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
        reply_text=answer.said,
        html=answer.html,
        is_forward=answer.is_forward,
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
    """The ticket's subject with its number, so that a reply that lost its headers still finds home.

    Always at the end: of several numbers in a subject the last is read as ours.
    """
    subject = ticket.subject or _("Your concern")
    tag = f"[#{ticket.pk}]"
    return subject if subject.endswith(tag) else f"Re: {subject[:380]} {tag}"


def forward_subject(ticket: Ticket) -> str:
    """As mail programs write it, with the number, so that what comes back finds home."""
    subject, tag = ticket.subject or _("Your concern"), f"[#{ticket.pk}]"
    return f"{_('Fwd:')} {subject[:380]}" + ("" if subject.endswith(tag) else f" {tag}")


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
    restore_status(ticket, f"agent:{message.agent_id}", message.created_at, actor=actor, at=at)
    if message.is_forward:
        return
    answers = Message.objects.filter(ticket=ticket, direction="out", agent__isnull=False, is_forward=False)
    said = answers.exclude(state="cancelled")
    if ticket.first_answered_at == message.created_at and not said.exists():
        ticket.first_answered_at = None
    if since := unanswered_since(ticket):
        ticket.waiting_since = since
        if ticket.status in ("waiting_customer", "resolved", "closed"):
            set_status(ticket, "open", actor=actor, at=at)


def restore_status(ticket: Ticket, by: str, since: datetime, *, actor: Actor, at: datetime) -> None:
    """Give the ticket the status of before what they did then, unless somebody has set another one since."""
    told = Event.objects.filter(subject=ref(ticket), verb__in=STATUS_VERBS).order_by("-id")
    newest = told.first()
    if newest is None or (newest.at, newest.actor) != (since, by):
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
