"""How it ends that a ticket is put aside. Whoever changes a ticket says `end`, holds it under lock, and saves it."""

from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.record import record, ref
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Snooze, Ticket

COLUMNS = ("snoozed_until", "snoozed_by", "snooze_reason")
COMES_BACK = ("due", "customer", "promise", "target", "agent")  # the others end with the work on it


def end(ticket: Ticket, *, why: str, actor: Actor, at: datetime) -> bool:
    """Take the locked row back from where it was put aside, with its event. False when it was not."""
    if ticket.snoozed_until is None:
        return False
    agent, row = ticket.snoozed_by_id, close(ticket, why=why, at=at)
    ticket.snoozed_until, ticket.snoozed_by, ticket.snooze_reason = None, None, ""
    if why in COMES_BACK:
        record(verbs.TICKET_WOKEN, ticket, actor=actor, at=at, snooze=row, agent=f"agent:{agent}", why=why)
    else:
        record(verbs.SNOOZE_ENDED, ticket, actor=actor, at=at, snooze=row, why=why)
    return True


def close(ticket: Ticket, *, why: str, at: datetime) -> str | None:
    """End the open row and return its reference. A ticket of an old export may have none."""
    row = Snooze.objects.filter(ticket=ticket, ended_at=None).first()
    if row is None:
        return None
    row.ended_at, row.ended_why = at, why
    row.save(update_fields=["ended_at", "ended_why"])
    return ref(row)
