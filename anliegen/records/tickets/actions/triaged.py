"""The sorting is over: what waits for it may go on, and what fits nowhere is listed until somebody gives it a place."""

from datetime import datetime

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets import verbs
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
