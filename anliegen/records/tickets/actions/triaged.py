"""The sorting is over: what waits for it may go on, and what has no place is listed until somebody gives it one."""

from datetime import datetime

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.models import Ticket


class NobodyHasIt(Exception):
    """Neither a team nor a person has it: it stays listed until one of them does."""


def triaged(ticket: Ticket, *, decision: str | None, fits_none: bool, actor: Actor, at: datetime) -> Ticket:
    """Say that the ticket was looked at. `decision` is a reference; `fits_none`: no category was found for it.

    What nobody has is listed as without a place, whether or not its topic is known. The caller has it under lock.
    """
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)  # as it is now: the decision may have moved it
        if ticket.is_nobodys or (fits_none and not ticket.topic):
            ticket.unplaced_since = at
            rows.update(ticket, "unplaced_since")
        record(verbs.TICKET_TRIAGED, ticket, actor=actor, at=at, decision=decision)
    return ticket


def placed(ticket: Ticket, *, actor: Actor, at: datetime) -> Ticket:
    """Somebody has looked at what fits no category, and it stays without a topic: it is listed no more.

    Raises NeedsAPerson, and NobodyHasIt while neither a team nor a person has it.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if ticket.unplaced_since is None:
            return ticket
        if ticket.is_nobodys:
            raise NobodyHasIt
        ticket.unplaced_since = None
        touch(ticket, at)
        record(verbs.TICKET_PLACED, ticket, actor=actor, at=at)
    return ticket
