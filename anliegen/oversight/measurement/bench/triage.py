"""How long learning takes, and one answer: by words alone, and with an encoder where one is installed.

The messages are made up: of some categories, each with words of its own among those that all have. The limit is the
same texts counted into rows of terms, without learning anything from them: what no way of learning by words goes below.
"""

import random
import time
from typing import Any

import numpy as np

from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import learn
from anliegen.flow.automation.learning.terms import Terms
from anliegen.oversight.measurement.bench.report import Report, percentiles, timed

TEXTS, CATEGORIES, ASKED = 15_000, 100, 300
OWN_WORDS, COMMON_WORDS = 12, 900
WHAT = "the same texts counted into rows of terms, and nothing learnt from them"


def measure(texts: int = TEXTS) -> Report:
    """Learn from so many texts, and answer some others one by one."""
    examples, asked = made_up(texts, seed=1), [one.text for one in made_up(ASKED, seed=2)]
    limit = _limit(examples, asked)
    figures: dict[str, Any] = {"texts": texts, "categories": CATEGORIES, **_figures(examples, asked, None)}
    for name in encoders.installed():
        figures[f"with_{name}"] = _figures(examples, asked, encoders.named(name))
    ratio = round(limit["ms_per_message_p95"] / figures["ms_per_message_p95"], 3)
    return Report("triage", figures, {"what": WHAT, **limit}, ratio)


def _figures(examples: list[Example], asked: list[str], encoder: encoders.Encoder | None) -> dict[str, float]:
    began = time.perf_counter()
    model = learn(examples, encoder=encoder)
    took = time.perf_counter() - began
    texts = iter(asked)
    return {
        "train_seconds": round(took, 2),
        "ms_per_message_p95": _p95(lambda: model.answer([next(texts)]), len(asked)),
    }


def _limit(examples: list[Example], asked: list[str]) -> dict[str, float]:
    began = time.perf_counter()
    terms = Terms.of([one.text for one in examples])
    for one in examples:
        terms.row(one.text)
    took = time.perf_counter() - began
    texts = iter(asked)
    return {"train_seconds": round(took, 2), "ms_per_message_p95": _p95(lambda: terms.row(next(texts)), len(asked))}


def _p95(call: Any, times: int) -> float:
    return percentiles(timed(call, times=times))["p95_ms"]


def made_up(number: int, *, seed: int) -> list[Example]:
    """Messages of 8 to 20 words. The words are the same for every seed, the messages are not."""
    words = _words(np.random.default_rng(0))
    common, own = words[:COMMON_WORDS], words[COMMON_WORDS:]
    chance = random.Random(seed)  # noqa: S311  # made-up words need no secrecy
    made = []
    for at in range(number):
        category = at % CATEGORIES
        mine = own[category * OWN_WORDS : (category + 1) * OWN_WORDS]
        said = [chance.choice(mine if chance.random() < 0.3 else common) for _ in range(chance.randint(8, 20))]
        made.append(Example(" ".join(said), f"category-{category}"))
    return made


def _words(chance: np.random.Generator) -> list[str]:
    """Words of two to four syllables, none twice."""
    syllables = [first + vowel for first in "bdfghklmnprstwz" for vowel in ("a", "e", "i", "o", "u", "ei", "au")]
    found: dict[str, None] = {}
    while len(found) < COMMON_WORDS + CATEGORIES * OWN_WORDS:
        found["".join(chance.choice(syllables, size=chance.integers(2, 5)))] = None
    return list(found)
