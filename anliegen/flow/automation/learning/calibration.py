"""How sure a guess really is, and from where on it may be said. Pure arithmetic over scores and what turned out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.terms import Floats

BINS = 15
TINY = 1e-9
NARROWEST = 1e-4  # by which the likeliest leads at least
LITTLE = 5.0  # examples that what is said already counts for


def shares(scores: Floats, temperature: float = 1.0) -> Floats:
    """Scores of each class (texts x classes) as shares that add up to 1 in each row."""
    hot = scores / temperature
    powers: Floats = np.exp(hot - hot.max(axis=1, keepdims=True))
    parts: Floats = powers / powers.sum(axis=1, keepdims=True)
    return parts


def temperature_for(scores: Floats, truth: NDArray[np.intp]) -> float:
    """The one number by which scores are divided so that shares say how often they are right.

    It minimises the mean log loss (Guo et al. 2017, "On Calibration of Modern Neural Networks"). Texts x classes, and
    the column that was right. 1.0 when there is nothing to learn from.
    """
    if len(truth) == 0:
        return 1.0

    def loss(log_temperature: float) -> float:
        found = shares(scores, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(found[np.arange(len(truth)), truth], 1e-12)).mean())

    return float(np.exp(_least(loss, -5.0, 5.0)))


@dataclass(frozen=True)
class Certainty:
    """How scores become shares that are right as often as they say: a temperature for all classes, then a line through
    the log-odds of the likeliest (Platt 1999), while the others keep their proportions. What is likeliest stays it."""

    temperature: float
    slope: float
    offset: float

    def of(self, scores: Floats) -> Floats:
        """Texts x classes; each row adds up to 1."""
        found = shares(scores.astype(np.float64), self.temperature)
        rows, best = np.arange(len(found)), found.argmax(axis=1)
        top = found[rows, best].copy()
        found[rows, best] = 0
        others = found.sum(axis=1, keepdims=True)
        among = np.where(others > TINY, found / np.maximum(others, TINY), 1 / (found.shape[1] - 1))
        among[rows, best] = 0
        runner_up = among.max(axis=1)
        least = runner_up / (1 + runner_up) + NARROWEST  # with less the runner-up would become the likeliest
        told = np.clip(1 / (1 + np.exp(-self.slope * log_odds(top) - self.offset)), least, 1)
        corrected: Floats = among * (1 - told)[:, None]
        corrected[rows, best] = told
        return corrected


AS_SAID = Certainty(1.0, 1.0, 0.0)


def certainty_for(scores: Floats, truth: NDArray[np.intp]) -> Certainty:
    """Learnt from texts of which is known which class was right, the column in `truth`."""
    temperature = temperature_for(scores, truth)
    found = shares(scores, temperature)
    slope, offset = _line_for(log_odds(found.max(axis=1)), found.argmax(axis=1) == truth)
    return Certainty(temperature, slope, offset)


def log_odds(share: Floats) -> Floats:
    kept = np.clip(share.astype(np.float64), TINY, 1 - TINY)
    odds: Floats = np.log(kept / (1 - kept))
    return odds


def _line_for(odds: Floats, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the likeliest line (Newton), pulled a little towards what is said already, so that few
    examples change little."""
    line, prior = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    points = np.stack([odds, np.ones_like(odds)], axis=1)
    for _ in range(50):
        told = 1 / (1 + np.exp(-points @ line))
        slope = points.T @ (right - told) - LITTLE * (line - prior)
        bend = (points * (told * (1 - told))[:, None]).T @ points + LITTLE * np.eye(2)
        step = np.linalg.solve(bend, slope)
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return max(float(line[0]), 0.05), float(line[1])


def calibration_error(sure: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error: how far what is said and what is right lie apart, over 15 bins of the same width."""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[place == each].mean()) - float(sure[place == each].mean())) * float((place == each).mean())
        for each in range(BINS)
        if (place == each).any()
    ]
    return float(sum(gaps))


def is_shown(wrong: int, of: int, bound: float, certainty: float = 0.9) -> bool:
    """Whether after `wrong` errors among `of` cases the upper bound of the true error is no more than `bound` (Clopper
    and Pearson 1934). Such an upper bound is above the truth in `certainty` of all such samples."""
    if of == 0 or wrong >= of:
        return bound >= 1
    return bound > wrong / of and (bound >= 1 or chance_of_at_most(wrong, of, bound) <= 1 - certainty)


def threshold_for(sure: Floats, right: NDArray[np.bool_], bound: float, certainty: float = 0.9) -> float:
    """The lowest confidence from which on the error stays under the bound. Above 1 (never) while that is not shown."""
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order])
    for place in range(len(order) - 1, -1, -1):
        if wrong[place] > bound * (place + 1):
            continue  # not even as it was seen
        is_last_of_its_kind = place == len(order) - 1 or sure[order[place + 1]] < sure[order[place]]
        if is_last_of_its_kind and is_shown(int(wrong[place]), place + 1, bound, certainty):
            return float(sure[order[place]])
    return float("inf")


def chance_of_at_most(wrong: int, of: int, error: float) -> float:
    """The chance of at most so many errors among so many cases."""
    numbers = np.arange(1, of + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(numbers))])
    some = np.arange(wrong + 1)
    chances = logs[of] - logs[some] - logs[of - some] + some * np.log(error) + (of - some) * np.log1p(-error)
    return float(np.exp(chances).sum())


def _least(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is least (golden section)."""
    ratio = (5**0.5 - 1) / 2
    inner = [high - ratio * (high - low), low + ratio * (high - low)]
    found = [loss(inner[0]), loss(inner[1])]
    for _ in range(60):
        if found[0] < found[1]:
            high, inner = inner[1], [inner[1] - ratio * (inner[1] - low), inner[0]]
            found = [loss(inner[0]), found[0]]
        else:
            low, inner = inner[0], [inner[1], inner[0] + ratio * (high - inner[0])]
            found = [found[1], loss(inner[1])]
    return (low + high) / 2
