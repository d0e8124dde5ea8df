"""Sentences and clauses of a text that somebody writes, with quotes masked. Linear in the length of the text."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

LONGEST = 600  # signs; what goes on longer without a stop is looked at in pieces
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_SPOKEN = re.compile(r"„[^„“”\n]{1,400}[“”]|“[^“”\n]{1,400}”|»[^»«\n]{1,400}«|\"[^\"\n]{1,400}\"")
# After a stop a sentence begins with a capital, a number or a sign; an abbreviation before it ends none.
_STOP = re.compile(
    r"(?<!\bz)(?<!\bB)(?<!\bd)(?<!\bh)(?<!\bDr)(?<!\bNr)(?<!\bca)(?<!\bSt)(?<!\bbzw)(?<!\bggf)(?<!\d)"
    r"[.!?…](?=[\"“”»)\]]{0,2}[ \t]{1,3}[A-ZÄÖÜ„\"»(]|[\"“”»)\]]{0,2}[ \t]{0,3}(?:\n|$))"
    # A number with a stop may be an ordinal; before another noun it ends the sentence.
    r"|(?<=\d)\.(?=[ \t]{1,3}(?!(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Quartal|Mahnung|Stock))[A-ZÄÖÜ])"
    r"|\n[ \t]{0,8}\n|\n(?=[ \t]{0,8}(?:[-*•–]|\d{1,2}[.)])[ \t])"
)
_JOINT = re.compile(r"[,;:–—()]|\b(?:und|sowie|oder|aber|sondern|doch|denn|and|or|but|so)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the text: where it stands, and its signs as they are, lower case beside it."""

    start: int
    text: str

    @cached_property
    def low(self) -> str:
        return self.text.lower()

    @cached_property
    def clauses(self) -> list[tuple[int, int]]:
        """(from, to) of each clause within the sentence."""
        cuts = [0, *(joint.start() for joint in _JOINT.finditer(self.text)), len(self.text)]
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    def clause_of(self, place: int) -> int:
        """Which clause this place of the sentence lies in."""
        return max(bisect_right([start for start, _end in self.clauses], place) - 1, 0)

    @property
    def is_question(self) -> bool:
        return self.text.rstrip('"“”»)] \t\n').endswith("?")


def masked(text: str) -> str:
    """The text with what others said blanked out, of the same length: lines of a quote, words in quotation marks."""
    text = _QUOTED_LINE.sub(lambda found: " " * len(found.group()), text)
    return _SPOKEN.sub(lambda found: " " * len(found.group()), text)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences, in order; together they are the text."""
    start = 0
    for stop in [*_STOP.finditer(text), None]:
        end = stop.end() if stop is not None else len(text)
        while start < end:
            cut = min(end, start + LONGEST)
            yield Sentence(start, text[start:cut])
            start = cut
