"""Whether a rule's conditions hold for a ticket, told from one read of it. Pure.

Where a condition is also a filter of a list, both say the same; a test holds them together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anliegen.flow.automation.rules.definition import Condition, Definition


@dataclass(frozen=True)
class Facts:
    """What conditions may ask of a ticket. `words` are those of the texts asked for that occur in what was said."""

    number: int
    status: str
    channel: str
    priority: int
    at: datetime
    topic: str = ""
    language: str = ""
    tags: frozenset[str] = frozenset()
    team: int | None = None
    assignee: int | None = None
    mailbox: int | None = None
    brand: int | None = None
    waiting_since: datetime | None = None
    unplaced: bool = False
    words: frozenset[str] = field(default_factory=frozenset)
    has_others: bool = False
    level: int = 1
    signals: frozenset[str] = frozenset()


def fits(definition: Definition, facts: Facts) -> bool:
    """All of `all`, one of `any` if it names some, none of `none`."""
    return (
        all(holds(one, facts) for one in definition.all)
        and (not definition.any or any(holds(one, facts) for one in definition.any))
        and not any(holds(one, facts) for one in definition.none)
    )


def holds(condition: Condition, facts: Facts) -> bool:
    return _HOLDS[condition.field](condition.values, facts)


Values = tuple[str, ...]


def _key(key: int | None) -> str:
    return "none" if key is None else str(key)


def _waits(values: Values, facts: Facts) -> bool:
    since = facts.waiting_since
    return since is not None and any(since <= facts.at - timedelta(hours=int(hours)) for hours in values)


_HOLDS: dict[str, Callable[[Values, Facts], bool]] = {
    "channel": lambda values, facts: facts.channel in values,
    "status": lambda values, facts: facts.status in values,
    "priority": lambda values, facts: str(facts.priority) in values,
    "topic": lambda values, facts: facts.topic in values,
    "language": lambda values, facts: facts.language in values,
    "tag": lambda values, facts: not facts.tags.isdisjoint(values),
    "team": lambda values, facts: _key(facts.team) in values,
    "assignee": lambda values, facts: _key(facts.assignee) in values,
    "mailbox": lambda values, facts: _key(facts.mailbox) in values,
    "brand": lambda values, facts: _key(facts.brand) in values,
    "words": lambda values, facts: not facts.words.isdisjoint(values),
    "waits": _waits,
    "level": lambda values, facts: str(facts.level) in values,
    "signal": lambda values, facts: not facts.signals.isdisjoint(values),
    "others": lambda values, facts: facts.has_others,
    "unplaced": lambda values, facts: facts.unplaced,
}
