"""How well a model does, in all and for each group: pure arithmetic over what it answered and what was right.

Groups are what operations know of a message: its channel, its language, its length, whether the customer is new. No
group of fewer than 30 is judged (handbook 3.5).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from anliegen.flow.automation.learning.calibration import calibration_error
from anliegen.flow.automation.learning.model import Answer
from anliegen.flow.automation.teaching.examples import Given

SMALLEST = 30
WORSE = 0.10  # a group that is surely so much worse than all is a finding
Z = 1.96
SHORT, LONG = 200, 800  # characters


@dataclass(frozen=True)
class Judged:
    """Of `n` messages. Shares from 0 to 1; None where too few were seen. `low` and `high`: Wilson, 95 %."""

    n: int
    right: float | None
    low: float | None
    high: float | None
    silent: float | None  # share of which it said that they fit no category
    calibration: float | None  # expected calibration error


Row = tuple[Given, Answer]


def judge(rows: Sequence[Row]) -> Judged:
    """What is right counts among all, silence as not right: a person had to look."""
    if len(rows) < SMALLEST:
        return Judged(len(rows), None, None, None, None, None)
    right = np.array([given.example.label == answer.label and not answer.is_unknown for given, answer in rows])
    sure = np.array([answer.confidence for _given, answer in rows])
    guessed = np.array([given.example.label == answer.label for given, answer in rows])
    low, high = wilson(int(right.sum()), len(rows))
    return Judged(
        n=len(rows),
        right=_short(right.mean()),
        low=_short(low),
        high=_short(high),
        silent=_short(np.mean([answer.is_unknown for _given, answer in rows])),
        calibration=_short(calibration_error(sure, guessed)),
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The Wilson score interval of a share at 95 % (Wilson 1927). (0, 1) of nothing."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * np.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


BY: dict[str, Callable[[Given], str]] = {
    "channel": lambda given: given.channel,
    "language": lambda given: given.language or "?",
    "length": lambda given: _length(len(given.example.text)),
    "customer": lambda given: "new" if given.is_new_customer else "known",
}


def by_group(rows: Sequence[Row]) -> dict[str, Any]:
    """The test per group, to be kept: all, each group, and the findings, those that are surely much worse than all."""
    whole = judge(rows)
    parts: dict[str, dict[str, Any]] = {}
    findings = []
    for by, of in BY.items():
        grouped: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            # What the operator wrote came by no channel and from no customer: it has a length only.
            if by == "length" or row[0].channel:
                grouped[of(row[0])].append(row)
        parts[by] = {}
        for name in sorted(grouped):
            judged = judge(grouped[name])
            parts[by][name] = asdict(judged)
            if whole.right is not None and judged.high is not None and judged.high < whole.right - WORSE:
                findings.append([by, name])
    return {"all": asdict(whole), "by": parts, "findings": findings}


def sheet_of(given: Iterable[Given], left_out: int) -> dict[str, Any]:
    """The dataset sheet: where the examples come from, of what and when, and what stayed out."""
    given = list(given)
    told = [one.told_at for one in given if one.told_at is not None]
    return {
        "examples": len(given),
        "sources": _counts(one.source for one in given),
        "topics": _counts(one.example.label for one in given),
        "channels": _counts(one.channel for one in given if one.channel),
        "languages": _counts(one.language or "?" for one in given if one.channel),
        "from": min(told).isoformat() if told else None,
        "until": max(told).isoformat() if told else None,
        "left_out": left_out,
        "reads": ["subject", "own words"],
        "never_reads": ["names", "addresses", "numbers", "customer value", "origin", "health"],
    }


def _counts(names: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _length(signs: int) -> str:
    return "short" if signs < SHORT else "long" if signs > LONG else "middle"


def _short(value: Any) -> float:
    return round(float(value), 4)
