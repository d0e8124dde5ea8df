"""Whether "sure to 90 %" is right 9 times out of 10, in each group."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from anliegen.oversight.insights.fairness.quantiles import Floats

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Decisions that were about equally sure: how sure on average, how often right, how many."""

    said: float
    right: float
    n: int


def reliability(sure: Floats, right: NDArray[np.bool_]) -> list[Bin]:
    """Ten bins of the same width; empty ones are left out."""
    place = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    found = []
    for each in np.unique(place):
        there = place == each
        found.append(Bin(float(sure[there].mean()), float(right[there].mean()), int(there.sum())))
    return found


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: how far what was said and what was right lie apart, weighted by how many."""
    total = sum(each.n for each in bins)
    return sum(abs(each.said - each.right) * each.n for each in bins) / total if total else 0.0


def conformal_bound(scores: Floats, alpha: float) -> float:
    """Split conformal prediction (Vovk and others 2005): the ceil((n+1)(1-alpha))-th smallest of n scores. A new one
    that is exchangeable with them lies at or below it in at least 1-alpha of all cases; infinite where they are too
    few to say that."""
    place = ceil(round((len(scores) + 1) * (1 - alpha), 9))
    return float(np.sort(scores)[place - 1]) if 1 <= place <= len(scores) else float("inf")
