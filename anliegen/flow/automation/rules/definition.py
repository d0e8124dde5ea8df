"""What a rule says, as a value: when, under which conditions, what then. A row holds it as JSON. Pure.

Conditions in three groups: all of them must hold, of others one, of others none. A condition names a field and values,
of which one must fit, in the same words as a filter of a list (`records/tickets/view_filters.py`) where there is one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

GROUPS = ("all", "any", "none")
MOST_CONDITIONS, MOST_ACTIONS = 20, 10


@dataclass(frozen=True)
class Trigger:
    """An event's code, see `vocabulary.EVENTS`, or a time: `daily` at an hour, `hourly` every so many hours, `quiet`
    when a concern has been waiting for the customer for so many days. `open_only`: only while the service is open."""

    kind: str
    hour: int = 8
    hours: int = 4
    days: int = 7
    open_only: bool = False


@dataclass(frozen=True)
class Condition:
    """A field and the values of which one must fit."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """What is done, and with what: a key, codes, a text, a number of days, as text."""

    kind: str
    value: str = ""


@dataclass(frozen=True)
class Definition:
    """The whole rule as it is evaluated."""

    trigger: Trigger
    actions: tuple[Action, ...]
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Each condition with its group."""
        for group in GROUPS:
            for condition in getattr(self, group):
                yield group, condition

    def values_of(self, name: str) -> set[str]:
        """All values that conditions on this field name."""
        return {value for _group, one in self.conditions() if one.field == name for value in one.values}

    def as_json(self) -> dict[str, Any]:
        kept = {group: [[one.field, list(one.values)] for one in getattr(self, group)] for group in GROUPS}
        return {"trigger": asdict(self.trigger), **kept, "actions": [[one.kind, one.value] for one in self.actions]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Definition":
        groups = {group: tuple(Condition(name, tuple(values)) for name, values in kept[group]) for group in GROUPS}
        actions = tuple(Action(kind, value) for kind, value in kept["actions"])
        return cls(Trigger(**kept["trigger"]), actions, **groups)


@dataclass(frozen=True)
class Written:
    """A rule as a version keeps it: what it does, and what people agreed on about it."""

    name: str
    purpose: str
    owner: int | None
    review_on: str | None  # a date in ISO form
    intervention: str
    undo_minutes: int
    per_hour: int
    definition: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
