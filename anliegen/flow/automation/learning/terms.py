"""Texts as rows of numbers: their words, pairs of words and pieces of words, each the heavier the fewer texts have it.

The weights are tf-idf with sublinear counts and smoothed idf, words and pieces each brought to length 1 by themselves
(Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 6.2 to 6.4). Pieces find what inflection and
compounds do to German words without a dictionary.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anliegen.ground.text import fold_accents

Floats = NDArray[np.floating[Any]]
Keys = NDArray[np.int32]

LONGEST_TEXT = 20_000  # characters of a text that are read; a mail says what it is about before that
SHORTEST_PIECE, LONGEST_PIECE = 2, 5
FEWEST_WITH_PIECE = 2  # texts; a piece of one text alone tells nothing of others
MOST_WORDS, MOST_PIECES = 60_000, 120_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    """A text as the terms it has, by their key, and their weights; `known` is the share of its words that were seen
    before."""

    keys: Keys
    weights: Floats
    known: float = 1.0


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _WORD.findall(fold_accents(text[:LONGEST_TEXT]))


def as_written(words: Sequence[str], text: str) -> list[str]:
    """Folded words as the text has them where they first stand: „zahlerstand“ is „Zählerstand“ to who reads it."""
    missing, found = set(words), dict[str, str]()
    for written in _WORD.finditer(text[:LONGEST_TEXT]):
        if not missing:
            break
        if (word := fold_accents(written.group())) in missing:
            missing.remove(word)
            found[word] = written.group()
    return [found.get(word, word) for word in words]


def pieces_of(word: str) -> Iterator[str]:
    """All pieces of a word of 2 to 5 letters, a space marking where it begins and ends."""
    padded = f" {word} "
    for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        if len(padded) <= length:
            yield padded
            return
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


class Terms:
    """The terms that examples have, and how telling each is. Keys of pieces come after those of words."""

    def __init__(self, words: dict[str, int], pieces: dict[str, int], idf: Floats) -> None:
        self.words, self.pieces, self.idf = words, pieces, idf

    def __len__(self) -> int:
        return len(self.idf)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Terms":
        """The terms of these texts."""
        words: Counter[str] = Counter()
        pieces: Counter[str] = Counter()
        for text in texts:
            said = words_of(text)
            words.update({*said, *_pairs(said)})
            pieces.update({piece for word in {*said} for piece in pieces_of(word)})
        kept = words.most_common(MOST_WORDS)
        telling = [(piece, n) for piece, n in pieces.most_common(MOST_PIECES) if n >= FEWEST_WITH_PIECE]
        idf = [math.log((1 + len(texts)) / (1 + number)) + 1 for _term, number in [*kept, *telling]]
        return cls(
            {word: key for key, (word, _n) in enumerate(kept)},
            {piece: key for key, (piece, _n) in enumerate(telling, len(kept))},
            np.array(idf, dtype=np.float32),
        )

    def row(self, text: str) -> Row:
        """The terms of a text that are known."""
        said = words_of(text)
        words = Counter(key for term in (*said, *_pairs(said)) if (key := self.words.get(term)) is not None)
        pieces: Counter[int] = Counter()
        for word, number in Counter(said).items():
            for piece in pieces_of(word):
                if (key := self.pieces.get(piece)) is not None:
                    pieces[key] += number
        parts = [self._weighted(words), self._weighted(pieces)]
        known = sum(word in self.words for word in said) / len(said) if said else 0.0
        return Row(
            np.concatenate([part.keys for part in parts]), np.concatenate([part.weights for part in parts]), known
        )

    def _weighted(self, counts: "Counter[int]") -> Row:
        keys = np.fromiter(counts, dtype=np.int32, count=len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[keys]
        return Row(keys, (weights / (np.linalg.norm(weights) or 1)).astype(np.float32))

    def by_word(self, text: str, row: Row, shares: Floats) -> dict[str, float]:
        """What each word adds when each of the row's terms adds `shares`: by itself, in pairs, and by its pieces."""
        share = dict(zip(row.keys.tolist(), shares.tolist(), strict=True))
        said = words_of(text)
        found: dict[str, float] = {word: share.get(self.words.get(word, -1), 0.0) for word in dict.fromkeys(said)}
        for first, second in dict.fromkeys(pairwise(said)):
            half = share.get(self.words.get(f"{first} {second}", -1), 0.0) / 2
            found[first] += half
            found[second] += half
        self._add_pieces(Counter(said), share, found)
        return found

    def _add_pieces(self, said: "Counter[str]", share: dict[int, float], found: dict[str, float]) -> None:
        """A piece that several words have is shared among them, by how often they have it."""
        having: dict[int, Counter[str]] = {}
        for word, number in said.items():
            for piece in pieces_of(word):
                if (key := self.pieces.get(piece)) is not None:
                    having.setdefault(key, Counter())[word] += number
        for key, words in having.items():
            each = share.get(key, 0.0) / words.total()
            for word, number in words.items():
                found[word] += each * number


def matrix(rows: Iterable[Row], terms: int) -> Any:
    """The rows as a sparse matrix of scipy, for learning."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  # slow import

    rows = list(rows)
    ends = np.cumsum([0, *(len(row.keys) for row in rows)])
    keys = np.concatenate([row.keys for row in rows]) if rows else np.zeros(0, np.int32)
    weights = np.concatenate([row.weights for row in rows]) if rows else np.zeros(0, np.float32)
    return csr_matrix((weights, keys, ends), shape=(len(rows), terms))


def _pairs(words: Sequence[str]) -> Iterator[str]:
    return (f"{first} {second}" for first, second in pairwise(words))
