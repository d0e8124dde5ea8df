"""A text with what the HTML it came from says about its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Mark(Enum):
    """What the structure of a mail's HTML tells of a line."""

    BEGINS = "begins"  # from here on all is history: Outlook's divRplyFwdMsg and its like
    INTRODUCES = "introduces"  # an attribution: moz-cite-prefix, gmail_attr
    SIGNS = "signs"  # inside of what a mail program keeps as the signature


@dataclass(frozen=True, slots=True)
class Laid:
    """A text, and the marks of its lines by their number from 0."""

    text: str
    marks: Mapping[int, Mark] = field(default_factory=dict)


def joined(pieces: Iterable[Laid]) -> Laid:
    """One below the other with an empty line between, empty ends taken off each piece."""
    texts: list[str] = []
    marks: dict[int, Mark] = {}
    line = 0
    for piece in pieces:
        text = piece.text.strip("\n")
        skipped = len(piece.text) - len(piece.text.lstrip("\n"))
        marks.update({line + number - skipped: mark for number, mark in piece.marks.items() if number >= skipped})
        texts.append(text)
        line += text.count("\n") + 2
    return Laid("\n\n".join(texts), marks)
