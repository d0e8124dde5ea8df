"""How urgent a message is: a proposal from 1 to 4, by an open table that anybody can read. A person decides.

Anger raises nothing (who shouts is not worse off than who does not, and no measurement of ours tells it well), and
neither does the customer's worth. The word "urgent" alone raises by one, with little confidence.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from anliegen.flow.automation.signals.dates import dates_in
from anliegen.flow.automation.signals.reading import Signal

LOW, NORMAL, HIGH, URGENT = 1, 2, 3, 4  # records/tickets PRIORITIES
URGENT_WITHIN, HIGH_WITHIN = 3, 14  # days until a deadline
WINTER = frozenset({10, 11, 12, 1, 2, 3, 4})  # months in which a flat without heating gets cold
AROUND = 60  # characters beside a signal's words in which its date stands


@dataclass(frozen=True, slots=True)
class Reason:
    """A code that the workspace puts into words, and the words of the text it rests on."""

    code: str
    priority: int
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Urgency:
    """`reasons` holds all that raise, the weightiest first; without any it is normal."""

    priority: int
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is dangerous or cannot wait, whatever the topic."""

    code: str
    priority: int
    confidence: float
    in_winter: bool
    find: re.Pattern[str]


@cache
def facts() -> tuple[Fact, ...]:
    """The table of `urgency.toml`, in its order."""
    table = tomllib.loads(Path(__file__).with_name("urgency.toml").read_text(encoding="utf-8"))
    return tuple(
        Fact(
            one["code"],
            one["priority"],
            one["confidence"],
            one.get("winter", False),
            re.compile("|".join(one["find"]), re.IGNORECASE),
        )
        for one in table["fact"]
    )


_SAYS_SO = re.compile(r"\b(?:dringend\w*|eilig\w*|eilt|sofort|asap|urgent(?:ly)?|notfall|emergency)\b", re.IGNORECASE)
_IS_OVER = re.compile(
    r"\b(?:wieder da|geht wieder|läuft wieder|behoben|erledigt|war gestern|working again|resolved|fixed)\b",
    re.IGNORECASE,
)
# A run of marks is tried once, not from each of its places.
_BORDER = re.compile(r"(?<![.!?\n])[.!?\n]+(?=\s|$)|\n")
LOOKED_AT = 20_000  # characters


def urgency(text: str, signals: Sequence[Signal], *, today: date) -> Urgency:
    """What is proposed for what the sender wrote now. `today` is the day of the message where the operator is."""
    text = text[:LOOKED_AT]
    raising = [*_by_facts(text, today), *_by_signals(text, signals, today), *_by_word(text)]
    reasons = sorted(
        (one for one in raising if one.priority > NORMAL), key=lambda one: (-one.priority, -one.confidence)
    )
    if not reasons:
        return Urgency(NORMAL, 0.5, ())
    return Urgency(reasons[0].priority, reasons[0].confidence, tuple(reasons))


def _by_facts(text: str, today: date) -> Iterator[Reason]:
    for sentence in _sentences(text):
        if _IS_OVER.search(sentence):
            continue
        for fact in facts():
            found = fact.find.search(sentence)
            if found is None or (fact.in_winter and today.month not in WINTER):
                continue
            if fact.code == "cut-off" and _days_until(sentence, today) is not None:
                yield Reason("cut-off-soon", URGENT, fact.confidence, (found.group(),))
            else:
                yield Reason(fact.code, fact.priority, fact.confidence, (found.group(),))


def _by_signals(text: str, signals: Sequence[Signal], today: date) -> Iterator[Reason]:
    for signal in signals:
        if signal.code == "threat_of_harm":
            yield Reason("threat-of-harm", URGENT, signal.confidence, signal.words(text))
        if signal.code == "legal_deadline":
            yield from _by_deadline(text, signal, today)


def _by_deadline(text: str, signal: Signal, today: date) -> Iterator[Reason]:
    for start, end in signal.spans:
        around = text[max(0, start - AROUND // 4) : end + AROUND]
        named = [day for day in dates_in(around, today=today) if day >= today]
        days = (named[0] - today).days if named else None
        if days is not None and days <= HIGH_WITHIN:
            code, priority = ("deadline-near", URGENT) if days <= URGENT_WITHIN else ("deadline", HIGH)
            yield Reason(code, priority, signal.confidence, (text[start:end],))


def _by_word(text: str) -> Iterator[Reason]:
    found = _SAYS_SO.search(text)
    if found is not None:
        yield Reason("says-so", HIGH, 0.3, (found.group(),))


def _days_until(sentence: str, today: date) -> int | None:
    """Within the days that make a matter urgent; None when no such day is named."""
    days = [(day - today).days for day in dates_in(sentence, today=today)]
    return next((each for each in days if 0 <= each <= URGENT_WITHIN), None)


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for border in _BORDER.finditer(text):
        yield text[begin : border.start()]
        begin = border.end()
    yield text[begin:]
