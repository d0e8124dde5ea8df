"""Made-up streams of concerns: what the world is like is said here, so what must be found is known."""

import numpy as np

from anliegen.oversight.insights.fairness.stream import Grouping, Stream

CHANNELS = ("email", "form", "phone", "letter", "chat")
LANGUAGES = ("de", "en", "tr", "uk")


def stream(seed: int, n: int = 3000) -> Stream:
    """Nobody is treated unlike others of the same topic and week. But topics wait differently long, groups write of
    different topics, and weeks differ: what looks like a bias where one does not compare like with like."""
    random = np.random.default_rng(seed)
    topics, weeks = random.integers(0, 8, n), random.integers(0, 13, n)
    channel = np.where(random.random(n) < 0.6, topics // 3, random.choice(5, n, p=[0.5, 0.2, 0.15, 0.05, 0.1]))
    language = np.where(random.random(n) < 0.1, (topics + weeks) % 4, random.choice(4, n, p=[0.8, 0.1, 0.06, 0.04]))
    groups = {
        "channel": _grouping(CHANNELS, channel),
        "language": _grouping(LANGUAGES, language),
        "topic_known": _grouping(("no", "yes"), random.integers(0, 2, n)),
        "length": _grouping(("short", "medium", "long"), random.integers(0, 3, n)),
        "tone": _grouping(("angry", "neutral", "polite"), random.choice(3, n, p=[0.05, 0.45, 0.5])),
        "acquaintance": _grouping(("known", "new"), random.integers(0, 2, n)),
    }
    waits = np.exp(random.normal(0.3 * topics + 0.05 * weeks, 1.0))
    rates = {
        "urgent": (random.random(n) < 0.04 + 0.02 * topics).astype(float),
        "unplaced": (random.random(n) < 0.03).astype(float),  # rare: where an approximation would find what is not
        "by_rule": (random.random(n) < 0.5 + 0.05 * topics).astype(float),
        "by_model": np.where(random.random(n) < 0.5, (random.random(n) < 0.3 + 0.05 * topics).astype(float), np.nan),
        "fulfilled": np.where(random.random(n) < 0.3, (random.random(n) < 0.8 - 0.03 * topics).astype(float), np.nan),
    }
    sure = random.uniform(0.5, 1.0, n)
    return Stream(topics, weeks, groups, waits, rates, sure, (random.random(n) < sure).astype(float))


def _grouping(names: tuple[str, ...], codes: np.ndarray) -> Grouping:
    return Grouping(names, codes.astype(np.int64))
