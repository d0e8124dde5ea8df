"""The conditions and actions of a rule as lines of a form, which works without a script.

A line is added or taken out by a button of the form, and what was entered stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anliegen.faces.workspace.settings.forms import by_name, choosable_agents
from anliegen.flow.automation.choices import SIGNALS
from anliegen.flow.automation.rules.definition import (
    GROUPS,
    MOST_ACTIONS,
    MOST_CONDITIONS,
    Action,
    Condition,
    Definition,
)
from anliegen.flow.automation.rules.vocabulary import ACTIONS, CONDITIONS, ONE_VALUE
from anliegen.records.accounts.models import Brand, Mailbox, Team, Topic
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.codes import as_codes
from anliegen.records.tickets.models import CHANNELS, LEVELS, PRIORITIES, STATUSES
from anliegen.records.tickets.says import can_be_said

GROUP_NAMES = [
    ("all", gettext_lazy("must hold")),
    ("any", gettext_lazy("one of these must hold")),
    ("none", gettext_lazy("must not hold")),
]
MOST_HOURS, MOST_DAYS, LONGEST_TEXT = 9999, 365, 2000
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One line: what it is about, how it is filled in, and what stands in it."""

    prefix: str  # c-0, a-2
    name: str  # the field of a condition, the kind of an action
    label: str
    kind: str
    values: tuple[str, ...] = ()
    group: str = ""
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""

    @property
    def id(self) -> str:
        return f"id_{self.prefix}-value"

    @property
    def text(self) -> str:
        return ", ".join(self.values) if self.kind in ("codes", "topics") else "".join(self.values[:1])

    @property
    def is_condition(self) -> bool:
        return bool(self.group)


@dataclass(frozen=True)
class Lines:
    """All lines of a form, in order."""

    conditions: tuple[Line, ...] = ()
    actions: tuple[Line, ...] = ()

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(line.id, f"{line.label}: {line.error}") for line in (*self.conditions, *self.actions) if line.error]


def of_definition(definition: Definition) -> Lines:
    """The lines of a rule that is there."""
    conditions = (_condition(i, one.field, group, one.values) for i, (group, one) in enumerate(definition.conditions()))
    actions = (_action(i, one.kind, (one.value,)) for i, one in enumerate(definition.actions))
    return Lines(tuple(conditions), tuple(actions))


def posted(post: QueryDict) -> Lines:
    """What was sent, after the button by which it was sent has had its effect."""
    gone = post.get("remove", "")
    conditions = [
        (str(post[f"{prefix}-name"]), _group(post.get(f"{prefix}-group")), tuple(post.getlist(f"{prefix}-value")))
        for prefix in _prefixes(post, "c", MOST_CONDITIONS)
        if prefix != gone and post[f"{prefix}-name"] in CONDITIONS
    ]
    actions = [
        (str(post[f"{prefix}-name"]), tuple(post.getlist(f"{prefix}-value")))
        for prefix in _prefixes(post, "a", MOST_ACTIONS)
        if prefix != gone and post[f"{prefix}-name"] in ACTIONS
    ]
    if "add_condition" in post and post.get("condition") in CONDITIONS and len(conditions) < MOST_CONDITIONS:
        conditions.append((str(post["condition"]), "all", ()))
    if "add_action" in post and post.get("action") in ACTIONS and len(actions) < MOST_ACTIONS:
        actions.append((str(post["action"]), ()))
    return Lines(
        tuple(_condition(i, name, group, values) for i, (name, group, values) in enumerate(conditions)),
        tuple(_action(i, name, values) for i, (name, values) in enumerate(actions)),
    )


def only_redraws(post: Mapping[str, str]) -> bool:
    """Whether a button was pressed that changes the lines and saves nothing."""
    return any(name in post for name in ("add_condition", "add_action", "remove"))


def checked(lines: Lines) -> Lines:
    """The lines with what is wrong in each, and their values as a rule keeps them."""
    return Lines(tuple(map(_checked, lines.conditions)), tuple(map(_checked, lines.actions)))


