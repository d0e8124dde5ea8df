"""The sorting is over: what waits for it may go on, and what fits nowhere is listed until somebody gives it a place."""

from datetime import datetime

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.models import Ticket


def triaged(ticket: Ticket, *, decision: str | None, fits_none: bool, actor: Actor, at: datetime) -> Ticket:
    """Say that the ticket was looked at. `decision` is a reference; `fits_none`: no place was found for it.

    The caller has the ticket under lock.
    """
    with unit():
        if fits_none and not ticket.topic:
            ticket.unplaced_since = at
            rows.update(ticket, "unplaced_since")
        record(verbs.TICKET_TRIAGED, ticket, actor=actor, at=at, decision=decision)
    return ticket


def placed(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Somebody has looked at what fits no category, and it stays without a topic: it is listed no more.

    Raises NeedsAPerson.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if ticket.unplaced_since is None:
            return ticket
        ticket.unplaced_since = None
        touch(ticket, at, "unplaced_since")
        record(verbs.TICKET_PLACED, ticket, actor=actor, at=at)
    return ticket
