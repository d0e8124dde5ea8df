"""Two letters that nobody likes to write: it takes longer than promised, and "no"."""

from datetime import datetime
from typing import cast

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.promise import NotOwed, refresh, reset_due
from anliegen.records.tickets.actions.reply import reply
from anliegen.records.tickets.content import Answer, Declined
from anliegen.records.tickets.models import Message, Promise, Refusal, Ticket


def tell_of_delay(
    promise: Promise,
    answer: Answer,
    *,
    due_at: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
    status: str = "open",
    expected_version: int | None = None,
) -> Message:
    """Write to the customer that it takes until `due_at`, and why: from now on that is promised.

    Taking the answer back brings the old time back. Raises what `reply` and `move` raise.
    """
    actor.insist_on_a_person()
    with unit():
        ticket = Ticket.objects.get(pk=promise.ticket_id)
        message = reply(ticket, answer, actor=actor, at=at, status=status, expected_version=expected_version)
        promise = held(Promise, promise.pk)
        if not promise.is_owed or promise.ticket_id != ticket.pk:
            raise NotOwed
        ticket = message.ticket
        before, promise.told_at, promise.told_in = promise.due_at, at, message
        reset_due(ticket, promise, due_at, reason, at)
        promise.due_before = before
        promise.save()
        record(verbs.PROMISE_TOLD, ticket, actor=actor, at=at, promise=ref(promise), message=ref(message))
        refresh(ticket)
    return message


def decline(
    ticket: Ticket,
    answer: Answer,
    declined: Declined,
    *,
    actor: Actor,
    at: datetime,
    status: str = "waiting_customer",
    expected_version: int | None = None,
) -> Refusal:
    """Say no, in a letter that carries all that belongs to it. Raises what `reply` raises."""
    actor.insist_on_a_person()
    with unit():
        message = reply(ticket, answer, actor=actor, at=at, status=status, expected_version=expected_version)
        decided_by = cast(int, actor.pk)  # only people decline
        responsible = message.ticket.responsible_id or decided_by
        refusal = Refusal.objects.create(
            message=message,
            decided_by_id=decided_by,
            responsible_id=responsible,
            decided_at=at,
            **vars(declined),
        )
        record(
            verbs.REQUEST_DECLINED,
            message.ticket,
            actor=actor,
            at=at,
            refusal=ref(refusal),
            message=ref(message),
            scope=declined.scope,
            responsible=f"agent:{responsible}",
        )
    return refusal
