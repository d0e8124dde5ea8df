"""Whether one group waits longer than others of the same stratum, by ranks (van Elteren 1960).

Ranks, because waiting times have long tails: one concern that lay for weeks must not speak for its group. A stratum
weighs 1/(N+1), with which the test has most power against a shift that is the same everywhere. In one stratum it is
the test of Wilcoxon, Mann and Whitney.
"""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from anliegen.oversight.insights.fairness.quantiles import Codes, Floats


@dataclass(frozen=True)
class Ranked:
    """Ranks within strata, worked out once for all groups that are compared along them."""

    strata: Codes  # 0..k-1 of each value
    ranks: Floats
    sizes: Floats  # of each stratum
    spread: Floats  # the variance of one rank in each stratum, ties reckoned with


def ranked(values: Floats, strata: Codes) -> Ranked:
    """Equal values share the middle of their ranks."""
    _names, strata = np.unique(strata, return_inverse=True)
    order = np.lexsort((values, strata))
    kept, of = values[order], strata[order]
    sizes = np.bincount(strata).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    is_new = np.concatenate([[True], (kept[1:] != kept[:-1]) | (of[1:] != of[:-1])]) if len(kept) else np.array([])
    tie = np.cumsum(is_new).astype(np.int64) - 1
    position = np.arange(1, len(kept) + 1) - starts[of]
    counts = np.bincount(tie).astype(np.float64)
    middle = np.bincount(tie, weights=position) / counts
    ranks = np.empty(len(kept))
    ranks[order] = middle[tie]
    mean = (sizes + 1) / 2
    squares = np.bincount(strata, weights=(ranks - mean[strata]) ** 2, minlength=len(sizes))
    return Ranked(strata, ranks, sizes, squares / np.maximum(sizes - 1, 1))


def longer(found: Ranked, is_group: NDArray[np.bool_]) -> float:
    """The z value of the group: above 0 its values are greater than those of the others in its strata."""
    n = np.bincount(found.strata, weights=is_group, minlength=len(found.sizes))
    sums = np.bincount(found.strata, weights=found.ranks * is_group, minlength=len(found.sizes))
    weight = 1 / (found.sizes + 1)
    # Drawn without replacement: n ranks of N have this mean and this variance.
    apart = weight * (sums - n * (found.sizes + 1) / 2)
    variance = weight**2 * found.spread * n * (found.sizes - n) / np.maximum(found.sizes, 1)
    total = float(variance.sum())
    return float(apart.sum()) / sqrt(total) if total > 0 else 0.0


def chance_above(z: float) -> float:
    """How likely a standard normal value is at least z."""
    return 0.5 * erfc(z / sqrt(2))
