"""Saying that tickets have to do with each other, and taking that back; problems and what they have caused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from anliegen.ground import rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import together, unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.join import locked
from anliegen.records.tickets.models import LINK_KINDS, Link, Problem, Ticket

LINKING = 0x6C696E6B  # the advisory lock of those who make a part of something, so that no circle closes unseen
KINDS = tuple(kind for kind, _word in LINK_KINDS)
MOST = 200  # tickets attached in one go


class CannotLink(Exception):
    """`why`: itself, joined, circle, other_problem (has another cause) or is_problem (a problem has no cause)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class LinkEffect:
    """What linking does: whether anything is new, and whether the other one becomes a problem by it."""

    is_new: bool
    makes_problem: bool = False


def foresee_link(ticket: Ticket, other: Ticket, *, kind: str) -> LinkEffect:
    """What `link` would do with the same arguments. Writes nothing. Raises CannotLink."""
    ticket, other, kind = _in_order(ticket, other, kind)
    if ticket.pk == other.pk:
        raise CannotLink("itself")
    if kind != "maybe" and (ticket.joined_into_id is not None or other.joined_into_id is not None):
        raise CannotLink("joined")
    if Link.objects.filter(ticket=ticket, other=other, kind=kind).exists():
        return LinkEffect(is_new=False)
    if kind == "parent" and ticket.pk in _above(other.pk):
        raise CannotLink("circle")
    if kind != "problem":
        return LinkEffect(is_new=True)
    if Problem.objects.filter(ticket=ticket).exists() or _has_cause(other):
        raise CannotLink("is_problem")
    if _has_cause(ticket):
        raise CannotLink("other_problem")
    return LinkEffect(is_new=True, makes_problem=not Problem.objects.filter(ticket=other).exists())


def link(ticket: Ticket, other: Ticket, *, kind: str, actor: Actor, at: datetime) -> Link:
    """Say that two tickets have to do with each other, as `ticket` says it of `other`; `child` is `parent` said by the
    other one. Does nothing when that was said. A cause becomes a problem by it. Raises CannotLink."""
    with unit():
        if kind == "maybe":
            return _suggest(ticket, other, actor, at)
        both = locked(ticket.pk, other.pk)
        if kind in ("parent", "child"):
            _take_turns()
        ticket, other, kind = _in_order(both.get(ticket.pk, ticket), both.get(other.pk, other), kind)
        effect = foresee_link(ticket, other, kind=kind)
        if not effect.is_new:
            return Link.objects.get(ticket=ticket, other=other, kind=kind)
        if effect.makes_problem:
            _declare(other, actor, at)
        row = Link.objects.create(ticket=ticket, other=other, kind=kind, created_at=at)
        record(verbs.TICKETS_LINKED, ticket, actor=actor, at=at, other=ref(other), kind=kind)
    return row


def _suggest(ticket: Ticket, other: Ticket, actor: Actor, at: datetime) -> Link:
    """Without a lock: it changes neither of them, and mail that comes in waits for nobody."""
    row, is_new = Link.objects.get_or_create(ticket=ticket, other=other, kind="maybe", defaults={"created_at": at})
    if is_new:
        record(verbs.TICKETS_LINKED, ticket, actor=actor, at=at, other=ref(other), kind="maybe")
    return row


def remove_link(row: Link, *, actor: Actor, at: datetime) -> None:
    """Take a link away; `link` brings it back. Does nothing when it is gone already."""
    with unit():
        locked(row.ticket_id, row.other_id)
        if Link.objects.filter(pk=row.pk).delete()[0]:
            other = f"ticket:{row.other_id}"
            record(verbs.LINK_REMOVED, f"ticket:{row.ticket_id}", actor=actor, at=at, other=other, kind=row.kind)


def unlink(ticket: Ticket, other: Ticket, *, actor: Actor, at: datetime) -> None:
    """Say that two tickets that perhaps belonged together do not. Does nothing when nobody said so."""
    with unit():
        either = Q(ticket=ticket, other=other) | Q(ticket=other, other=ticket)
        if Link.objects.filter(either, kind="maybe").delete()[0]:
            record(verbs.TICKETS_UNLINKED, ticket, actor=actor, at=at, other=ref(other))


