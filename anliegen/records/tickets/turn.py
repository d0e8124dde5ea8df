"""Whose turn it is: the next concern for one agent, and why. What a customer is worth is not asked.

What was promised comes first, then what is due, then whoever waits so long that nothing else may come before them.
After that: who waits for this agent, who knows this agent, what this agent is good at, what presses; and among equals
whoever waits longest. After a hard conversation something lighter, unless a promise is at stake.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

PROMISED_WITHIN = timedelta(hours=4)
DUE_WITHIN = timedelta(hours=2)
URGENT = 3  # priorities from here on press


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concern that waits and that this agent could take; what of it counts."""

    number: int
    is_mine: bool
    waiting_since: datetime
    promised_for: datetime | None = None
    due_at: datetime | None = None
    priority: int = 2
    topic: str = ""
    language: str = ""
    knows_agent: bool = False  # this agent has answered the person before
    is_heavy: bool = False


@dataclass(frozen=True, slots=True)
class Mind:
    """What is known of the agent who asks: what they are good at, and what they have behind them."""

    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()  # they can answer in; empty: any
    needs_breather: bool = False
    seen: frozenset[int] = frozenset()  # concerns they were given just now and left


@dataclass(frozen=True, slots=True)
class Turn:
    """The concern whose turn it is, and why: codes, the weightiest first."""

    number: int
    reasons: tuple[str, ...]


def turns(candidates: Iterable[Candidate], mind: Mind, *, now: datetime, starves_after: timedelta) -> list[Turn]:
    """All of them, the right next one first. The order is total: equal in all else, the lower number comes first."""
    ranked = sorted(candidates, key=lambda one: _rank(one, mind, now, starves_after))
    return [Turn(one.number, reasons(one, mind, now=now, starves_after=starves_after)) for one in ranked]


def reasons(one: Candidate, mind: Mind, *, now: datetime, starves_after: timedelta) -> tuple[str, ...]:
    """Why this one: `promised`, `due`, `starving`, `lighter`, `mine`, `known`, `skill`, `urgent`, `waiting`."""
    holds = {
        "promised": _is_promised(one, now),
        "due": _is_due(one, now),
        "starving": _is_starving(one, now, starves_after),
        "lighter": mind.needs_breather and not one.is_heavy,
        "mine": one.is_mine,
        "known": one.knows_agent,
        "skill": one.topic in mind.skills and bool(one.topic),
        "urgent": one.priority >= URGENT,
    }
    return (*(code for code, holds_here in holds.items() if holds_here), "waiting")


def _rank(one: Candidate, mind: Mind, now: datetime, starves_after: timedelta) -> tuple[object, ...]:
    """What sorts first is given first."""
    promised, due = _is_promised(one, now), _is_due(one, now)
    return (
        one.number in mind.seen,  # nobody is given the same again and again while something else waits
        not _can_answer(one, mind),
        not promised,
        one.promised_for if promised else now,
        not due,
        mind.needs_breather and one.is_heavy,
        not _is_starving(one, now, starves_after),
        not one.is_mine,
        not one.knows_agent,
        not (one.topic and one.topic in mind.skills),
        -one.priority,
        one.waiting_since,
        one.number,
    )


def _is_promised(one: Candidate, now: datetime) -> bool:
    return one.promised_for is not None and one.promised_for <= now + PROMISED_WITHIN


def _is_due(one: Candidate, now: datetime) -> bool:
    return one.due_at is not None and one.due_at <= now + DUE_WITHIN


def _is_starving(one: Candidate, now: datetime, starves_after: timedelta) -> bool:
    return now - one.waiting_since >= starves_after


def _can_answer(one: Candidate, mind: Mind) -> bool:
    return not mind.languages or not one.language or one.language in mind.languages
