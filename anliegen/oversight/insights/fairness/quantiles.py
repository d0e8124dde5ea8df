"""Medians and p90 with their uncertainty, alone and compared within strata."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

DRAWS = 1000  # resamples behind an interval
INSIDE = 0.95
FEWEST_IN_A_STRATUM = 5  # of a group and of the others; below that a stratum says nothing about their quantiles
SHORTEST = 1 / 60  # hours: what is shorter is no shorter by comparison


@dataclass(frozen=True)
class Estimate:
    """A value with the interval in which it lies in 95 of 100 samples."""

    value: float
    low: float
    high: float

    @property
    def as_list(self) -> list[float]:
        return [round(each, 4) for each in (self.value, self.low, self.high)]


@dataclass(frozen=True)
class Difference:
    """A quantile of a group beside that of comparable others; both weighted alike over the strata."""

    group: float
    others: float
    difference: Estimate


def quantile(sorted_values: Floats, share: float) -> float:
    """The smallest value that this share of all does not exceed."""
    return float(sorted_values[_place(len(sorted_values), share) - 1])


def with_interval(values: Floats, share: float, random: np.random.Generator) -> Estimate:
    """The quantile with its percentile bootstrap interval (Efron 1979)."""
    ordered = np.sort(values)
    low, high = np.quantile(resampled(ordered, share, random), _TAILS)
    return Estimate(quantile(ordered, share), float(low), float(high))


def resampled(sorted_values: Floats, share: float, random: np.random.Generator, draws: int = DRAWS) -> Floats:
    """The quantile of so many resamples, without drawing them.

    The k-th smallest of n indices drawn with replacement is n times the k-th smallest of n uniform numbers, which
    follows a beta distribution; so each resample costs one number instead of n.
    """
    n = len(sorted_values)
    place = _place(n, share)
    index = np.minimum((random.beta(place, n - place + 1, draws) * n).astype(np.int64), n - 1)
    found: Floats = sorted_values[index]
    return found


def difference(
    values: Floats, is_group: NDArray[np.bool_], strata: Codes, share: float, random: np.random.Generator
) -> Difference | None:
    """How far a quantile of the group lies from that of the others of the same stratum, over all strata.

    A stratum weighs n*m/(n+m), where both sides say most about their difference. None without a stratum in which both
    sides are there.
    """
    weights, mine, theirs = [], [], []
    for one, rest in _both_sides(values, is_group, strata):
        weights.append(len(one) * len(rest) / (len(one) + len(rest)))
        mine.append(np.concatenate([[quantile(one, share)], resampled(one, share, random)]))
        theirs.append(np.concatenate([[quantile(rest, share)], resampled(rest, share, random)]))
    if not weights:
        return None
    by = np.array(weights) / sum(weights)
    group, others = by @ np.array(mine), by @ np.array(theirs)
    apart = group - others
    low, high = np.quantile(apart[1:], _TAILS)
    found = Estimate(float(apart[0]), float(low), float(high))
    return Difference(float(group[0]), float(others[0]), found)


def times_as_long(
    values: Floats, is_group: NDArray[np.bool_], strata: Codes, random: np.random.Generator, draws: int = 400
) -> tuple[Estimate, float, int, int] | None:
    """How many times as long the group's values are as those of comparable others; with the group's own median, and how
    many of both were compared.

    Each value of the group is measured by the median of the others in its stratum, and of these ratios the median is
    taken. So small strata count too, and on a scale of ratios no slow topic hides all others. Both sides are resampled.
    None without a stratum in which both sides are there.
    """
    logs = np.log(np.maximum(values, SHORTEST))
    middles: list[Floats] = []
    mine, of, n_others = [], [], 0
    for stratum in np.unique(strata[is_group]):
        there = strata == stratum
        rest = np.sort(logs[there & ~is_group])
        if len(rest):
            own = logs[there & is_group]
            mine.append(own)
            of.append(np.full(len(own), len(middles)))
            middles.append(np.concatenate([[quantile(rest, 0.5)], resampled(rest, 0.5, random, draws)]))
            n_others += len(rest)
    if not mine:
        return None
    own, places, peers = np.concatenate(mine), np.concatenate(of), np.array(middles)
    redrawn = []
    for draw in range(1, draws + 1):  # one by one: all at once they would take hundreds of megabytes
        chosen = random.integers(0, len(own), len(own))
        redrawn.append(np.median(own[chosen] - peers[places[chosen], draw]))
    low, high = np.exp(np.quantile(redrawn, _TAILS))
    value = float(np.exp(np.median(own - peers[places, 0])))
    return Estimate(value, float(low), float(high)), float(np.exp(np.median(own))), len(own), n_others


_TAILS = ((1 - INSIDE) / 2, (1 + INSIDE) / 2)


def _place(n: int, share: float) -> int:
    return max(1, ceil(round(n * share, 9)))


def _both_sides(values: Floats, is_group: NDArray[np.bool_], strata: Codes) -> list[tuple[Floats, Floats]]:
    """The sorted values of both sides, of each stratum that has enough of both."""
    found = []
    for stratum in np.unique(strata):
        there = strata == stratum
        one, rest = np.sort(values[there & is_group]), np.sort(values[there & ~is_group])
        if min(len(one), len(rest)) >= FEWEST_IN_A_STRATUM:
            found.append((one, rest))
    return found
