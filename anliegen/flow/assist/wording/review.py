"""The text read once: every passage that reads badly with what could stand there, none over another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anliegen.flow.assist.wording import turned
from anliegen.flow.assist.wording.phrases import LANGUAGES, phrases
from anliegen.flow.assist.wording.sentences import Sentence, sentences

MOST = 60  # remarks; more help nobody
_TWICE = re.compile(r"\b([^\W\d_]{2,30})\s+\1\b", re.IGNORECASE)
_RIGHTLY_TWICE = {"die", "der", "das", "sie", "den", "dem", "was", "that", "had", "nach"}


@dataclass(frozen=True, slots=True)
class Remark:
    """`passage` is text[start:end]; `proposals` are what could stand there, the best first, "" to leave it out.

    `kind`: negation, passive, officialese, blame, demand, doubled or rehearsed.
    """

    start: int
    end: int
    kind: str
    passage: str
    proposals: tuple[str, ...]


def review(text: str, *, language: str) -> list[Remark]:
    """In the order of the text, at most MOST. Nothing in a language without a list ("de" and "en" have one)."""
    language = language[:2].lower()
    if language not in LANGUAGES:
        return []
    found: list[Remark] = []
    for sentence in sentences(text):
        mine: list[Remark] = []
        for kind, (start, end, says) in _candidates(sentence, language):
            if not any(start < other.end and other.start < end for other in mine):
                mine.append(_remark(text, sentence, start, end, kind, says))
        found += sorted((one for one in mine if one.proposals), key=lambda remark: remark.start)
        if len(found) >= MOST:
            break
    return found[:MOST]


def _candidates(sentence: Sentence, language: str) -> Iterator[tuple[str, tuple[int, int, tuple[str, ...]]]]:
    """The most particular first: who comes later gets only what is left."""
    if language == "de":
        yield from (("passive", place) for place in turned.passive(sentence))
        yield from (("demand", place) for place in (*turned.obligation(sentence), *turned.to_do(sentence)))
    for phrase in phrases(language):
        yield from ((phrase.kind, place) for place in phrase.places(sentence))
    for twice in _TWICE.finditer(sentence.words):
        if twice[1].lower() not in _RIGHTLY_TWICE:
            place = sentence.start + twice.start(), sentence.start + twice.end(), (twice[1],)
            yield "doubled", place


def _remark(text: str, sentence: Sentence, start: int, end: int, kind: str, says: tuple[str, ...]) -> Remark:
    """Capital letters as they stand, and no blank too many where words go."""
    passage = text[start:end]
    begins = start == sentence.start
    cased = tuple(_as_at_the_beginning(one) if begins else one for one in says)
    if "" in cased and passage[-1:] != " " and text[end : end + 1] == " ":
        end += 1
        passage = text[start:end]
        cased = tuple(f"{one} " if one else one for one in cased)
    return Remark(start, end, kind, passage, tuple(one for one in dict.fromkeys(cased) if one != passage))


def _as_at_the_beginning(words: str) -> str:
    return words[:1].upper() + words[1:]
