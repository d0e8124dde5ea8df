"""The figures of a look as plain values: kept with its report, shown on the page, taken out as JSON or CSV.

`groups`: by dimension a list of `{"group", "n"}`; with at least SMALLEST concerns also `waiting` (hours), `rates` and
`calibration`, each None where fewer are known. Estimates are `[value, low, high]`, 95 % intervals.
"""

from collections.abc import Iterator
from typing import Any

from anliegen.oversight.insights.fairness.counts import Rates
from anliegen.oversight.insights.fairness.look import (
    LATE,
    LEVEL,
    LONGER,
    MATTERS,
    SMALLEST,
    WAITING,
    Calibration,
    Group,
    Look,
    Rate,
    Waits,
)
from anliegen.oversight.insights.fairness.quantiles import Difference

COLUMNS = ("dimension", "group", "n", "measure", "of", "value", "low", "high", "ratio", "ratio_low", "ratio_high", "z")


def of(seen: Look) -> dict[str, Any]:
    groups = {name: [_group(one) for one in several] for name, several in seen.groups.items()}
    bounds = {"level": LEVEL, "smallest_group": SMALLEST, "longer": LONGER, "matters": MATTERS}
    return {**bounds, "groups": groups}


def _group(one: Group) -> dict[str, Any]:
    if one.n < SMALLEST:
        return {"group": one.name, "n": None}  # so few that their number tells of them, too
    return {
        "group": one.name,
        "n": one.n,
        "waiting": _waits(one.waits) if one.waits else None,
        "rates": {name: _rate(rate) if rate else None for name, rate in one.rates.items()},
        "calibration": _calibration(one.calibration) if one.calibration else None,
    }


def _waits(one: Waits) -> dict[str, Any]:
    return {
        "n": one.n,
        "median": one.median.as_list,
        "p90": one.p90.as_list,
        "median_beside": _beside(one.beside),
        "p90_beside": _beside(one.beside_p90),
    }


def _beside(one: Difference | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"group": round(one.group, 4), "others": round(one.others, 4), "difference": one.difference.as_list}


def _rate(one: Rate) -> dict[str, Any]:
    found: dict[str, Any] = {"n": one.n, "count": one.count, "share": one.share.as_list, "ratio": None, "z": None}
    if one.beside is not None:
        found |= {"ratio": _finite(one.beside), "z": round(one.beside.z, 4)}
    return found


def _finite(one: Rates) -> list[float] | None:
    """None where others have none of it, and the ratio no value."""
    return None if one.ratio.value == float("inf") else one.ratio.as_list


def _calibration(one: Calibration) -> dict[str, Any]:
    sure = None if one.sure_at_least is None else round(one.sure_at_least, 4)
    bins = [{"said": round(each.said, 4), "right": round(each.right, 4), "n": each.n} for each in one.bins]
    return {"n": one.n, "error": round(one.error, 4), "sure_at_least": sure, "bins": bins}


def compared(figures: dict[str, Any]) -> frozenset[str]:
    """The measures of which something is known of at least two groups of one kind: what was looked at at all."""
    found: set[str] = set()
    for groups in figures.get("groups", {}).values():
        known = [one for one in groups if one["n"] is not None]
        if sum(one["waiting"] is not None for one in known) > 1:
            found |= {WAITING, LATE}
        names = {name for one in known for name in one["rates"]}
        found |= {name for name in names if sum(one["rates"].get(name) is not None for one in known) > 1}
    return frozenset(found)


def lines(figures: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """One line for each figure, in COLUMNS."""
    for dimension, groups in figures["groups"].items():
        for group in groups:
            head = (dimension, group["group"])
            if group["n"] is None:
                yield (*head, None, "hidden", f"fewer than {figures['smallest_group']}", *[None] * 7)
                continue
            for name in ("median", "p90") if group["waiting"] else ():
                yield (
                    *head,
                    group["n"],
                    f"waiting_{name}_hours",
                    group["waiting"]["n"],
                    *group["waiting"][name],
                    *[None] * 4,
                )
            for name, rate in group["rates"].items():
                if rate:
                    ratio = rate["ratio"] or [None] * 3
                    yield (*head, group["n"], name, rate["n"], *rate["share"], *ratio, rate["z"])
            if group["calibration"]:
                kept = group["calibration"]
                yield (*head, group["n"], "calibration_error", kept["n"], kept["error"], *[None] * 6)
