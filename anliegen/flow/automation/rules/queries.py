"""Reads over rules: the names that a sentence needs, how each stands, its figures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Model, Q

from anliegen.flow.automation import pauses
from anliegen.flow.automation.models import Decision, Pause
from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.models import Rule, RuleRun
from anliegen.flow.automation.rules.sentences import Names
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.knowledge.models import TextBlock

# Where the name of a value stands, by the field of a condition or the kind of an action.
ROWS: dict[str, tuple[type[Model], str]] = {
    "team": (Team, "name"),
    "assignee": (Agent, "name"),
    "mailbox": (Mailbox, "address"),
    "brand": (Brand, "name"),
    "draft": (TextBlock, "title"),
}
OF_ACTION = {"team": "team", "assign": "assignee", "draft": "draft"}


def names(definitions: Iterable[Definition]) -> Names:
    """The names of all rows that these rules speak of. One query for each kind of row."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for definition in definitions:
        for field in ROWS:
            wanted[field] |= {value for value in definition.values_of(field) if value.isdecimal()}
        for action in definition.actions:
            if action.kind in OF_ACTION:
                wanted[OF_ACTION[action.kind]].add(action.value)
    found: dict[tuple[str, str], str] = {}
    for field, keys in wanted.items():
        if keys:
            model, column = ROWS[field]
            rows = model._default_manager.filter(pk__in=keys).values_list("pk", column)
            found |= {(field, str(pk)): name for pk, name in rows}
    return found


@dataclass(frozen=True)
class Standing:
    """How a rule stands: `on`, `shadow` or `off`, or what holds it up: `paused`, `left`, `review`."""

    code: str
    pause: Pause | None = None

    @property
    def acts(self) -> bool:
        return self.code in ("on", "shadow")


def standing(rule: Rule, today: date, paused: dict[str, Pause]) -> Standing:
    """Whether it runs now. Asked at run time, whatever its row says. `rule.owner` is read along."""
    if rule.stage == "off":
        return Standing("off")
    if rule.owner is None or not rule.owner.is_active:
        return Standing("left")
    if rule.review_on is None or rule.review_on < today:
        return Standing("review")
    pause = paused.get(pauses.ALL) or paused.get(rule.ref)
    return Standing("paused", pause) if pause is not None else Standing(rule.stage)


@dataclass(frozen=True)
class Figures:
    """How often it touched a ticket, or would have in shadow mode, how often it failed there, and how many of its
    effects a person took back or stopped, how many of its proposals somebody rejected."""

    touched: int = 0
    shadowed: int = 0
    failed: int = 0
    undone: int = 0
    rejected: int = 0


def figures(rules: Iterable[Rule]) -> dict[int, Figures]:
    """By rule. They tell of rules, not of people. Two questions, however many rules."""
    keys = [rule.pk for rule in rules]
    runs = RuleRun.objects.filter(rule__in=keys).order_by("rule").values("rule")
    counted = runs.annotate(
        touched=Count("pk", filter=Q(is_shadow=False, error="")),
        shadowed=Count("pk", filter=Q(is_shadow=True, error="")),
        failed=Count("pk", filter=~Q(error="")),
    )
    said = Decision.objects.filter(author__in=[f"rule:{key}" for key in keys]).order_by("author").values("author")
    taken_back = {
        row["author"]: (row["undone"], row["rejected"])
        for row in said.annotate(
            undone=Count("pk", filter=Q(settled_as__in=("undone", "stopped", "corrected"))),
            rejected=Count("pk", filter=Q(settled_as="rejected")),
        )
    }
    return {
        row["rule"]: Figures(
            row["touched"], row["shadowed"], row["failed"], *taken_back.get(f"rule:{row['rule']}", (0, 0))
        )
        for row in counted
    }


def count_looks(looks: Mapping[int, int]) -> None:
    """Add to how often each rule looked at a ticket. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rules_rule SET looked_at = looked_at + seen.often FROM unnest(%s::bigint[], %s::bigint[])"
            " AS seen(rule, often) WHERE rules_rule.id = seen.rule",
            [list(looks.keys()), list(looks.values())],
        )
