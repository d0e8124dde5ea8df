"""An answer with a chosen time: another time, or now."""

from datetime import datetime, timedelta

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import touch
from anliegen.records.tickets.actions.promise import say_again
from anliegen.records.tickets.models import Message, Ticket


class InThePast(Exception):
    """The chosen time has passed already."""


def reschedule(message: Message, *, send_at: datetime, actor: Actor, at: datetime) -> Message:
    """Choose another time for an answer that waits for its time, or was stopped. Raises InThePast.

    Whoever does so knows what the customer wrote until now. Does nothing to one that is leaving or has left.
    """
    if send_at <= at:
        raise InThePast
    return _leave_at(message, send_at, actor, at)


def send_now(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Let it leave as soon as it can no longer be undone."""
    actor.insist_on_a_person()
    return _leave_at(message, at + timedelta(seconds=the_operator().undo_seconds), actor, at)


def _leave_at(message: Message, send_at: datetime, actor: Actor, at: datetime) -> Message:
    with unit():
        message = held(Message, message.pk)
        if message.state not in ("queued", "stopped") or message.send_at is None or message.leaving_at is not None:
            return message
        message.state, message.send_at, message.written_at = "queued", send_at, at
        message.save(update_fields=["state", "send_at", "written_at"])
        ticket = held(Ticket, message.ticket_id)
        say_again(ticket, message, actor, at)
        touch(ticket, at)
        record(verbs.MESSAGE_RESCHEDULED, ticket, actor=actor, at=at, message=ref(message))
    return message
