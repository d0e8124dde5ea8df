"""Rules that would set each other off, or take back what the other did, for ever are refused before they run. Pure.

A rule leads to another when one of its actions causes the event that the other waits for, or undoes what the other does
again at its next turn of the clock; unless the other's conditions cannot hold right after it: it wants the team, the
topic or the tag to be another than the action has just made it, or the two never hold for the same ticket.
"""

from collections.abc import Callable, Iterable, Mapping

from anliegen.flow.automation.rules.definition import Action, Condition, Definition
from anliegen.flow.automation.rules.effects import CHANGES, HIGHEST, LOWEST
from anliegen.flow.automation.rules.vocabulary import EVENTS, LEADS_TO
from anliegen.records.tickets.codes import as_codes

FIELD = {"team": "team", "assign": "assignee", "topic": "topic"}
AGAIN = ("daily", "hourly")  # a rule by silence acts once for each silence, so it takes nothing back again
ONE_AT_A_TIME = ("channel", "mailbox", "brand", "team", "assignee", "status", "priority", "topic", "language", "level")
STEP = {"priority_up": 1, "priority_down": -1}


def ring(rules: Mapping[int, Definition], through: int) -> tuple[int, ...]:
    """The shortest ring of rules that this one is part of, beginning with it; empty when there is none."""
    return _way_back(through, lambda one: [key for key in sorted(rules) if leads_to(rules[one], rules[key])])


def rings(rules: Mapping[int, Definition]) -> list[tuple[int, ...]]:
    """Of each rule the shortest ring that it is part of, each ring once, told from the rule that is the oldest."""
    after = {one: [key for key in sorted(rules) if leads_to(rules[one], rules[key])] for one in sorted(rules)}
    found: dict[frozenset[int], tuple[int, ...]] = {}
    for one in after:
        if way := _way_back(one, after.__getitem__):
            found.setdefault(frozenset(way), way)
    return list(found.values())


def _way_back(through: int, after: Callable[[int], Iterable[int]]) -> tuple[int, ...]:
    ways: list[tuple[int, ...]] = [(through,)]
    seen: set[int] = set()
    while ways:
        way = ways.pop(0)
        for key in after(way[-1]):
            if key == through:
                return way
            if key not in seen:
                seen.add(key)
                ways.append((*way, key))
    return ()


def leads_to(one: Definition, other: Definition) -> bool:
    """Whether something that the one does may set the other off, or has to be done again by it."""
    return any(_sets_off(action, other) for action in one.actions) or _is_done_again(one, other)


def _sets_off(action: Action, other: Definition) -> bool:
    caused, awaited = EVENTS.get(LEADS_TO.get(action.kind, "")), EVENTS.get(other.trigger.kind)
    if caused is None or awaited is None or set(caused.verbs).isdisjoint(awaited.verbs):
        return False
    return not _is_excluded(action, other)


def _is_done_again(one: Definition, other: Definition) -> bool:
    """Whether the other goes by the clock, does the opposite, and may hold for the same ticket after the one."""
    return (
        other.trigger.kind in AGAIN
        and any(_are_opposite(mine, theirs) for mine in one.actions for theirs in other.actions)
        and not any(_is_excluded(action, other) for action in one.actions)
        and not _is_out_of_step(one, other)
        and not _are_apart(one, other)
    )


def _are_opposite(mine: Action, theirs: Action) -> bool:
    kinds = {mine.kind, theirs.kind}
    if kinds == {"add_tags", "remove_tags"}:
        return not set(as_codes(mine.value.split(","))).isdisjoint(as_codes(theirs.value.split(",")))
    return kinds == set(STEP) or (len(kinds) == 1 and mine.kind in FIELD and mine.value != theirs.value)


def _is_out_of_step(one: Definition, other: Definition) -> bool:
    """Whether the priority that the one makes is none that the other wants."""
    made = _priorities(one)
    for action in one.actions:
        step = STEP.get(action.kind, 0)
        made = {min(HIGHEST, max(LOWEST, each + step)) for each in made}
    return made.isdisjoint(_priorities(other))


def _priorities(rule: Definition) -> set[int]:
    wanted = set(range(LOWEST, HIGHEST + 1))
    for condition in rule.all:
        if condition.field == "priority":
            wanted &= set(map(int, condition.values))
    return wanted - {int(value) for one in rule.none if one.field == "priority" for value in one.values}


def _are_apart(one: Definition, other: Definition) -> bool:
    """Whether no ticket fits both, as far as neither changes what they ask."""
    changed = {_asked(action) for rule in (one, other) for action in rule.actions}
    return any(
        _exclude_each_other(mine, theirs, is_none=is_none)
        for first, second in ((one, other), (other, one))
        for mine in first.all
        for is_none, group in ((False, second.all), (True, second.none))
        for theirs in group
        if mine.field == theirs.field and mine.field not in changed
    )


def _asked(action: Action) -> str:
    """The condition that asks what this action changes."""
    field = CHANGES.get(action.kind, "")
    return "tag" if field == "tags" else field


def _exclude_each_other(mine: Condition, theirs: Condition, *, is_none: bool) -> bool:
    if is_none:
        return set(mine.values) <= set(theirs.values)
    return mine.field in ONE_AT_A_TIME and set(mine.values).isdisjoint(theirs.values)


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
