"""The language of the word lists, and the one walk that looks for all of it at once.

A pattern is words in order within one sentence: `word`, `word*` and `*word` (begins, ends so), `a|b` (either),
`<kin|a>` (a class of the list, or a word), `#` (a number), `~3` (up to three words between), and `word?` (may be
missing). Every word of a text is looked up once; from each place only the patterns that begin there are tried, each
with a bounded number of steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from anliegen.flow.automation.signals.words import Words, variants

MOST_STEPS = 60  # of one pattern from one place; no pattern of ours needs more
SHORTEST_WITH_SLIP = 8  # letters: in shorter words one wrong letter makes another word


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a pattern: what it is, how many others may stand before it, and whether it may be missing."""

    element: int
    gap: int
    may_miss: bool


@dataclass(slots=True)
class Vocabulary:
    """Every word that some pattern waits for, by how it is compared."""

    whole: dict[str, set[int]] = field(default_factory=dict)
    beginnings: dict[str, set[int]] = field(default_factory=dict)
    endings: dict[str, set[int]] = field(default_factory=dict)
    slips: dict[str, set[str]] = field(default_factory=dict)  # a word less one letter -> the words it may be
    never: frozenset[str] = frozenset()  # words that are no slip of another
    numbers: set[int] = field(default_factory=set)  # the elements that any number is
    elements: dict[str, int] = field(default_factory=dict)

    def element(self, written: str, classes: Mapping[str, str]) -> int:
        """The number of `a|b*|<kin>`; learnt at its first use."""
        if written not in self.elements:
            number = self.elements[written] = len(self.elements)
            for one in _expanded(written, classes):
                self._learn(one, number)
        return self.elements[written]

    def _learn(self, word: str, number: int) -> None:
        if word == "#":
            self.numbers.add(number)
            return
        table = self.beginnings if word.endswith("*") else self.endings if word.startswith("*") else self.whole
        for variant in variants(word.strip("*")):
            table.setdefault(variant, set()).add(number)

    def forgive(self, words: Sequence[str], never: Sequence[str]) -> None:
        """Take these with one letter missing, doubled, swapped or wrong for what they are."""
        self.never = frozenset(one for word in never for one in variants(word))
        for word in words:
            for variant in variants(word):
                for less in (variant, *_less_one(variant)):
                    self.slips.setdefault(less, set()).add(variant)

    def known(self, word: str) -> frozenset[int]:
        """The elements that this folded word is."""
        found = self._as_written(word)
        if not found and len(word) >= SHORTEST_WITH_SLIP - 1 and len(word) < 30 and word not in self.never:
            meant = self._meant(word)
            return self._as_written(meant) if meant else found
        return found

    def _as_written(self, word: str) -> frozenset[int]:
        found = set(self.whole.get(word, ()))
        for length in range(3, min(len(word), 24) + 1):
            found |= self.beginnings.get(word[:length], set())
            found |= self.endings.get(word[-length:], set())
        if word.isdigit():
            found |= self.numbers
        return frozenset(found)

    def _meant(self, word: str) -> str | None:
        for less in (word, *_less_one(word)):
            for candidate in self.slips.get(less, ()):
                if len(candidate) >= SHORTEST_WITH_SLIP and is_one_slip(word, candidate):
                    return candidate
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern's words by their places, in order, and which pattern."""

    places: tuple[int, ...]
    pattern: int

    @property
    def first(self) -> int:
        """The place of its first word."""
        return self.places[0]

    @property
    def last(self) -> int:
        """The place of its last word."""
        return self.places[-1]


class Patterns:
    """Many patterns, looked for together."""

    def __init__(self, classes: Mapping[str, str], vocabulary: Vocabulary) -> None:
        self.classes, self.vocabulary = classes, vocabulary
        self.steps: list[tuple[Step, ...]] = []
        self.begin: dict[int, list[int]] = {}
        self.known = lru_cache(maxsize=1 << 14)(vocabulary.known)

    def add(self, written: str) -> int:
        """Learn one; its number."""
        steps: list[Step] = []
        gap = 0
        for piece in written.split():
            if piece.startswith("~"):
                gap = int(piece[1:])
                continue
            element = self.vocabulary.element(piece.removesuffix("?"), self.classes)
            steps.append(Step(element, gap, piece.endswith("?")))
            gap = 0
        number = len(self.steps)
        self.steps.append(tuple(steps))
        self.begin.setdefault(steps[0].element, []).append(number)
        return number

    def find(self, words: Words) -> Iterator[Found]:
        """All places, by where they begin."""
        known = [self.known(word) for word in words.folded]
        for first, elements in enumerate(known):
            for element in elements:
                for pattern in self.begin.get(element, ()):
                    places = self._match(pattern, known, words, first)
                    if places:
                        yield Found(places, pattern)

    def _match(self, pattern: int, known: list[frozenset[int]], words: Words, first: int) -> tuple[int, ...]:
        """The places of its words when it begins here, () when it does not; the shortest way is tried first."""
        steps, budget = self.steps[pattern], MOST_STEPS
        sentence = words.sentences[first]
        waiting: list[tuple[int, tuple[int, ...]]] = [(1, (first,))]
        while waiting and budget:
            step, places = waiting.pop()
            budget -= 1
            if step == len(steps):
                return places
            wanted = steps[step]
            if wanted.may_miss:
                waiting.append((step + 1, places))
            for place in range(min(places[-1] + 1 + wanted.gap, len(known) - 1), places[-1], -1):
                if words.sentences[place] == sentence and wanted.element in known[place]:
                    waiting.append((step + 1, (*places, place)))
        return ()


def is_one_slip(word: str, other: str) -> bool:
    """Whether they differ by one letter: missing, too many, wrong, or two swapped."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return word == other
    begin = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    one, two = word[begin:], other[begin:]
    if len(one) == len(two):
        return one[1:] == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])
    return one[1:] == two if len(one) > len(two) else one == two[1:]


def _less_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _expanded(written: str, classes: Mapping[str, str]) -> Iterator[str]:
    """The words of `a|b*`; within angle brackets the name of a class stands for its words."""
    if not written.startswith("<"):
        yield from written.split("|")
        return
    for one in written[1:-1].split("|"):
        yield from classes[one].split() if one in classes else (one,)
