"""What a rule's actions would change on a ticket, as it is now: the preview shows it, shadow mode records it, and what
is applied is exactly that. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from anliegen.flow.automation.rules.definition import Action
from anliegen.flow.automation.rules.fits import Facts
from anliegen.flow.automation.rules.vocabulary import ALERTS
from anliegen.records.tickets.codes import as_codes
from anliegen.records.tickets.models import DONE

LOWEST, HIGHEST = 1, 4
# The field that an action changes; the others add something.
CHANGES = {
    "team": "team",
    "assign": "assignee",
    "topic": "topic",
    "priority_up": "priority",
    "priority_down": "priority",
    "add_tags": "tags",
    "remove_tags": "tags",
}
TEXTS = ("note", "refund")
NOT_WHEN_DONE = ("snooze", "draft", "close")


@dataclass(frozen=True)
class Effect:
    """One thing that happens: the action, and the field as it is and as it becomes, or what is added."""

    do: str
    was: Any = None
    now: Any = None

    def as_json(self) -> dict[str, Any]:
        """As a row keeps it: without texts, which stand in the version of the rule."""
        return {"do": self.do, "was": self.was, "now": None if self.do in TEXTS else self.now}


def effects(actions: Iterable[Action], facts: Facts, *, by_hand: bool = False) -> tuple[Effect, ...]:
    """Each action that changes something, in order; each sees what those before it have changed.

    `by_hand`: somebody wants this done by people; only what calls their attention is left.
    """
    return tuple(_each(actions, facts, by_hand=by_hand))


def _each(actions: Iterable[Action], facts: Facts, *, by_hand: bool) -> Iterator[Effect]:
    for action in actions:
        if by_hand and action.kind not in ALERTS:
            continue
        field = CHANGES.get(action.kind)
        if field is None:
            if facts.status not in DONE or action.kind not in NOT_WHEN_DONE:
                yield Effect(action.kind, now=action.value)
            continue
        was, now = getattr(facts, field), becomes(action, facts)
        if was != now:
            yield Effect(action.kind, _plain(was), _plain(now))
            facts = replace(facts, **{field: now})


def becomes(action: Action, facts: Facts) -> Any:
    """The field after the action."""
    match action.kind:
        case "team" | "assign":
            return int(action.value)
        case "topic":
            return action.value
        case "priority_up":
            return min(HIGHEST, facts.priority + 1)
        case "priority_down":
            return max(LOWEST, facts.priority - 1)
        case "add_tags":
            return facts.tags | set(as_codes(action.value.split(",")))
        case "remove_tags":
            return facts.tags - set(as_codes(action.value.split(",")))
    raise ValueError(action.kind)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
