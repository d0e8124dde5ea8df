"""A ticket is put aside until a moment, and comes back: at its time, when the customer writes, or when it must."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from anliegen.ground import rows
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions import resting
from anliegen.records.tickets.actions.change import expect, touch
from anliegen.records.tickets.actions.later import InThePast
from anliegen.records.tickets.models import Snooze, Ticket

LEAD = timedelta(hours=1)  # so long before a promise or deadline it comes back, so that it can still be kept
LONGEST_REASON = 200


class NotOpen(Exception):
    """Only what is open can be put aside."""


def snooze(
    ticket: Ticket,
    *,
    until: datetime,
    reason: str = "",
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
    answers: int | None = None,
) -> Ticket:
    """Put it aside until a moment; one that is put aside already gets the new moment and reason.

    The actor is an agent; for a rule it is put aside in the name of the agent who `answers` for it.
    Raises InThePast, NotOpen, or Changed when `expected_version` is no longer the ticket's.
    """
    agent = actor.pk or answers
    if agent is None:
        raise ValueError("only a person puts a ticket aside")
    if until <= at:
        raise InThePast
    reason = " ".join(reason.split())[:LONGEST_REASON]
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        expect(ticket, expected_version)
        if not ticket.is_open:
            raise NotOpen
        if (ticket.snoozed_until, ticket.snooze_reason) == (until, reason):
            return ticket
        resting.close(ticket, why="again", at=at)
        row = Snooze.objects.create(ticket=ticket, agent_id=agent, until=until, reason=reason, created_at=at)
        ticket.snoozed_until, ticket.snoozed_by_id, ticket.snooze_reason = until, agent, reason
        touch(ticket, at)
        said = f"{until:%Y-%m-%dT%H:%MZ}"
        record(verbs.TICKET_SNOOZED, ticket, actor=actor, at=at, snooze=ref(row), until=said)
    return ticket


def wake(ticket: Ticket, *, why: str = "agent", actor: Actor, at: datetime) -> Ticket:
    """Take it back. Does nothing when it is not put aside. `why` is one of `resting.COMES_BACK`."""
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if resting.end(ticket, why=why, actor=actor, at=at):
            touch(ticket, at)
    return ticket


def due_to_wake(at: datetime) -> "QuerySet[Snooze]":
    """What is put aside and must come back by now: its time has come, or a promise or deadline is near.

    Only one that was still ahead when the ticket was put aside: whoever did so knew of the others.
    """
    come = Q(ticket__snoozed_until__lte=at)
    return Snooze.objects.filter(ended_at=None).filter(come | _is_near("promised_for", at) | _is_near("due_at", at))


def without_row(at: datetime) -> "QuerySet[Ticket]":
    """What an old export put aside without a row of its own, and whose time has come."""
    rows = Snooze.objects.filter(ticket=OuterRef("pk"), ended_at=None)
    return Ticket.objects.open().filter(~Exists(rows), snoozed_until__lte=at)


def wake_due(snooze: Snooze, *, at: datetime) -> None:
    """Take it back if it is still due when its ticket is held."""
    with unit():
        rows.locked(Ticket.objects.all(), snooze.ticket_id)
        row = due_to_wake(at).select_related("ticket").filter(pk=snooze.pk).first()
        if row is not None:
            wake(row.ticket, why=_why(row.ticket, at), actor=SYSTEM, at=at)


def _why(ticket: Ticket, at: datetime) -> str:
    if ticket.snoozed_until is not None and ticket.snoozed_until <= at:
        return "due"
    return "promise" if ticket.promised_for is not None and ticket.promised_for <= at + LEAD else "target"


def _is_near(column: str, at: datetime) -> Q:
    name, put_aside = f"ticket__{column}", F("created_at")
    # Put aside within the lead, it comes back when the moment itself has come.
    in_time = Q(**{f"{name}__lte": at + LEAD, f"{name}__gt": put_aside + LEAD})
    return in_time | Q(**{f"{name}__lte": at, f"{name}__gt": put_aside})
