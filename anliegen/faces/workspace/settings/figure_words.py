"""The figures of groups as cells of tables."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from anliegen.faces.ui.numbers import number
from anliegen.oversight.insights import words

RATES = ("urgent", "unplaced", "by_rule", "by_model", "fulfilled")


@dataclass(frozen=True)
class Figures:
    """One way of parting the concerns: a table, and how many of its groups were too small."""

    name: str
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    hidden: int


def tables(figures: dict[str, Any]) -> list[Figures]:
    return [_table(dimension, groups, figures) for dimension, groups in figures["groups"].items()]


def _table(dimension: str, groups: list[dict[str, Any]], figures: dict[str, Any]) -> Figures:
    shown = [one for one in groups if one["n"] is not None]
    numeric = [
        _("Concerns"),
        _("Wait, median"),
        _("Wait, 9 of 10"),
        *(_headed(words.MEASURE_NAMES[name]) for name in RATES),
        _("Error of its certainty"),
    ]
    columns: list[dict[str, Any]] = [{"text": _("Group")}, *({"text": text, "numeric": True} for text in numeric)]
    rows = [[words.group_name(dimension, one["group"]), *_cells(one)] for one in shown]
    return Figures(_headed(words.DIMENSION_NAMES[dimension]), columns, rows, len(groups) - len(shown))


def _headed(name: object) -> str:
    """A name that else stands inside a sentence, as a heading."""
    words = str(name)
    return words[:1].upper() + words[1:]


def _cells(group: dict[str, Any]) -> list[Any]:
    waits, kept = group["waiting"], group["calibration"]
    return [
        number(group["n"]),
        _hours(waits["median"]) if waits else _("not measured"),
        _hours(waits["p90"]) if waits else _("not measured"),
        *(_share(group["rates"].get(name)) for name in RATES),
        _with(words.share(kept["error"]), _("of %(count)s") % {"count": number(kept["n"])})
        if kept
        else _("not measured"),
    ]


def _hours(estimate: list[float]) -> Markup:
    value, low, high = estimate
    return _with(words.hours(value), words.hours_between(low, high))


def _share(rate: dict[str, Any] | None) -> Any:
    if rate is None:
        return _("not measured")
    value, low, high = rate["share"]
    bounds = {"low": number(low * 100, digits=1), "high": words.share(high), "count": number(rate["n"])}
    return _with(words.share(value), _("%(low)s to %(high)s, of %(count)s") % bounds)


def _with(value: str, bounds: str) -> Markup:
    return Markup('{}<br><span class="hint">{}</span>').format(value, bounds)
