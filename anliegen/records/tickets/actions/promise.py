"""Promises: made, kept, moved, withdrawn, broken, given to somebody else; and what a letter's fate means for them.

Each holds the ticket locked and keeps `Ticket.promised_for`, so that lists need to look at no promise.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db.models import Min

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import JoinedElsewhere, touch
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Message, Promise, Ticket
from anliegen.records.tickets.promising import marks_of


class NotOwed(Exception):
    """It is settled already, so nothing can be done with it any more."""


class DueInThePast(Exception):
    """A promise needs a time that is still to come."""


class NoReason(Exception):
    """Whoever moves, withdraws or breaks a promise says why: the customer reads it."""


def promise(ticket: Ticket, promised: Promised, *, actor: Actor, at: datetime) -> Promise:
    """Make a promise by hand, as on the telephone. Raises DueInThePast, JoinedElsewhere."""
    actor.insist_on_a_person()
    with unit():
        ticket = _locked(ticket.pk)
        if ticket.joined_into_id is not None:
            raise JoinedElsewhere(ticket.joined_into_id)
        if promised.due_at <= at:
            raise DueInThePast
        made = _make(ticket, promised, None, actor, at)
        _settle(ticket, at)
    return made


def make_all(ticket: Ticket, message: Message, promised: Sequence[Promised], actor: Actor, at: datetime) -> None:
    """Make the promises of an answer. The caller holds the ticket and saves it."""
    for one in promised:
        if one.due_at > at:
            _make(ticket, one, message, actor, at)
    if promised:
        refresh(ticket)


def keep(promise: Promise, *, actor: Actor, at: datetime) -> Promise:
    """It was done: in time, or late. Raises NotOwed."""
    with unit():
        ticket, promise = _owed(promise)
        is_late = promise.state == "broken" or at > promise.due_at
        _end(promise, "late" if is_late else "kept", actor, at)
        record(verbs.PROMISE_LATE if is_late else verbs.PROMISE_KEPT, ticket, actor=actor, at=at, promise=ref(promise))
        _settle(ticket, at)
    return promise


def move(promise: Promise, *, due_at: datetime, reason: str, actor: Actor, at: datetime) -> Promise:
    """Give it another time. The customer reads why. Raises NotOwed, DueInThePast, NoReason."""
    actor.insist_on_a_person()
    with unit():
        ticket, promise = _owed(promise)
        reset_due(ticket, promise, due_at, reason, at)
        promise.save()
        record(verbs.PROMISE_MOVED, ticket, actor=actor, at=at, promise=ref(promise))
        _settle(ticket, at)
    return promise


def reset_due(ticket: Ticket, promise: Promise, due_at: datetime, reason: str, at: datetime) -> None:
    """Set the new time on the locked row; the caller saves. One that was broken is owed again, by the new time."""
    if due_at <= at:
        raise DueInThePast
    if not reason.strip():
        raise NoReason
    promise.due_at, promise.reason = due_at, reason.strip()[:1000]
    promise.state, promise.broken_at = "open", None
    _wind_up(ticket, promise, at)


def withdraw(promise: Promise, *, reason: str, actor: Actor, at: datetime) -> Promise:
    """It is not to be done any more; the customer reads why. Raises NotOwed, NoReason."""
    actor.insist_on_a_person()
    if not reason.strip():
        raise NoReason
    with unit():
        ticket, promise = _owed(promise)
        promise.reason = reason.strip()[:1000]
        _withdraw(ticket, promise, "decided", actor, at)
        _settle(ticket, at)
    return promise


def break_off(promise: Promise, *, reason: str, actor: Actor, at: datetime) -> Promise:
    """A person says that it was not kept and will not be; the customer reads why. Raises NotOwed, NoReason."""
    actor.insist_on_a_person()
    if not reason.strip():
        raise NoReason
    with unit():
        ticket, promise = _owed(promise)
        was_broken = promise.state == "broken"
        promise.reason, promise.broken_at = reason.strip()[:1000], promise.broken_at or at
        _end(promise, "broken", actor, at)
        if not was_broken:
            record(verbs.PROMISE_BROKEN, ticket, actor=actor, at=at, promise=ref(promise), to=_answerable(ticket))
        record(verbs.PROMISE_GIVEN_UP, ticket, actor=actor, at=at, promise=ref(promise))
        _settle(ticket, at)
    return promise


def hand_over(promise: Promise, *, to: Agent | Team, actor: Actor, at: datetime) -> Promise:
    """Somebody else, or a team, sees to it from now on. Says nothing when it is theirs already. Raises NotOwed."""
    with unit():
        ticket, promise = _owed(promise)
        was = promise.owner_ref
        if was == ref(to):
            return promise
        promise.agent = to if isinstance(to, Agent) else None
        promise.team = to if isinstance(to, Team) else None
        promise.save(update_fields=["agent", "team"])
        record(verbs.PROMISE_GIVEN, ticket, actor=actor, at=at, promise=ref(promise), to=ref(to), was=was)
        touch(ticket, at)
    return promise


def strike(promise: Promise, *, actor: Actor, at: datetime) -> Promise:
    """The clock: say what is to be said of an open promise by now, each once.

    What was missed while nothing ran is not said after it: a promise whose time has passed is broken, no more.
    """
    with unit():
        ticket = _locked(promise.ticket_id)
        promise = held(Promise, promise.pk)
        if promise.clock_at is None or promise.clock_at > at or promise.ticket_id != ticket.pk:
            return promise
        named = {"promise": ref(promise), "to": promise.owner_ref}
        if promise.due_at <= at:
            promise.state, promise.stage, promise.broken_at = "broken", "broken", promise.due_at
            record(verbs.PROMISE_BROKEN, ticket, actor=actor, at=at, **named | {"to": _answerable(ticket)})
        elif promise.risk_at <= at:
            promise.stage = "at_risk"
            record(verbs.PROMISE_AT_RISK, ticket, actor=actor, at=at, **named | {"to": _answerable(ticket)})
        else:
            promise.stage = "due_soon"
            record(verbs.PROMISE_DUE_SOON, ticket, actor=actor, at=at, **named)
        promise.clock_at = promise.next_clock()
        promise.save(update_fields=["state", "stage", "broken_at", "clock_at"])
        _settle(ticket, at)
    return promise


def mend(promise: Promise, *, actor: Actor, at: datetime) -> Promise:
    """A clock that was ahead has broken it before its time: it is owed as before."""
    with unit():
        ticket, promise = _owed(promise)
        if promise.state == "broken" and promise.due_at > at:
            promise.state, promise.broken_at = "open", None
            _wind_up(ticket, promise, at)
            promise.save()
            record(verbs.PROMISE_MENDED, ticket, actor=actor, at=at, promise=ref(promise))
            _settle(ticket, at)
    return promise


def unsay(ticket: Ticket, message: Message, because: str, actor: Actor, at: datetime) -> None:
    """The customer never reads this answer: what it promised is withdrawn, what it moved is due as before.

    The caller holds the ticket and saves it. `because` is one of WITHDRAWN_BECAUSE.
    """
    made = Promise.objects.owed().filter(message=message).select_for_update(of=("self",)).order_by("pk")
    moved = Promise.objects.filter(told_in=message).select_for_update(of=("self",)).order_by("pk")
    changed = [_withdraw(ticket, one, because, actor, at) for one in made]
    changed += [_move_back(ticket, one, actor, at) for one in moved]
    if changed:
        refresh(ticket)


def say_again(ticket: Ticket, message: Message, actor: Actor, at: datetime, *, instead: Message | None = None) -> None:
    """The answer goes out after all, or another one with the same words: its promises hold again.

    The caller holds the ticket and saves it.
    """
    asleep = Promise.objects.filter(message=message, state="withdrawn").exclude(withdrawn_because="decided")
    woken = list(asleep.select_for_update(of=("self",)).order_by("pk"))
    for one in woken:
        one.message = instead or message
        one.state, one.withdrawn_because, one.settled_at, one.settled_by = "open", "", None, None
        _wind_up(ticket, one, at)
        one.save()
        record(verbs.PROMISE_RENEWED, ticket, actor=actor, at=at, promise=ref(one))
    if woken:
        refresh(ticket)


def refresh(ticket: Ticket) -> None:
    """Keep the earliest promise that is owed on the ticket, for lists and its head. The caller holds the ticket."""
    earliest = Promise.objects.owed().filter(ticket=ticket).aggregate(first=Min("due_at"))["first"]
    if ticket.promised_for != earliest:
        ticket.promised_for = earliest
        Ticket.objects.filter(pk=ticket.pk).update(promised_for=earliest)


def _make(ticket: Ticket, promised: Promised, message: Message | None, actor: Actor, at: datetime) -> Promise:
    made = Promise(
        ticket=ticket,
        message=message,
        words=promised.words.strip()[:500],
        agent=promised.owner if isinstance(promised.owner, Agent) else None,
        team=promised.owner if isinstance(promised.owner, Team) else None,
        due_at=promised.due_at,
        first_due_at=promised.due_at,
        made_at=at,
        made_by_id=cast(int, actor.pk),  # only people promise
    )
    _wind_up(ticket, made, at)
    made.save()
    record(verbs.PROMISE_MADE, ticket, actor=actor, at=at, promise=ref(made), to=made.owner_ref)
    return made


def _wind_up(ticket: Ticket, promise: Promise, at: datetime) -> None:
    """Set the clock for its time, from now on."""
    marks = marks_of(at, promise.due_at, hours.of_team(promise.team or ticket.team))
    promise.remind_at, promise.risk_at = min(marks.remind_at, promise.due_at), min(marks.risk_at, promise.due_at)
    promise.stage = ""
    promise.clock_at = promise.next_clock()


def _end(promise: Promise, state: str, actor: Actor, at: datetime) -> None:
    promise.state, promise.settled_at, promise.settled_by_id, promise.clock_at = state, at, actor.pk, None
    if state == "kept":
        promise.broken_at = None
    promise.save(update_fields=["state", "settled_at", "settled_by", "broken_at", "clock_at", "reason"])


def _withdraw(ticket: Ticket, promise: Promise, because: str, actor: Actor, at: datetime) -> Promise:
    who = actor.pk if actor.kind == "agent" else None
    promise.state, promise.withdrawn_because, promise.clock_at = "withdrawn", because, None
    promise.settled_at, promise.settled_by_id, promise.broken_at = at, who, None
    promise.save()
    record(verbs.PROMISE_WITHDRAWN, ticket, actor=actor, at=at, promise=ref(promise), because=because)
    return promise


def _move_back(ticket: Ticket, promise: Promise, actor: Actor, at: datetime) -> Promise:
    """The answer that said when it is due instead was never read, so what was said before counts."""
    promise.told_at, promise.told_in, promise.reason = None, None, ""
    promise.due_at, promise.due_before = promise.due_before or promise.due_at, None
    if promise.state == "open":
        _wind_up(ticket, promise, at)
        record(verbs.PROMISE_MOVED_BACK, ticket, actor=actor, at=at, promise=ref(promise))
    promise.save()
    return promise


def _answerable(ticket: Ticket) -> str | None:
    """Who hears of a promise that is not kept: the team's lead, else who answers for the ticket."""
    lead = ticket.team.lead_id if ticket.team is not None else None
    who = lead or ticket.responsible_id or ticket.assignee_id
    return f"agent:{who}" if who else None


def _locked(pk: int) -> Ticket:
    return held(Ticket, pk, "team")


def _owed(promise: Promise) -> tuple[Ticket, Promise]:
    """Ticket and promise, locked in this order. Raises NotOwed."""
    ticket = _locked(promise.ticket_id)
    fresh = held(Promise, promise.pk, "agent", "team")
    if not fresh.is_owed:
        raise NotOwed
    # Between the two its ticket may have been joined with another.
    return (ticket, fresh) if fresh.ticket_id == ticket.pk else _owed(fresh)


def _settle(ticket: Ticket, at: datetime) -> None:
    refresh(ticket)
    touch(ticket, at)