def groups(lines: Lines) -> dict[str, tuple[Condition, ...]]:
    return {
        group: tuple(Condition(one.name, one.values) for one in lines.conditions if one.group == group)
        for group in GROUPS
    }


def actions(lines: Lines) -> tuple[Action, ...]:
    return tuple(Action(one.name, ",".join(one.values)) for one in lines.actions)


def _prefixes(post: QueryDict, letter: str, most: int) -> list[str]:
    return [f"{letter}-{place}" for place in range(most) if f"{letter}-{place}-name" in post]


def _group(given: str | None) -> str:
    return given if given in GROUPS else "all"


def _condition(place: int, name: str, group: str, values: Sequence[str]) -> Line:
    label, kind = CONDITIONS[name]
    options = options_of(name) if kind in ("choice", "rows", "topics") else []
    return Line(f"c-{place}", name, str(label), kind, tuple(values), group, tuple(options))


def _action(place: int, name: str, values: Sequence[str]) -> Line:
    label, kind = ACTIONS[name]
    options = options_of({"assign": "agent"}.get(name, name)) if kind in ("rows", "topics") else []
    if kind in ("codes", "topics"):
        values = [word.strip() for value in values for word in value.split(",")]
    return Line(f"a-{place}", name, str(label), kind, tuple(values), "", tuple(options))


def options_of(name: str) -> Options:
    """What can be chosen."""
    codes: dict[str, Iterable[tuple[object, object]]] = {
        "channel": CHANNELS, "status": STATUSES, "priority": PRIORITIES, "level": LEVELS, "signal": SIGNALS.items(),
    }  # fmt: skip
    if name in codes:
        return [(str(code), str(word)) for code, word in codes[name]]
    if name == "topic":
        language = get_language() or "de"
        return [(one.code, one.name_in(language)) for one in Topic.objects.active().order_by("name", "code")]
    nobody = [("none", _("nobody") if name == "assignee" else _("no team"))] if name in ("assignee", "team") else []
    rows: dict[str, QuerySet[Any]] = {
        "team": Team.objects.filter(is_active=True),
        "agent": choosable_agents(),
        "assignee": choosable_agents(),
        "mailbox": Mailbox.objects.active(),
        "brand": Brand.objects.all(),
        "draft": TextBlock.objects.filter(owner=None, withdrawn_at=None),
    }
    return [*nobody, *((str(row.pk), str(row)) for row in by_name(rows[name]))]


def _checked(line: Line) -> Line:
    known = {value for value, _word in line.options}
    given = tuple(dict.fromkeys(value.strip() for value in line.values if value.strip()))
    match line.kind:
        case "yes":
            return replace(line, values=("yes",) if line.is_condition else ())
        case "choice" | "rows":
            kept = tuple(value for value in given if value in known)
            return replace(line, values=kept if line.is_condition else kept[:1],
                           error="" if kept else _("Please choose something that is there."))  # fmt: skip
        case "codes" | "topics":
            codes = tuple(as_codes(word for value in given for word in value.split(",")))
            codes = codes if line.is_condition or line.name != "topic" else codes[:1]
            return replace(line, values=codes, error="" if codes else _("Please enter at least one word."))
        case "number":
            return _number(line, given)
    words = " ".join(line.values).strip()[:LONGEST_TEXT]
    if line.name in ONE_VALUE and not can_be_said(words):
        return replace(line, values=(words,), error=_("Please enter a word that can be looked for."))
    return replace(line, values=(words,), error="" if words else _("Please write something."))


def _number(line: Line, given: tuple[str, ...]) -> Line:
    most = MOST_HOURS if line.is_condition else MOST_DAYS
    value = next(iter(given), "")
    is_right = value.isascii() and value.isdecimal() and len(value) < 6 and 1 <= int(value) <= most
    words = _("Please enter a whole number from 1 to %(most)s.") % {"most": most}
    return replace(line, values=(str(int(value)),) if is_right else given[:1], error="" if is_right else words)
