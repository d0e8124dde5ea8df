"""Rules that would set each other off for ever are refused before they run. Pure.

A rule leads to another when one of its actions causes the event that the other waits for, unless the other's conditions
cannot hold right after it: it wants the team, the topic or the tag to be another than the action has just made it.
"""

from collections.abc import Mapping

from anliegen.flow.automation.rules.definition import Action, Condition, Definition
from anliegen.flow.automation.rules.vocabulary import EVENTS, LEADS_TO
from anliegen.records.tickets.codes import as_codes

FIELD = {"team": "team", "assign": "assignee", "topic": "topic"}


def ring(rules: Mapping[int, Definition], through: int) -> tuple[int, ...]:
    """The shortest ring of rules that this one is part of, beginning with it; empty when there is none."""
    ways: list[tuple[int, ...]] = [(through,)]
    seen: set[int] = set()
    while ways:
        way = ways.pop(0)
        for key in sorted(rules):
            if not leads_to(rules[way[-1]], rules[key]):
                continue
            if key == through:
                return way
            if key not in seen:
                seen.add(key)
                ways.append((*way, key))
    return ()


def leads_to(one: Definition, other: Definition) -> bool:
    """Whether something that the one does may set the other off."""
    return any(_sets_off(action, other) for action in one.actions)


def _sets_off(action: Action, other: Definition) -> bool:
    caused, awaited = EVENTS.get(LEADS_TO.get(action.kind, "")), EVENTS.get(other.trigger.kind)
    if caused is None or awaited is None or set(caused.verbs).isdisjoint(awaited.verbs):
        return False
    return not _is_excluded(action, other)


def _is_excluded(action: Action, other: Definition) -> bool:
    """Whether right after the action the conditions of the other cannot hold."""
    if action.kind in FIELD:
        field, value = FIELD[action.kind], action.value
        return any(one.field == field and value not in one.values for one in other.all) or _names(
            other.none, field, {value}
        )
    tags = set(as_codes(action.value.split(",")))
    if action.kind == "add_tags":
        return _names(other.none, "tag", tags)
    if action.kind == "remove_tags":
        return any(one.field == "tag" and set(one.values) <= tags for one in other.all)
    return False


def _names(conditions: tuple[Condition, ...], field: str, values: set[str]) -> bool:
    return any(one.field == field and not values.isdisjoint(one.values) for one in conditions)
