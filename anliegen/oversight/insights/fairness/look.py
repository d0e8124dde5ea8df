"""Look at a stream: figures of every group, and what is found when all comparisons are reckoned with.

A finding needs both: that it is no accident (Holm over everything that was looked at, at one in a hundred) and that it
matters (a fifth longer; for shares the four-fifths rule of thumb). One figure never clears or stops anything.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anliegen.oversight.insights.fairness import counts, quantiles, ranks, reliability
from anliegen.oversight.insights.fairness.many import holm
from anliegen.oversight.insights.fairness.quantiles import Codes, Difference, Estimate, Floats
from anliegen.oversight.insights.fairness.stream import TOPIC_KNOWN, Grouping, Stream, known

LEVEL = 0.01  # of a false alarm in one look, whatever is looked at: it is looked every night
SMALLEST = 30  # concerns of a group, and of those it is compared with
MATTERS = 1.25  # so many times as often; as seldom is 1/1.25
LONGER = 1.2  # so many times as long
MEDIAN, P90 = 0.5, 0.9
WAITING, LATE = "waiting", "late"  # the middle of the waits; being among the slowest tenth of a topic and week
# What would be worse for a group: that it happens more often (+1) or less often (-1) than to others.
RATES = {"urgent": (-1,), "unplaced": (1,), "by_rule": (1, -1), "by_model": (1, -1), "fulfilled": (-1,)}
NOT_COMPARED = {(TOPIC_KNOWN, "unplaced")}  # without a topic mostly means without a place: the same said twice


@dataclass(frozen=True)
class Found:
    """A group that is worse off than comparable others. `value` and `others` are hours, or shares of 1."""

    measure: str
    dimension: str
    group: str
    sign: int  # +1: more than others, -1: less
    value: float
    others: float
    low: float
    high: float  # of the difference in hours (waiting), else of the ratio
    n: int
    n_others: int
    chance: float  # after all comparisons were reckoned with


@dataclass(frozen=True)
class Waits:
    """How long a group waits for the first answer, in hours; and beside comparable others."""

    n: int
    median: Estimate
    p90: Estimate
    beside: Difference | None
    beside_p90: Difference | None


@dataclass(frozen=True)
class Rate:
    """How often something happened to a group; and beside all others."""

    n: int
    count: int
    share: Estimate
    beside: counts.Rates | None


@dataclass(frozen=True)
class Calibration:
    """How well decisions knew how sure they were."""

    n: int
    error: float
    bins: list[reliability.Bin]
    sure_at_least: float | None  # how sure 9 of 10 right ones were; None: too few to say


@dataclass(frozen=True)
class Group:
    """The figures of one group. None: fewer than SMALLEST, so that nothing is said."""

    name: str
    n: int
    waits: Waits | None = None
    rates: dict[str, Rate | None] = field(default_factory=dict)
    calibration: Calibration | None = None


@dataclass(frozen=True)
class Look:
    """All that was seen in one look."""

    n: int
    comparisons: int
    groups: dict[str, list[Group]]
    found: list[Found]


@dataclass(frozen=True)
class _Comparison:
    """A question that was asked: how likely this is by accident, and what would be said of it."""

    chance: float
    found: Found | None


def look(stream: Stream, *, seed: int = 1, with_figures: bool = True) -> Look:
    """`with_figures`: with intervals and calibration of every group, which findings do not need."""
    random = np.random.default_rng(seed)
    asked: list[_Comparison] = []
    groups: dict[str, list[Group]] = {}
    for dimension, grouping in stream.groups.items():
        asked += _compare(stream, dimension, grouping, random)
        if with_figures:
            groups[dimension] = [
                _group(stream, dimension, grouping, code, random) for code in range(len(grouping.names))
            ]
    adjusted = holm(np.array([one.chance for one in asked])) if asked else np.array([])
    found = [
        replace(one.found, chance=float(chance))
        for one, chance in zip(asked, adjusted, strict=True)
        if one.found is not None and chance <= LEVEL
    ]
    return Look(len(stream), len(asked), groups, sorted(found, key=lambda one: one.chance))


def _compare(stream: Stream, dimension: str, grouping: Grouping, random: np.random.Generator) -> list[_Comparison]:
    if len(grouping.names) < 2:
        return []
    strata = stream.strata(dimension)
    asked: list[_Comparison] = []
    there = known(stream.waits) & (grouping.codes >= 0)
    if there.any():
        asked += _compare_waits(stream, dimension, grouping, there, strata, random)
    for measure, signs in RATES.items():
        if (dimension, measure) in NOT_COMPARED or measure not in stream.rates:
            continue
        values = stream.rates[measure]
        there = known(values) & (grouping.codes >= 0)
        for sign in signs:
            happened = values[there] == (1 if sign > 0 else 0)
            asked += _compare_rates(measure, sign, happened, dimension, grouping, there, strata)
    return asked


def _compare_waits(
    stream: Stream,
    dimension: str,
    grouping: Grouping,
    there: NDArray[np.bool_],
    strata: Codes,
    random: np.random.Generator,
) -> list[_Comparison]:
    waits, codes = stream.waits[there], grouping.codes[there]
    order = ranks.ranked(waits, strata[there])
    asked = []
    for code, name in _large_enough(grouping, codes):
        is_group = codes == code
        chance = ranks.chance_above(ranks.longer(order, is_group))
        found = None
        if chance <= LEVEL:  # what Holm leaves of it is never less
            found = _wait_found(dimension, name, waits, is_group, strata[there], random, chance)
        asked.append(_Comparison(chance, found))
    late = _slowest_tenth(order)
    return asked + _compare_rates(LATE, 1, late, dimension, grouping, there, strata)


def _wait_found(
    dimension: str,
    group: str,
    waits: Floats,
    is_group: NDArray[np.bool_],
    strata: Codes,
    random: np.random.Generator,
    chance: float,
) -> Found | None:
    """`others` is what the group's middle would be if it waited as comparable others do."""
    compared = quantiles.times_as_long(waits, is_group, strata, random)
    if compared is None:
        return None
    ratio, own, n, n_others = compared
    if min(n, n_others) < SMALLEST or ratio.value < LONGER or ratio.low <= 1:
        return None
    low, high = own - own / ratio.low, own - own / ratio.high
    return Found(WAITING, dimension, group, 1, own, own / ratio.value, low, high, n, n_others, chance)


