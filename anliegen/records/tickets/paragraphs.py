"""Paragraphs of an original and of its translation, side by side. Pure; nothing of either is ever left out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_BETWEEN = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
JOINT = "\n\n"


@dataclass(frozen=True)
class Pair:
    """A paragraph and its translation; None where one of the two has none."""

    original: str | None
    translation: str | None


def paragraphs(text: str) -> list[str]:
    """The parts between empty lines, without the white space around the whole."""
    bare = text.replace("\r\n", "\n").strip()
    return _BETWEEN.split(bare) if bare else []


def joined(parts: Iterable[str]) -> str:
    """One text of these paragraphs, each in its place: an empty one stays, so that the others keep their partners.

    An empty line inside of one would make two of it, so it becomes a line's end.
    """
    return JOINT.join(_BETWEEN.sub("\n", part.replace("\r\n", "\n").strip()) for part in parts).rstrip()


def parts(text: str) -> list[str]:
    """What `joined` put together, empty ones in their places."""
    return text.split(JOINT) if text else []


def paired(original: str, translated: Sequence[str]) -> list[Pair]:
    """Each paragraph beside that of the same place; what one of them has more stands alone."""
    return [Pair(*both) for both in zip_longest(paragraphs(original), translated)]
