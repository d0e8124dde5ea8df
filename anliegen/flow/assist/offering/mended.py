"""Shorter and friendlier by rules: passages with what could stand there, for a person to take up one by one. Pure."""

import re
from collections.abc import Iterator

from anliegen.flow.assist.wording import Remark, review
from anliegen.flow.assist.wording.sentences import sentences

SHORTER = ("doubled", "rehearsed", "officialese")
FRIENDLIER = ("negation", "demand", "blame", "passive")
_GAP = "…"
# Words that a sentence can do without; none of them turns its sense round.
_FILLERS = {
    "de": re.compile(
        r"(?<=\w )(?:eigentlich|natürlich|selbstverständlich|grundsätzlich|letztendlich|letztlich|sozusagen"
        r"|gewissermaßen|an dieser Stelle"
        r"|in diesem Zusammenhang|diesbezüglich|hiermit|entsprechend|jedenfalls|ganz einfach|wirklich"
        r"|sehr gerne|nochmals|im Übrigen) ",
    ),
    "en": re.compile(
        r"(?<=\w )(?:actually|basically|of course|obviously|simply|really|in this context|at this point|hereby"
        r"|needless to say|in fact|as such|quite) ",
    ),
}


def shorter(text: str, *, language: str) -> list[Remark]:
    """What can go, and what is said with fewer words; never a fact: numbers and names stay as they are."""
    found = [
        _only(one, says)
        for one in review(text, language=language)
        if one.kind in SHORTER
        and (says := tuple(each for each in one.proposals if _GAP not in each and len(each) < len(one.passage)))
    ]
    return _apart([*_repeated(text), *found, *_fillers(text, language)])


def friendlier(text: str, *, language: str) -> list[Remark]:
    """Turned to what is possible, who does it, and a request."""
    return [one for one in review(text, language=language) if one.kind in FRIENDLIER]


def _only(one: Remark, says: tuple[str, ...]) -> Remark:
    return Remark(one.start, one.end, one.kind, one.passage, says)


def _repeated(text: str) -> Iterator[Remark]:
    """A sentence that stands there already."""
    seen: set[str] = set()
    for one in sentences(text):
        bare = " ".join(re.findall(r"\w+", one.words.lower()))
        if bare in seen and len(bare) > 12:
            start = one.start - 1 if text[one.start - 1 : one.start] == " " else one.start
            yield Remark(start, one.end, "repeated", text[start : one.end], ("",))
        seen.add(bare)


def _fillers(text: str, language: str) -> Iterator[Remark]:
    pattern = _FILLERS.get(language[:2].lower())
    for found in pattern.finditer(text) if pattern else ():
        yield Remark(found.start(), found.end(), "filler", found.group(), ("",))


def _apart(found: list[Remark]) -> list[Remark]:
    """None over another: who comes first has the place."""
    kept: list[Remark] = []
    for one in found:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
