"""How sure a signal is: what was measured of its rules, kept in `measured.toml`, and how it is measured.

For each signal and strength: on how many messages of those kept back such a rule spoke, on how many rightly. Never on
those that the rules were made on, where every rule is right. The confidence is the share of right ones, with one right
and one wrong added (Laplace), so that of a few nobody says that it is certain; how many they were stands beside it.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

VERSION = 2  # of the data: 1 was the messages that the rules were made on
FEWEST = 5  # messages; below that a strength is judged by all signals together


@dataclass(frozen=True, slots=True)
class Measurement:
    """Of `said` kept-back messages on which it spoke it was right on `right`; `of_all`: of all signals in its strength.
    People said a word of `heard` more, and that it was true of `true`."""

    said: int
    right: int
    of_all: bool = False
    heard: int = 0
    true: int = 0

    @property
    def confidence(self) -> float:
        return (self.right + self.true + 1) / (self.said + self.heard + 2)

    def as_evidence(self) -> dict[str, Any]:
        """What a decision keeps, so that it can be said later what its confidence was made of."""
        kept = {"version": VERSION, "said": self.said, "right": self.right, "of_all": self.of_all}
        return kept | ({"heard": self.heard, "true": self.true} if self.heard else {})


def measurement(signal: str, strength: str) -> Measurement:
    """Where a signal was heard too seldom in this strength, what all signals have in it counts."""
    table = _measured()
    said, right = table.get(signal, {}).get(strength, (0, 0))
    if said >= FEWEST:
        return Measurement(said, right)
    all_of_it = [counts.get(strength, (0, 0)) for counts in table.values()]
    return Measurement(sum(one for one, _right in all_of_it), sum(right for _said, right in all_of_it), of_all=True)


def confidence(signal: str, strength: str) -> float:
    """Between 0 and 1."""
    return measurement(signal, strength).confidence


def counted(answers: Iterable[tuple[Mapping[str, str], frozenset[str]]]) -> dict[str, dict[str, tuple[int, int]]]:
    """(said, right) by signal and strength, of pairs of what was said (signal -> strength) and what is true."""
    said: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for signals, truth in answers:
        for signal, strength in signals.items():
            said[signal, strength] += 1
            right[signal, strength] += signal in truth
    table: dict[str, dict[str, tuple[int, int]]] = {}
    for (signal, strength), times in sorted(said.items()):
        table.setdefault(signal, {})[strength] = (times, right[signal, strength])
    return table


@cache
def _measured() -> dict[str, dict[str, tuple[int, int]]]:
    text = Path(__file__).with_name("measured.toml").read_text(encoding="utf-8")
    return {
        signal: {strength: (said, right) for strength, (said, right) in strengths.items()}
        for signal, strengths in tomllib.loads(text).items()
    }
