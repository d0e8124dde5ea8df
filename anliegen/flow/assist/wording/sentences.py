"""A text taken apart into sentences, each with its place. Lines that are quoted are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 300  # characters; what is longer is no sentence that a rule could mend
# An end is a mark and a space before a capital or a line's end, but not after an abbreviation, an initial or a date.
# It is tried only where a run of marks begins: within a long one it would be tried at each.
_END = re.compile(r"(?<![.!?…])[.!?…]+(?=\s|$)")
_SHORT = re.compile(
    r"(?:\b(?:z|d|u|o|i|e|s|v|a|B|h|a|g|Nr|Dr|Prof|Str|St|bzw|ca|ggf|ggfs|bzgl|usw|inkl|zzgl|evtl|vgl|Abs|Art|Mr|Mrs|Ms|Co|No|etc|approx)|\d)$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Some words of a text: where they begin, the words without the mark at their end, and that mark."""

    start: int
    words: str
    mark: str

    @property
    def end(self) -> int:
        """Where the sentence ends in the text, with its mark."""
        return self.start + len(self.words) + len(self.mark)


def sentences(text: str) -> Iterator[Sentence]:
    """Those of a length that can be mended. A line's end ends one only before an empty line, a list or a quote."""
    for start, block in _blocks(text):
        begun = 0
        for end in _END.finditer(block):
            if _SHORT.search(block[max(begun, end.start() - 5) : end.start()]) and end.group() == ".":
                continue
            yield from _sentence(start + begun, block[begun : end.start()], end.group())
            begun = end.end()
        yield from _sentence(start + begun, block[begun:], "")


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"[^\n]+(?:\n(?![\n>*•\-\d])[^\n]+)*", text):
        if not found.group().lstrip().startswith(">"):
            yield found.start(), found.group()


def _sentence(start: int, words: str, mark: str) -> Iterator[Sentence]:
    bare = words.strip(" \t\n-*•,;")
    if 0 < len(bare) <= LONGEST:
        yield Sentence(start + words.index(bare), bare, mark)
