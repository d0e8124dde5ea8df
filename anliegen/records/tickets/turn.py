"""Whose turn it is: the next concern for one agent, and why. What a customer is worth is not asked.

What was promised comes first, then what the law sets, then whoever has waited so long that nothing else may come
before them: by whose ceiling is reached first, so that what is beyond its ceiling stands before all that is not. After
that: what is due, something lighter after a hard conversation, who waits for this agent, who knows this agent, what
this agent is good at; and among equals the open formula of `precedence`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anliegen.records.tickets.precedence import Formula, reached_at, score

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
    legally_due_at: datetime | None = None
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


def turns(candidates: Iterable[Candidate], mind: Mind, *, now: datetime, formula: Formula) -> list[Turn]:
    """All of them, the right next one first. The order is total: equal in all else, the lower number comes first."""
    ranked = sorted(candidates, key=lambda one: _rank(one, mind, now, formula))
    return [Turn(one.number, reasons(one, mind, now=now, formula=formula)) for one in ranked]


def reasons(one: Candidate, mind: Mind, *, now: datetime, formula: Formula) -> tuple[str, ...]:
    """Why this one: `promised`, `legal`, `starving`, `pressing`, `due`, `lighter`, `mine`, `known`, `skill`, `urgent`,
    `waiting`."""
    waited = score(formula, priority=one.priority, waiting_since=one.waiting_since, now=now)
    holds = {
        "promised": _is_promised(one, now),
        "legal": _is_legally_due(one, now),
        "starving": waited.is_beyond,
        "pressing": waited.presses and not waited.is_beyond,
        "due": _is_due(one, now),
        "lighter": mind.needs_breather and not one.is_heavy,
        "mine": one.is_mine,
        "known": one.knows_agent,
        "skill": one.topic in mind.skills and bool(one.topic),
        "urgent": one.priority >= URGENT,
    }
    return (*(code for code, holds_here in holds.items() if holds_here), "waiting")


def _rank(one: Candidate, mind: Mind, now: datetime, formula: Formula) -> tuple[object, ...]:
    """What sorts first is given first."""
    promised, legal = _is_promised(one, now), _is_legally_due(one, now)
    waited = score(formula, priority=one.priority, waiting_since=one.waiting_since, now=now)
    reached = reached_at(formula, priority=one.priority, waiting_since=one.waiting_since)
    return (
        one.number in mind.seen,  # nobody is given the same again and again while something else waits
        not _can_answer(one, mind),
        not promised,
        one.promised_for if promised else now,
        not legal,
        one.legally_due_at if legal else now,
        not waited.presses,
        reached if waited.presses else now,  # whoever's ceiling is passed stands before whoever's is not
        not _is_due(one, now),
        mind.needs_breather and one.is_heavy,
        not one.is_mine,
        not one.knows_agent,
        not (one.topic and one.topic in mind.skills),
        -waited.total,
        one.waiting_since,
        one.number,
    )


def _is_promised(one: Candidate, now: datetime) -> bool:
    return one.promised_for is not None and one.promised_for <= now + PROMISED_WITHIN


def _is_due(one: Candidate, now: datetime) -> bool:
    return one.due_at is not None and one.due_at <= now + DUE_WITHIN


def _is_legally_due(one: Candidate, now: datetime) -> bool:
    return one.legally_due_at is not None and one.legally_due_at <= now + DUE_WITHIN


def _can_answer(one: Candidate, mind: Mind) -> bool:
    return not mind.languages or not one.language or one.language in mind.languages
