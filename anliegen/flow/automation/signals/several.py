"""Several concerns in one message: its passages that may each be one. Rather one too few than one too many.

Here a text is only taken apart; what each passage is about somebody else says, and `several` decides from that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

LOOKED_AT = 20_000  # characters
MOST = 8  # passages
SHORTEST = 12  # letters that ask for something
SHORTEST_TOLD = 20  # letters that say something without asking
SURE = 0.5  # of a passage's topic, for it to count as one of its own
# Where the whole is as surely about one thing, what is stranger than so is said in passing and no concern of its own.
WHOLE, STRANGEST = 0.97, -1.0
_BLOCK = r"\n[ \t]*\n|\n(?=\s*(?:[-*•]|\d{1,2}[.)])\s)"  # a paragraph ends, or a point of a list begins
_BORDER = re.compile(rf"(?<![.!?…])[.!?…]+(?=\s|$)|(?P<block>{_BLOCK})")
_SHORT = re.compile(r"(?:\b(?:z|b|d|h|u|a|nr|str|dr|prof|ca|bzw|abs|ggf|inkl|tel|mr|mrs|st)|\d)$", re.IGNORECASE)


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(expressions), re.IGNORECASE)


_OPENING = _any(r"^\W*(?:sehr geehrte[rs]?|liebe[rs]?|hallo|guten (?:tag|morgen|abend)|moin|servus|dear|hello|hi)\b")
_GREETING = _any(
    _OPENING.pattern,
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
    r"^\W*(?:außerdem|ausserdem|zudem|ferner|des weiteren|weiterhin|zweitens|drittens|viertens|und dann noch)\b",
    r"^\W*(?:noch (?:etwas|eine (?:andere )?frage|was)|dann noch|übrigens)\b",
    r"^\W*(?:weitere frage|ein anderes thema|zum anderen|auch)\b",
    r"^\W*(?:also|another|furthermore|moreover|secondly|thirdly|besides|in addition|by the way)\b",
    r"^\W*\d{1,2}[.)]|^\s*[-*•]",
)


@dataclass(frozen=True, slots=True)
class Passage:
    """text[start:end]; `is_new` says that the writer themself set it apart ("Außerdem ...", a point of a list), `asks`
    that something in it is asked for."""

    start: int
    end: int
    is_new: bool
    asks: bool = False


def passages(text: str) -> tuple[Passage, ...]:
    """Each paragraph, each point of a list, and what begins as something else ("Außerdem ..."), in order, at most 8.

    Within a paragraph each request is one, with what is told before the first and after each: whoever asks for one
    thing tells why, and that is no concern of its own.
    """
    kept: list[Passage] = []
    for start, end, opens in _sentences(text[:LOOKED_AT]):
        said = text[start:end]
        letters = sum(map(str.isalpha, said))
        asking = letters >= SHORTEST and bool(_ASKS.search(said))
        if not asking and _is_greeting(said):
            continue
        is_new = letters >= SHORTEST and bool(_NEW.match(said))
        asked_already = not kept or kept[-1].asks
        if is_new or (asking and (opens or asked_already)) or (opens and letters >= SHORTEST_TOLD):
            kept.append(Passage(start, end, is_new, asking))
        elif kept:
            kept[-1] = replace(kept[-1], end=end, asks=kept[-1].asks or asking)
    return tuple(kept[:MOST])


def _is_greeting(said: str) -> bool:
    """Nothing but that: "Hallo, ich ziehe um" says something."""
    if not _GREETING.match(said):
        return False
    _greeting, _comma, rest = said.partition(",")
    return not _OPENING.match(said) or sum(map(str.isalpha, rest)) < SHORTEST_TOLD


@dataclass(frozen=True, slots=True)
class Label:
    """What a passage is about, by whoever learnt it; an empty topic is "fits none". `fit` says how much of what is
    usual its words and what came before speak for it, in standard deviations: 0 is as usual."""

    topic: str
    confidence: float
    fit: float = 0.0


def several(found: Sequence[Passage], labels: Sequence[Label], whole: Label) -> tuple[str, ...]:
    """The different topics, in the order of the text; fewer than two mean: one concern, leave it whole.

    One label a passage, and one of the whole text. Two passages of different topics are two concerns when each is sure,
    or when the writer set the second apart and it is at least half as sure. What asks for nothing and is strange beside
    a whole that is surely about something else was said in passing.
    """
    if len(found) != len(labels):
        raise ValueError("one label for each passage")
    topics: list[str] = []
    for passage, label in zip(found, labels, strict=True):
        needed = SURE / 2 if passage.is_new else SURE
        is_another = label.topic != whole.topic and whole.confidence >= WHOLE
        is_in_passing = is_another and label.fit < STRANGEST and not passage.asks
        is_one = label.topic and label.confidence >= needed and not is_in_passing
        if is_one and label.topic not in topics:
            topics.append(label.topic)
    return tuple(topics) if len(topics) > 1 else ()


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each begins and ends, and whether it is the first of a paragraph or of a point of a list."""
    begin, opens = 0, True
    for border in _BORDER.finditer(text):
        if border.group() == "." and _SHORT.search(text[max(begin, border.start() - 6) : border.start()]):
            continue
        for start, end in _stripped(text, begin, border.end()):
            yield start, end, opens
            opens = False
        begin, opens = border.end(), opens or border["block"] is not None
    for start, end in _stripped(text, begin, len(text)):
        yield start, end, opens


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    said = text[start:end]
    if said.strip():
        yield start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))
