"""Whether something happens to one group more often than to others: ratio, interval, and an exact test over strata."""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from anliegen.oversight.insights.fairness.quantiles import Codes, Estimate, Floats
from anliegen.oversight.insights.fairness.ranks import chance_above

Z_95 = 1.959963984540054
CLEARLY_NOT = 0.2  # from such a chance on nobody needs the exact one


@dataclass(frozen=True)
class Rates:
    """How often it happened to a group and to the others."""

    group: float
    others: float
    ratio: Estimate
    z: float


def wilson(count: int, of: int) -> Estimate:
    """A share with its interval (Wilson 1927), sound near 0 and 1 and for few."""
    share, spread = count / of, Z_95**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def selection(count: int, of: int, others: int, of_others: int) -> Rates:
    """The selection-rate ratio with its interval (Katz and others 1978), and z of the two shares, pooled.

    Half a case is added to each count of the interval where one of them is 0.
    """
    mine, theirs = count / of, others / of_others
    ratio = mine / theirs if theirs else float("inf") if mine else 1.0
    more = 0.0 if count and others else 0.5
    centre = log((count + more) / (of + more)) - log((others + more) / (of_others + more))
    spread = sqrt(max(0.0, 1 / (count + more) - 1 / (of + more) + 1 / (others + more) - 1 / (of_others + more)))
    pooled = (count + others) / (of + of_others)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_others))
    z = (mine - theirs) / error if error else 0.0
    return Rates(mine, theirs, Estimate(ratio, exp(centre - Z_95 * spread), exp(centre + Z_95 * spread)), z)


def more_often(happened: NDArray[np.bool_], is_group: NDArray[np.bool_], strata: Codes) -> float:
    """How likely so many or more of the group are when each stratum treats its members alike (one-sided).

    Exact: with what happened in each stratum given, the group's share of it is hypergeometric, and the sum over the
    strata their convolution (the stratified test of Fisher). An approximation first spares that where nothing is near;
    for rare things it would be far too sure of itself, so it never finds anything.
    """
    table = _table(happened, is_group, strata)
    if not len(table):
        return 1.0
    n, k, of, mine = table.T
    mean = n * k / of
    variance = n * (k / of) * (1 - k / of) * (of - n) / np.maximum(of - 1, 1)
    seen, expected, spread = mine.sum(), mean.sum(), variance.sum()
    if spread <= 0:
        return 1.0
    near = chance_above(float((seen - 0.5 - expected) / sqrt(spread)))
    return near if near > CLEARLY_NOT else _exact(table, int(seen))


def alike(happened: NDArray[np.bool_], is_group: NDArray[np.bool_], strata: Codes) -> tuple[float, float] | None:
    """The shares of the group and of the others as if both were spread alike over the strata; None where they never
    meet in one."""
    table = _table(happened, is_group, strata)
    if not len(table):
        return None
    n, k, of, mine = table.T
    by = n * (of - n) / of
    return float((by * mine / n).sum() / by.sum()), float((by * (k - mine) / (of - n)).sum() / by.sum())


def ratio_alike(happened: NDArray[np.bool_], is_group: NDArray[np.bool_], strata: Codes) -> Estimate | None:
    """How many times as often, over the strata (Mantel and Haenszel 1959), with its interval (Greenland and Robins
    1985); None where the sides never meet in one. The value is that of the shares of `alike`.

    Half a case, spread over the strata by their weight, is added to each side of the interval where one of them is 0.
    """
    table = _table(happened, is_group, strata)
    if not len(table):
        return None
    n, k, of, mine = table.T
    rest, theirs = of - n, k - mine
    above, below = float((mine * rest / of).sum()), float((theirs * n / of).sum())
    ratio = above / below if below else float("inf") if above else 1.0
    if not (above and below):
        half = 0.5 * (n * rest / of) / (n * rest / of).sum()
        mine, theirs, n, rest, of = mine + half, theirs + half, n + half, rest + half, of + 2 * half
        above, below = float((mine * rest / of).sum()), float((theirs * n / of).sum())
    by_chance = float(((n * rest * (mine + theirs) - mine * theirs * of) / of**2).sum())
    spread, centre = sqrt(max(0.0, by_chance / (above * below))), log(above / below)
    return Estimate(ratio, exp(centre - Z_95 * spread), exp(centre + Z_95 * spread))


def meet(is_group: NDArray[np.bool_], strata: Codes) -> tuple[int, int]:
    """How many of the group and of the others are in a stratum with one of the other side: what is compared."""
    n, _k, of, _mine = _table(is_group, is_group, strata).T
    return int(n.sum()), int((of - n).sum())


def _table(happened: NDArray[np.bool_], is_group: NDArray[np.bool_], strata: Codes) -> Floats:
    """Of each stratum in which both sides are there: the group's size, how often it happened, the size, the group's
    share of what happened."""
    _names, strata = np.unique(strata, return_inverse=True)
    most = int(strata.max()) + 1 if len(strata) else 0
    n = np.bincount(strata, weights=is_group, minlength=most)
    k = np.bincount(strata, weights=happened, minlength=most)
    of = np.bincount(strata, minlength=most).astype(np.float64)
    mine = np.bincount(strata, weights=happened & is_group, minlength=most)
    both = (n > 0) & (n < of)
    found: Floats = np.stack([n, k, of, mine], axis=1)[both]
    return found


def _exact(table: Floats, seen: int) -> float:
    numbers = table.astype(np.int64)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(numbers[:, 2].max()) + 1)))])
    least, chances = 0, np.array([1.0])
    for n, k, of, _mine in numbers:
        low, high = max(0, n + k - of), min(n, k)
        if high == 0:
            continue
        each = np.arange(low, high + 1)
        ways = logs[k] - logs[each] - logs[k - each] + logs[of - k] - logs[n - each] - logs[of - k - n + each]
        chances = np.convolve(chances, np.exp(ways - logs[of] + logs[n] + logs[of - n]))
        least += int(low)
    return float(min(1.0, chances[max(0, seen - least) :].sum()))