def declare_problem(ticket: Ticket, *, actor: Actor, at: datetime) -> Problem:
    """Say that this is the cause of others. Does nothing when that was said. Raises CannotLink."""
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        known = Problem.objects.filter(ticket=ticket).first()
        if known is not None:
            return known
        if ticket.joined_into_id is not None:
            raise CannotLink("joined")
        if _has_cause(ticket):
            raise CannotLink("is_problem")
        return _declare(ticket, actor, at)


def withdraw_problem(ticket: Ticket, *, actor: Actor, at: datetime) -> bool:
    """Say that it is none after all. False while something hangs on it, or when nobody said so."""
    with unit():
        ticket = rows.locked(Ticket.objects.all(), ticket.pk)
        if Link.objects.filter(other=ticket, kind="problem").exists():
            return False
        if not Problem.objects.filter(ticket=ticket).delete()[0]:
            return False
        record(verbs.PROBLEM_WITHDRAWN, ticket, actor=actor, at=at)
    return True


def attach(
    numbers: Collection[int], problem: Ticket, *, agent: Agent, actor: Actor, at: datetime
) -> tuple[list[int], dict[int, str]]:
    """Say of many tickets that this problem caused them, in one transaction; those the agent may not change stay.

    Returns the numbers of those that are new there, and why each of the others is not (`gone`, `not_allowed`, `same`,
    or a reason of CannotLink). What is named besides the first MOST is left alone.
    """
    done: list[int] = []
    stays: dict[int, str] = {}
    with together():
        wanted = list(dict.fromkeys(numbers))[:MOST]
        found = rows.lock(Ticket.objects.visible_to(agent), [*wanted, problem.pk])
        for number in wanted:
            stays[number] = _attach(found.get(number), found[problem.pk], agent, actor, at)
        done = [number for number, why in stays.items() if not why]
        if done:
            tickets = [f"ticket:{number}" for number in done]
            record(verbs.TICKETS_ATTACHED, problem, actor=actor, at=at, tickets=tickets)
    return done, {number: why for number, why in stays.items() if why}


def detach(numbers: Collection[int], problem: Ticket, *, agent: Agent, actor: Actor, at: datetime) -> list[int]:
    """Take these away from the problem again; return the numbers of those that hung on it and may be changed."""
    with together():
        found = rows.lock(Ticket.objects.visible_to(agent), [*list(numbers)[:MOST], problem.pk])
        theirs = [number for number in numbers if number in found and may(agent, "ticket.change", found[number])]
        links = list(Link.objects.filter(ticket__in=theirs, other=problem, kind="problem").order_by("ticket"))
        for row in links:
            remove_link(row, actor=actor, at=at)
    return [row.ticket_id for row in links]


def _attach(ticket: Ticket | None, problem: Ticket, agent: Agent, actor: Actor, at: datetime) -> str:
    """Why it stays as it is; empty when it does not."""
    if ticket is None:
        return "gone"
    if not may(agent, "ticket.change", ticket):
        return "not_allowed"
    try:
        if not foresee_link(ticket, problem, kind="problem").is_new:
            return "same"
        link(ticket, problem, kind="problem", actor=actor, at=at)
    except CannotLink as refused:
        return refused.why
    return ""


def _declare(ticket: Ticket, actor: Actor, at: datetime) -> Problem:
    made = Problem.objects.create(ticket=ticket, declared_at=at, declared_by_id=actor.pk or 0)
    record(verbs.PROBLEM_DECLARED, ticket, actor=actor, at=at)
    return made


def _in_order(ticket: Ticket, other: Ticket, kind: str) -> tuple[Ticket, Ticket, str]:
    """As it is kept: the part says it of the whole, the lower number of what it belongs together with."""
    if kind == "child":
        return other, ticket, "parent"
    if kind not in KINDS:
        raise ValueError(f"no link is called {kind}")
    return (other, ticket, kind) if kind == "relates" and ticket.pk > other.pk else (ticket, other, kind)


def _has_cause(ticket: Ticket) -> bool:
    return Link.objects.filter(ticket=ticket, kind="problem").exists()


def _above(number: int) -> set[int]:
    """The ticket and all of which it is a part, directly or by another."""
    found, further = {number}, {number}
    while further:
        wholes = Link.objects.filter(ticket__in=further, kind="parent").values_list("other_id", flat=True)
        further = set(wholes) - found
        found |= further
    return found


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKING])
