"""A message leaves the house: who sends it says here how far it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import set_status, touch
from anliegen.records.tickets.actions.promise import unsay
from anliegen.records.tickets.actions.reply import ANSWERED, count_answer
from anliegen.records.tickets.models import NOT_HEARD, Message, Ticket

# A report may overtake the worker that sent the mail: what is known to be further along is not set back.
FURTHER = {
    "sent": ("delivered", "bounced"),
    "delivered": ("bounced",),
    "maybe_sent": ("sent", "delivered", "bounced", "failed"),
    "stopped": ("sent", "delivered", "bounced", "failed", "maybe_sent"),
}


class TakenBack(Exception):
    """It was taken back, or stopped, before its last byte left."""


def let_go(message: Message, *, at: datetime) -> None:
    """Its last byte leaves now: from here on it cannot be taken back. Raises TakenBack.

    Says nothing to the journal: what becomes of it does.
    """
    with unit():
        message = held(Message, message.pk)
        if message.state not in ("queued", "sent"):  # sent already: the rest of its recipients
            raise TakenBack
        Message.objects.filter(pk=message.pk).update(leaving_at=at)


def came_back(message: Message) -> None:
    """The server said no to what was leaving: it is still here, for sure."""
    Message.objects.filter(pk=message.pk).update(leaving_at=None)


def mark_sent(message: Message, *, actor: Actor, at: datetime) -> Message:
    """The mail server took it over."""
    return _mark(message, "sent", verbs.MESSAGE_SENT, actor, at)


def mark_delivered(message: Message, *, actor: Actor, at: datetime) -> Message:
    """It reached a recipient: their server or mail program says so, or a person said it to them."""
    return _mark(message, "delivered", verbs.MESSAGE_DELIVERED, actor, at)


def mark_failed(
    message: Message, *, reason: str, unreached: Sequence[dict[str, str]] = (), actor: Actor, at: datetime
) -> Message:
    """It will not be tried again; `reason` is a code such as `5.1.1`. The ticket waits for us again."""
    return _mark(message, "failed", verbs.MESSAGE_FAILED, actor, at, unreached, reason=reason)


def mark_bounced(
    message: Message, *, reason: str, unreached: Sequence[dict[str, str]] = (), actor: Actor, at: datetime
) -> Message:
    """It came back from these, each {"address", "reason", "said"}; from all when there are none.

    `reason` is a code such as `5.1.1`. When nobody is left who has it the ticket waits for us again.
    """
    with unit():
        message = held(Message, message.pk)
        known = {_folded(one): one for one in message.unreached}
        new = [one for one in unreached if _folded(one) not in known]
        if unreached and not new:
            return message
        # Whom somebody has seen to already is not named again.
        together = [*(() if message.settled_at else known.values()), *new]
        if new and message.state not in ("cancelled", *NOT_HEARD) and _is_with_others(message, together):
            return mark_unreached(message, together, reason=reason, actor=actor, at=at)
        return _mark(message, "bounced", verbs.MESSAGE_BOUNCED, actor, at, together, reason=reason)


def mark_delayed(message: Message, *, reason: str, actor: Actor, at: datetime) -> Message:
    """A server on the way keeps trying; said once for each message."""
    with unit():
        message = held(Message, message.pk)
        ticket = held(Ticket, message.ticket_id)
        told = Event.objects.filter(subject=ref(ticket), verb=verbs.MESSAGE_DELAYED.name, data__message=ref(message))
        if message.state != "sent" or told.exists():
            return message
        touch(ticket, at)
        record(verbs.MESSAGE_DELAYED, ticket, actor=actor, at=at, message=ref(message), reason=reason)
    return message


def mark_maybe_sent(message: Message, *, actor: Actor, at: datetime) -> Message:
    """We were cut off before the server's answer: a person decides whether it is sent again."""
    return _mark(message, "maybe_sent", verbs.MESSAGE_MAYBE_SENT, actor, at)


def stop(message: Message, *, actor: Actor, at: datetime) -> Message:
    """It was to leave at a chosen time, and the customer wrote first: a person looks at it again.

    Does nothing once its last byte is leaving.
    """
    with unit():
        message = held(Message, message.pk)
        if message.state != "queued" or message.leaving_at is not None:
            return message
        return _mark(message, "stopped", verbs.MESSAGE_STOPPED, actor, at)


def mark_unreached(
    message: Message, unreached: Sequence[dict[str, str]], *, reason: str = "", actor: Actor, at: datetime
) -> Message:
    """It left for some; these others, each {"address", "reason"}, will not get it. `reason`: the newest of theirs."""
    with unit():
        message = held(Message, message.pk)
        if message.unreached == list(unreached):
            return message
        message.unreached, message.leaving_at = list(unreached), None
        message.settled_at, message.settled_by = None, None
        message.save(update_fields=["unreached", "leaving_at", "settled_at", "settled_by"])
        ticket = held(Ticket, message.ticket_id)
        touch(ticket, at)
        reason = reason or unreached[0]["reason"]
        record(verbs.MESSAGE_UNREACHED, ticket, actor=actor, at=at, message=ref(message), reason=reason)
    return message


def _is_with_others(message: Message, unreached: Sequence[dict[str, str]]) -> bool:
    everybody = {_folded(one) for one in (*message.to, *message.cc)}
    return bool(everybody - {_folded(one) for one in unreached})


def _folded(one: dict[str, str]) -> str:
    return fold_address("email", one["address"])


def _mark(
    message: Message,
    state: str,
    verb: Verb,
    actor: Actor,
    at: datetime,
    unreached: Sequence[dict[str, str]] = (),
    **told: Any,
) -> Message:
    with unit():
        message = held(Message, message.pk, "ticket")
        if message.state in (state, "cancelled", *FURTHER.get(state, ())):
            return message
        message.state, message.leaving_at = state, None
        message.unreached = list(unreached) or message.unreached
        if state in ("sent", "delivered", "bounced"):
            message.sent_at = message.sent_at or at
        if state == "bounced":  # whoever saw to it before took it for sent
            message.settled_at, message.settled_by = None, None
        message.save(update_fields=["state", "sent_at", "leaving_at", "unreached", "settled_at", "settled_by"])
        ticket = held(Ticket, message.ticket_id)
        _tell(ticket, message, actor, at)
        if state in NOT_HEARD:
            unsay(ticket, message, "stopped" if state == "stopped" else "unreached", actor, at)
        touch(ticket, at, *ANSWERED)
        record(verb, ticket, actor=actor, at=at, message=ref(message), **told)
    return message


def _tell(ticket: Ticket, message: Message, actor: Actor, at: datetime) -> None:
    """What it means for the ticket: answered at last, or not heard."""
    if message.agent_id is None:
        return
    if message.is_forward:
        return
    if message.state in ("failed", "bounced"):
        ticket.waiting_since = ticket.waiting_since or at
        if ticket.status == "waiting_customer":
            set_status(ticket, "open", actor=actor, at=at)
    elif message.status_after and message.state in ("sent", "delivered"):
        count_answer(ticket, at)
        if ticket.is_open:  # what others finished meanwhile stays so
            set_status(ticket, message.status_after, actor=Actor.agent(message.agent_id), at=at)
        Message.objects.filter(pk=message.pk).update(status_after="")
