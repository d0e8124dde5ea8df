"""The word lists, read once: `german.toml`, `english.toml`, `others.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anliegen.flow.automation.signals.patterns import Patterns, Vocabulary

FILES = ("german", "english", "others")
STRENGTHS = ("sure", "likely", "hint")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a pattern says: a signal and how strongly; with no strength it takes the signal back in its sentence.

    A "not" counts `before` words before it, and after it to the end of the clause where the verb comes first (`after`).
    """

    signal: str
    strength: str | None
    before: int
    after: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """All patterns, the rule of each by its number, and the pattern numbers of what denies."""

    patterns: Patterns
    rules: tuple[Rule | None, ...]

    def rule(self, pattern: int) -> Rule | None:
        """The rule of a pattern; None for a word that denies."""
        return self.rules[pattern]


@cache
def lists() -> Lists:
    """Those of all languages together: a message need not say which it is in."""
    written = [_read(name) for name in FILES]
    classes = {name: words for each in written for name, words in each["classes"].items()}
    vocabulary = Vocabulary()
    patterns = Patterns(classes, vocabulary)
    rules: list[Rule | None] = []
    for each in written:
        for one in each["denies"]:
            patterns.add(one)
            rules.append(None)
        for rule in each["rule"]:
            for one in rule["find"]:
                patterns.add(one)
                rules.append(_rule(rule))
    slips = [word for each in written for word in each.get("slips", "").split()]
    vocabulary.forgive(slips, [word for each in written for word in each.get("never", "").split()])
    return Lists(patterns, tuple(rules))


def _rule(rule: dict[str, Any]) -> Rule:
    return Rule(rule["signal"], rule.get("strength"), rule.get("before", 3), rule.get("after", False))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
