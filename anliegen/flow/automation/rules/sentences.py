"""What a rule does, read back in one sentence: “When a message arrives and the channel is e-mail, then …”.

Pure but for the language; `names` gives the names of rows, see `queries.names`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from anliegen.flow.automation.choices import SIGNALS
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger
from anliegen.flow.automation.rules.vocabulary import ACTIONS, EVENTS
from anliegen.records.tickets.models import CHANNELS, LEVELS, PRIORITIES, STATUSES

Names = Mapping[tuple[str, str], str]  # by field or action, and the value


def sentence(definition: Definition, names: Names) -> str:
    """The whole rule. A row that is gone reads as such, so that nobody believes the rule still does it."""
    groups = [when(definition.trigger), *_groups(definition, names)]
    whole = _("When %(conditions)s, then %(actions)s.")
    return whole % {"conditions": _all_of(groups), "actions": _all_of([does(one, names) for one in definition.actions])}


def when(trigger: Trigger) -> str:
    """What sets it off, as a clause."""
    open_only = trigger.open_only
    match trigger.kind:
        case "daily":
            words = _("it is %(hour)s o’clock on a working day") if open_only else _("it is %(hour)s o’clock")
            return words % {"hour": trigger.hour}
        case "hourly":
            if trigger.hours == 1:
                return _("an hour of the service has passed") if open_only else _("an hour has passed")
            words = (
                _("%(hours)s hours have passed while the service is open")
                if open_only
                else _("%(hours)s hours have passed")
            )
            return words % {"hours": trigger.hours}
        case "quiet":
            return ngettext(
                "a concern has waited for the customer for %(days)s day",
                "a concern has waited for the customer for %(days)s days",
                trigger.days,
            ) % {"days": trigger.days}
    return str(EVENTS[trigger.kind].name)


def _groups(definition: Definition, names: Names) -> list[str]:
    parts = [holds(one, names) for one in definition.all]
    if some := [holds(one, names) for one in _alike_together(definition.any)]:
        parts.append(
            some[0] if len(some) == 1 else _("at least one of this holds (%(what)s)") % {"what": _one_of(some)}
        )
    return [*parts, *(fails(one, names) for one in definition.none)]


def _alike_together(conditions: Sequence[Condition]) -> list[Condition]:
    """Of which one must hold: those that ask the same become one with several values, as people say it."""
    values: dict[tuple[str, int], tuple[str, ...]] = {}
    for place, one in enumerate(conditions):
        key = (one.field, place if one.field in _PLAIN else -1)
        values[key] = (*values.get(key, ()), *one.values)
    return [Condition(field, together) for (field, _place), together in values.items()]


def holds(condition: Condition, names: Names) -> str:
    """A condition as a clause."""
    match condition.field:
        case "others":
            return _("the customer has other open concerns")
        case "unplaced":
            return _("it fits no category, or nobody has it")
        case "waits":
            hours = int(condition.values[0])
            return ngettext(
                "the customer has waited for more than %(hours)s hour",
                "the customer has waited for more than %(hours)s hours",
                hours,
            ) % {"hours": hours}
    if condition.values == ("none",):
        return _("nobody has it") if condition.field == "assignee" else _("it has no team")
    return _IS[condition.field]() % {"what": _values(condition, names)}


def fails(condition: Condition, names: Names) -> str:
    """A condition that must not hold, as a clause."""
    match condition.field:
        case "others":
            return _("the customer has no other open concerns")
        case "unplaced":
            return _("it is not among what fits no category")
        case "waits":
            hours = int(condition.values[0])
            return ngettext(
                "the customer has not waited for more than %(hours)s hour",
                "the customer has not waited for more than %(hours)s hours",
                hours,
            ) % {"hours": hours}
    if condition.values == ("none",):
        return _("somebody has it") if condition.field == "assignee" else _("it has a team")
    return _IS_NOT[condition.field]() % {"what": _values(condition, names)}


def _values(condition: Condition, names: Names) -> str:
    return _one_of([value_name(condition.field, one, names) for one in condition.values])


_PLAIN = ("others", "unplaced", "waits")  # of these two do not become one


_IS: dict[str, Callable[[], str]] = {
    "channel": lambda: _("the channel is %(what)s"),
    "mailbox": lambda: _("the mailbox is %(what)s"),
    "brand": lambda: _("the brand is %(what)s"),
    "team": lambda: _("the team is %(what)s"),
    "assignee": lambda: _("it is assigned to %(what)s"),
    "status": lambda: _("the status is %(what)s"),
    "priority": lambda: _("the priority is %(what)s"),
    "topic": lambda: _("the topic is %(what)s"),
    "tag": lambda: _("it has the tag %(what)s"),
    "language": lambda: _("the language is %(what)s"),
    "level": lambda: _("the escalation level is %(what)s"),
    "signal": lambda: _("%(what)s speaks out of it"),
    "words": lambda: _("subject or text say %(what)s"),
}
_IS_NOT: dict[str, Callable[[], str]] = {
    "channel": lambda: _("the channel is not %(what)s"),
    "mailbox": lambda: _("the mailbox is not %(what)s"),
    "brand": lambda: _("the brand is not %(what)s"),
    "team": lambda: _("the team is not %(what)s"),
    "assignee": lambda: _("it is not assigned to %(what)s"),
    "status": lambda: _("the status is not %(what)s"),
    "priority": lambda: _("the priority is not %(what)s"),
    "topic": lambda: _("the topic is not %(what)s"),
    "tag": lambda: _("it does not have the tag %(what)s"),
    "language": lambda: _("the language is not %(what)s"),
    "level": lambda: _("the escalation level is not %(what)s"),
    "signal": lambda: _("%(what)s does not speak out of it"),
    "words": lambda: _("subject and text do not say %(what)s"),
}
_CODES: dict[str, Mapping[str, object]] = {
    "channel": dict(CHANNELS),
    "status": dict(STATUSES),
    "priority": {str(code): word for code, word in PRIORITIES},
    "level": {str(step): word for step, word in LEVELS},
    "signal": SIGNALS,
}


def value_name(field: str, value: str, names: Names) -> str:
    """One value in words."""
    if field in _CODES:
        return _quoted(str(_CODES[field].get(value, value)))
    if field in ("topic", "tag", "language", "words"):
        return _quoted(value)
    if value == "none":
        nobody, none = pgettext("asked by a rule", "nobody"), pgettext("asked by a rule", "none")
        return nobody if field == "assignee" else none
    return _quoted(names.get((field, value)) or _("(no longer there)"))


def does(action: Action, names: Names) -> str:
    """An action as a clause that follows “then”."""
    match action.kind:
        case "team":
            return _("it goes to the team %(what)s") % {"what": value_name("team", action.value, names)}
        case "assign":
            return _("it is given to %(what)s") % {"what": value_name("assignee", action.value, names)}
        case "topic":
            return _("its topic becomes %(what)s") % {"what": _quoted(action.value)}
        case "priority_up":
            return _("its priority rises by one")
        case "priority_down":
            return _("its priority falls by one")
        case "add_tags":
            tags = _tags(action.value)
            words = ngettext("it gets the tag %(what)s", "it gets the tags %(what)s", len(tags))
            return words % {"what": _all_of(tags)}
        case "remove_tags":
            tags = _tags(action.value)
            words = ngettext("it loses the tag %(what)s", "it loses the tags %(what)s", len(tags))
            return words % {"what": _all_of(tags)}
        case "note":
            said = action.value.removesuffix(".")  # the whole ends with one
            return _("it gets the internal note %(what)s") % {"what": _quoted(said)}
        case "snooze":
            return ngettext(
                "it is put aside for %(days)s day", "it is put aside for %(days)s days", int(action.value)
            ) % {"days": action.value}
        case "draft":
            return _("an answer from the text block %(what)s is proposed as a draft") % {
                "what": value_name("draft", action.value, names)
            }
        case "close":
            return _("a person is asked whether it is resolved")
    return _("a person is asked about a refund: %(what)s") % {"what": _quoted(action.value)}


def _tags(value: str) -> list[str]:
    return [_quoted(tag.strip()) for tag in value.split(",")]


def _quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text}


def _all_of(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def effect_in_words(effect: Mapping[str, Any], names: Names) -> str:
    """What changes, or changed, on a ticket: as it was and as it becomes."""
    do, was, now = effect["do"], effect["was"], effect["now"]
    match do:
        case "team" | "assign":
            field = "team" if do == "team" else "assignee"
            new = value_name(field, str(now), names)
            return _("Team: %(now)s") % {"now": new} if do == "team" else _("Assigned to: %(now)s") % {"now": new}
        case "topic":
            return _("Topic: %(now)s") % {"now": now}
        case "priority_up" | "priority_down":
            words = dict(PRIORITIES)
            return _("Priority: %(was)s → %(now)s") % {"was": words.get(was, was), "now": words.get(now, now)}
        case "add_tags":
            return _("Tags added: %(tags)s") % {"tags": ", ".join(one for one in now if one not in was)}
        case "remove_tags":
            return _("Tags removed: %(tags)s") % {"tags": ", ".join(one for one in was if one not in now)}
    return str(ACTIONS[do][0])
