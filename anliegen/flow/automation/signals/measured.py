"""How sure a signal is: what was measured of its rules, kept in `measured.toml`, and how it is measured.

For each signal and strength: on how many messages of the made-on corpus such a rule spoke, on how many rightly. The
confidence is the lower end of Wilson's interval (E. B. Wilson, 1927) at 95 %: few examples give little confidence.
"""

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

Z = 1.96
FEWEST = 5  # messages; below that a strength is judged by all signals together


def confidence(signal: str, strength: str) -> float:
    """Between 0 and 1. Where a signal was heard too seldom in this strength, what all signals have in it counts."""
    table = _measured()
    said, right = table.get(signal, {}).get(strength, (0, 0))
    if said < FEWEST:
        all_of_it = [counts.get(strength, (0, 0)) for counts in table.values()]
        said, right = sum(one for one, _right in all_of_it), sum(right for _said, right in all_of_it)
    return wilson_lower(right, said)


def wilson_lower(right: int, said: int) -> float:
    """The lower end of the interval for the share right/said; 0 of none."""
    if said == 0:
        return 0.0
    share = right / said
    middle = share + Z * Z / (2 * said)
    reach = Z * math.sqrt(share * (1 - share) / said + Z * Z / (4 * said * said))
    return max(0.0, (middle - reach) / (1 + Z * Z / said))


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