def _slowest_tenth(order: ranks.Ranked) -> NDArray[np.bool_]:
    """Whether each is among the slowest tenth of its stratum: the p90 of all, asked of each group."""
    found: NDArray[np.bool_] = order.ranks > np.ceil(0.9 * order.sizes)[order.strata]
    return found


def _compare_rates(
    measure: str,
    sign: int,
    happened: NDArray[np.bool_],
    dimension: str,
    grouping: Grouping,
    there: NDArray[np.bool_],
    strata: Codes,
) -> list[_Comparison]:
    """`happened` is what would be worse for a group; `sign` -1 says that this is the absence of something good."""
    codes, strata = grouping.codes[there], strata[there]
    asked = []
    for code, name in _large_enough(grouping, codes):
        is_group = codes == code
        chance = counts.more_often(happened, is_group, strata)
        found = _rate_found(measure, sign, happened, is_group, strata, chance) if chance <= LEVEL else None
        asked.append(_Comparison(chance, replace(found, dimension=dimension, group=name) if found else None))
    return asked


def _rate_found(
    measure: str, sign: int, happened: NDArray[np.bool_], is_group: NDArray[np.bool_], strata: Codes, chance: float
) -> Found | None:
    of = happened if sign > 0 else ~happened
    shares = counts.alike(of, is_group, strata)
    ratio = counts.ratio_alike(of, is_group, strata)
    if shares is None or ratio is None:
        return None
    mine, theirs = shares
    matters = mine >= MATTERS * theirs if sign > 0 else mine * MATTERS <= theirs
    if not matters:
        return None
    n, n_others = counts.meet(is_group, strata)
    return Found(measure, "", "", sign, mine, theirs, ratio.low, ratio.high, n, n_others, chance)


def _large_enough(grouping: Grouping, codes: Codes) -> list[tuple[int, str]]:
    sizes = np.bincount(codes, minlength=len(grouping.names))
    return [
        (code, name)
        for code, name in enumerate(grouping.names)
        if sizes[code] >= SMALLEST and len(codes) - sizes[code] >= SMALLEST
    ]


def _group(stream: Stream, dimension: str, grouping: Grouping, code: int, random: np.random.Generator) -> Group:
    is_group, others = grouping.codes == code, (grouping.codes >= 0) & (grouping.codes != code)
    n = int(is_group.sum())
    if n < SMALLEST:
        return Group(grouping.names[code], n)
    rates = {name: _rate(values, is_group, others) for name, values in stream.rates.items()}
    return Group(
        grouping.names[code],
        n,
        _waits(stream, dimension, is_group, others, random),
        rates,
        _calibration(stream, is_group),
    )


def _waits(
    stream: Stream, dimension: str, is_group: NDArray[np.bool_], others: NDArray[np.bool_], random: np.random.Generator
) -> Waits | None:
    there = known(stream.waits)
    own = stream.waits[there & is_group]
    if len(own) < SMALLEST:
        return None
    compared = there & (is_group | others)
    waits, side, topics = stream.waits[compared], is_group[compared], stream.topics_for(dimension)[compared]
    enough = int((~side).sum()) >= SMALLEST
    return Waits(
        len(own),
        quantiles.with_interval(own, MEDIAN, random),
        quantiles.with_interval(own, P90, random),
        quantiles.difference(waits, side, topics, MEDIAN, random) if enough else None,
        quantiles.difference(waits, side, topics, P90, random) if enough else None,
    )


def _rate(values: Floats, is_group: NDArray[np.bool_], others: NDArray[np.bool_]) -> Rate | None:
    there = known(values)
    own, rest = values[there & is_group], values[there & others]
    if len(own) < SMALLEST:
        return None
    count = int(own.sum())
    beside = counts.selection(count, len(own), int(rest.sum()), len(rest)) if len(rest) >= SMALLEST else None
    return Rate(len(own), count, counts.wilson(count, len(own)), beside)


def _calibration(stream: Stream, is_group: NDArray[np.bool_]) -> Calibration | None:
    if len(stream.sure) != len(is_group):
        return None
    there = is_group & known(stream.sure) & known(stream.right)
    if int(there.sum()) < SMALLEST:
        return None
    sure, right = stream.sure[there], stream.right[there] == 1
    bins = reliability.reliability(sure, right)
    doubt = reliability.conformal_bound(1 - sure[right], 0.1)
    return Calibration(
        int(there.sum()), reliability.calibration_error(bins), bins, 1 - doubt if np.isfinite(doubt) else None
    )
