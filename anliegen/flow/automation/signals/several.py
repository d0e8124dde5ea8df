"""Several concerns in one message: the passages that each ask for something. Rather one too few than one too many.

Here a text is only taken apart; what each passage is about somebody else says, and `several` decides from that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LOOKED_AT = 20_000  # characters
MOST = 8  # passages
SHORTEST = 12  # letters that ask for something
SURE = 0.6  # of a passage's topic, for it to count as one of its own
_BORDER = re.compile(r"(?<![.!?…])[.!?…]+(?=\s|$)|\n[ \t]*\n|\n(?=\s*(?:[-*•]|\d{1,2}[.)])\s)")
_SHORT = re.compile(r"(?:\b(?:z|b|d|h|u|a|nr|str|dr|prof|ca|bzw|abs|ggf|inkl|tel|mr|mrs|st)|\d)$", re.IGNORECASE)


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(expressions), re.IGNORECASE)


_GREETING = _any(
    r"^\W*(?:sehr geehrte|liebe|hallo|guten (?:tag|morgen|abend)|moin|servus|dear|hello|hi)\b",
    r"^\W*(?:(?:mit )?freundliche[nr]?|viele|beste[nr]?|liebe) (?:gr[uü](?:ß|ss)e?n?)|^\W*gr(?:uss|uß|üsse|üße)\b",
    r"^\W*(?:vielen dank|danke|herzlichen dank|thanks?|thank you|kind regards|best regards|ich freue mich|im voraus)\b",
)
_ASKS = _any(
    r"\?\s*$",
    r"^\W*(?:bitte|können|könnten|kann|könnte|würden|wann|wie|wo|was|warum|wieso)\b",
    r"^\W*(?:welche\w*|wer|gibt es|haben sie|ist es)\b",
    r"^\W*(?:außerdem|zudem|ferner|zweitens|erstens|drittens)\b",
    r"^\W*(?:please|can|could|would|when|how|where|what|why|is it|do you|also|another)\b",
    r"\b(?:ich|wir) (?:\w+ ){0,3}?(?:möchten?|will|wollen|brauchen?|bitten?|hätten?|kündigen?|erwarte)\b",
    r"\b(?:ich|wir) (?:\w+ ){0,3}?(?:melde|widerrufe|benötigen?|frage|wünsche|beschwere|habe eine frage|fordere)\b",
    r"\b(?:möchte|brauche|hätte|bitte|melde|kündige|benötige) (?:ich|wir|ihnen)\b",
    r"\bbitte (?:\w+ ){0,4}?(?:sie|um|mir|uns|den|die|das)\b",
    r"\b(?:i|we) (?:\w+ ){0,2}?(?:want|need|would like|wish|wonder|am asking|must)\b",
    r"\b(?:funktioniert|geht|läuft|defekt|kaputt|doesn.t work|not working|broken)\b",
)
_NEW = _any(
    r"^\W*(?:außerdem|ausserdem|zudem|ferner|des weiteren|weiterhin|zweitens|drittens|und dann noch)\b",
    r"^\W*(?:noch (?:etwas|eine (?:andere )?frage|was)|dann noch|übrigens)\b",
    r"^\W*(?:weitere frage|ein anderes thema|zum anderen|auch)\b",
    r"^\W*(?:also|another (?:thing|question)|secondly|besides|in addition|by the way)\b",
    r"^\W*\d{1,2}[.)]|^\s*[-*•]",
)


@dataclass(frozen=True, slots=True)
class Passage:
    """text[start:end]; `is_new` says that the writer themself set it apart ("Außerdem ...", a point of a list)."""

    start: int
    end: int
    is_new: bool


def passages(text: str) -> tuple[Passage, ...]:
    """Where something is asked for, in order, at most 8. What follows a request without asking belongs to it."""
    kept: list[Passage] = []
    for start, end in _sentences(text[:LOOKED_AT]):
        said = text[start:end]
        if sum(map(str.isalpha, said)) >= SHORTEST and _ASKS.search(said):
            kept.append(Passage(start, end, bool(_NEW.match(said))))
        elif kept and not _GREETING.match(said):
            kept[-1] = Passage(kept[-1].start, end, kept[-1].is_new)
    return tuple(kept[:MOST])


@dataclass(frozen=True, slots=True)
class Label:
    """What a passage is about, by whoever learnt it; an empty topic is "fits none"."""

    topic: str
    confidence: float


def several(found: Sequence[Passage], labels: Sequence[Label]) -> tuple[str, ...]:
    """The different topics, in the order of the text; fewer than two mean: one concern, leave it whole.

    One label a passage. Two passages of different topics are two concerns when each is sure, or when the writer set the
    second apart and it is at least half as sure.
    """
    if len(found) != len(labels):
        raise ValueError("one label for each passage")
    topics: list[str] = []
    for passage, label in zip(found, labels, strict=True):
        needed = SURE / 2 if passage.is_new else SURE
        if label.topic and label.confidence >= needed and label.topic not in topics:
            topics.append(label.topic)
    return tuple(topics) if len(topics) > 1 else ()


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for border in _BORDER.finditer(text):
        if border.group() == "." and _SHORT.search(text[max(begin, border.start() - 6) : border.start()]):
            continue
        yield from _stripped(text, begin, border.end())
        begin = border.end()
    yield from _stripped(text, begin, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    said = text[start:end]
    if said.strip():
        yield start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))
