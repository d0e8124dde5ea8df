"""Who is given a concern, and why. Pure: the concern and the colleagues in, an ordered list with reasons out.

Asked is what a colleague can do (skills, languages), how much waits with them, whether they are at work, and whether
they know the customer. Nothing of how somebody works is asked: no speed, no ratings, no counts of what they have done.
Nor is what a customer is worth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

HEAVY_COUNTS = 2  # what is hard to hear counts for so many
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Concern:
    """What counts of a concern. `known`: who answered this customer last; `has_left`: and works here no longer."""

    topic: str = ""
    language: str = ""  # empty: any of the colleagues can answer in it
    known: int | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who could be given a concern. `waiting`: concerns of theirs that wait for us, `heavy` of them hard to hear."""

    agent: int
    is_at_work: bool
    waiting: int = 0
    heavy: int = 0
    skills: frozenset[str] = frozenset()
    speaks: frozenset[str] = frozenset()  # besides the language of the house; empty: nobody has said
    last_given_at: datetime | None = None

    @property
    def load(self) -> int:
        return self.waiting + self.heavy * (HEAVY_COUNTS - 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """A colleague who could be given it, with codes for why: `known`, `language`, `no-language`, `skill`, `load`."""

    agent: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """All who could be given it, the right one first. `passed`: why not who knows the customer (`left`, `elsewhere`,
    `away`, `full`; empty when they are first, or nobody knows the customer). `nobody`: why there is no choice."""

    choices: tuple[Choice, ...]
    passed: str = ""
    nobody: str = ""


def route(concern: Concern, colleagues: Iterable[Colleague], *, ceiling: int) -> Route:
    """Who is away, or has as much as the ceiling, is not among the choices. The order is total: of two who are equal in
    what counts, who has the least comes first, then who was given something longest ago, then the lower key."""
    everybody = sorted(colleagues, key=lambda one: one.agent)
    free = [one for one in everybody if not _why_not(one, ceiling)]
    ranked = sorted(free, key=lambda one: _rank(one, concern))
    choices = tuple(Choice(one.agent, _reasons(one, concern)) for one in ranked)
    return Route(choices, _passed(concern, everybody, ceiling), "" if choices else _nobody(everybody))


def _rank(one: Colleague, concern: Concern) -> tuple[object, ...]:
    """What sorts first is given first."""
    return (
        one.agent != concern.known,
        _language(one, concern),
        not _is_skilled(one, concern),
        one.load,
        one.last_given_at or _NEVER,
        one.agent,
    )


def _reasons(one: Colleague, concern: Concern) -> tuple[str, ...]:
    language = _language(one, concern)
    holds = {
        "known": one.agent == concern.known,
        "language": bool(concern.language) and language == 0,
        "no-language": language > 0,
        "skill": _is_skilled(one, concern),
    }
    return (*(code for code, holds_here in holds.items() if holds_here), "load")


def _language(one: Colleague, concern: Concern) -> int:
    """0: they can answer in it. 1: nobody has said what they speak. 2: it is not among what they speak."""
    if not concern.language or concern.language in one.speaks:
        return 0
    return 2 if one.speaks else 1


def _is_skilled(one: Colleague, concern: Concern) -> bool:
    return bool(concern.topic) and concern.topic in one.skills


def _why_not(one: Colleague, ceiling: int) -> str:
    if not one.is_at_work:
        return "away"
    return "full" if one.load >= ceiling else ""


def _passed(concern: Concern, everybody: Iterable[Colleague], ceiling: int) -> str:
    if concern.known is None:
        return ""
    if concern.has_left:
        return "left"
    known = next((one for one in everybody if one.agent == concern.known), None)
    return _why_not(known, ceiling) if known is not None else "elsewhere"


def _nobody(everybody: Iterable[Colleague]) -> str:
    """`full`: who is at work has as much as the ceiling. `away`: nobody is at work."""
    return "full" if any(one.is_at_work for one in everybody) else "away"
