"""What a message says besides its topic: that somebody died, is ill, in need, angry, asks for a person, and the like.

Rules, no model: the same text always gets the same answer. A signal never decides anything irreversible; it brings a
person. What it says of a text it does not say of the sender: it is a reading, and may be corrected.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from anliegen.flow.automation.signals.lists import STRENGTHS, Rule, lists
from anliegen.flow.automation.signals.measured import confidence
from anliegen.flow.automation.signals.patterns import Found
from anliegen.flow.automation.signals.words import Words, words_of

SIGNALS = (
    "complaint",
    "cancellation",
    "withdrawal",
    "bereavement",
    "illness",
    "hardship",
    "fear",
    "anger",
    "threat_of_harm",
    "threat_of_suing",
    "wish_for_person",
    "legal_deadline",
    "defect",
    "instruction_to_machine",
)
_NOT_A_DENIAL = frozenset({"nur", "only", "laenger", "bloss", "just"})  # "nicht nur", "not only": what follows is said
_AFTER = 8  # words; a German "nicht" stands at the end of its clause


@dataclass(frozen=True, slots=True)
class Signal:
    """`spans` are the places of the words that decided, in characters of the text; confidence is between 0 and 1."""

    code: str
    strength: str  # sure, likely, hint: of the strongest rule
    confidence: float  # how often that strength was right on messages the rules were not made on
    spans: tuple[tuple[int, int], ...]

    def words(self, text: str) -> tuple[str, ...]:
        """The words that decided, as they stand in the text."""
        return tuple(text[start:end] for start, end in self.spans)


def read(text: str) -> tuple[Signal, ...]:
    """The signals of what a sender wrote now, without what they quote, in the order of SIGNALS.

    Reads the first 20,000 characters, in time linear to their number.
    """
    words = words_of(text)
    kept: dict[str, list[tuple[Rule, Found]]] = {}
    for rule, found in _said(words):
        kept.setdefault(rule.signal, []).append((rule, found))
    return tuple(_signal(code, kept[code], words) for code in SIGNALS if code in kept)


def _said(words: Words) -> Iterator[tuple[Rule, Found]]:
    """What the rules find, less what is denied or taken back in its sentence."""
    all_lists = lists()
    denials: set[int] = set()
    taken_back: set[tuple[str, int]] = set()
    hits: list[tuple[Rule, Found]] = []
    for found in all_lists.patterns.find(words):
        rule = all_lists.rule(found.pattern)
        if rule is None:
            if not (found.last + 1 < len(words) and words.folded[found.last + 1] in _NOT_A_DENIAL):
                denials.add(found.first)
        elif rule.strength is None:
            taken_back.add((rule.signal, words.sentences[found.first]))
        else:
            hits.append((rule, found))
    for rule, found in hits:
        if (rule.signal, words.sentences[found.first]) in taken_back or _is_denied(rule, found, words, denials):
            continue
        yield rule, found


def _is_denied(rule: Rule, found: Found, words: Words, denials: set[int]) -> bool:
    if not rule.before and not rule.after:
        return False
    near = range(max(0, found.first - rule.before), found.first)
    if any(at in denials and words.clauses[at] == words.clauses[found.first] for at in near):
        return True
    if rule.before and any(at in denials and at not in found.places for at in range(found.first + 1, found.last)):
        return True
    after = range(found.last + 1, min(len(words), found.last + 1 + _AFTER)) if rule.after else range(0)
    return any(at in denials and words.clauses[at] == words.clauses[found.last] for at in after)


def _signal(code: str, hits: list[tuple[Rule, Found]], words: Words) -> Signal:
    strength = min((rule.strength or "hint" for rule, _found in hits), key=STRENGTHS.index)
    spans = sorted({(words.starts[found.first], words.ends[found.last]) for _rule, found in hits})
    return Signal(code, strength, confidence(code, strength), _apart(spans))


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """None over another: those that overlap are told as one."""
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)
