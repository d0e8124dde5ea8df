"""A learnt model: what it answers to a text, how sure it is, by which words, and whether it should rather be silent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.calibration import AS_SAID, Certainty, shares
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.log import KeptBack
from anliegen.flow.automation.learning.room import NOT_KNOWN, Room
from anliegen.flow.automation.learning.terms import Floats, Row, Terms, as_written
from anliegen.flow.automation.learning.voices import LIKE, Linear, Neighbours, Pairs

MARGIN = 0.2  # by this the scores of a linear voice are divided before it is heard beside the others
MOST_REASONS, MOST_SHARES = 5, 20
SAME = 0.95  # cosine of texts that are taken for the same
LIKE_TOLD, TOLD_COUNTS = 0.8, 0.6  # from which likeness on what people said since counts, and how much at most


@dataclass(frozen=True)
class Answer:
    """What a model says of a text.

    `evidence`: do the words speak for any class? `likeness`: has anything like this come before? Both in standard
    deviations from what is usual for texts that fit. `is_unknown`: both together are so low that it fits no class.
    `is_sure`: it fits, and answers as sure as this one were wrong no more often than the bound allows.
    """

    label: str
    confidence: float
    runner_up: str
    runner_up_confidence: float
    evidence: float
    likeness: float
    is_unknown: bool
    is_sure: bool
    shares: tuple[tuple[str, float], ...]  # of the likeliest classes how likely each is, the likeliest first
    words: tuple[tuple[str, float], ...]  # that speak for the label, and the part of its score that each gives
    nearest: int  # the example that is most like it; from their number on, the names of the classes


@dataclass(frozen=True)
class Usual:
    """What evidence and likeness are for texts that fit, as mean and standard deviation, and from where on their sum
    says that a text fits."""

    evidence: tuple[float, float]
    likeness: tuple[float, float]
    lowest: float


@dataclass(frozen=True)
class Meant:
    """What is heard besides words where there is an encoder."""

    encoder: Encoder
    middle: Floats
    axes: Floats  # along which the points differ most: size x kept
    both: Linear  # on the kept numbers; adds to `both_terms`
    both_terms: Linear
    regression: Linear
    pairs: Pairs | None  # None with few examples: then it is no better than the others, and neighbours do not vote


@dataclass(frozen=True)
class Scores:
    """Of some texts: of each class how likely, by voices together and not yet calibrated; and the two questions."""

    mixed: Floats  # logarithms of shares
    evidence: Floats
    likeness: Floats
    nearest: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    told: Floats | None = None  # how near each is to what people said since; None where they said nothing


@dataclass(frozen=True)
class Model:
    """Answers texts. `gist` brings the terms of a text onto few numbers."""

    labels: tuple[str, ...]
    terms: Terms
    words: Linear
    gist: Floats  # terms x numbers
    neighbours: Neighbours
    meant: Meant | None
    certainty: Certainty = AS_SAID
    usual: Usual = Usual((0.0, 1.0), (0.0, 1.0), float("-inf"))
    surest: float = float("inf")  # the confidence from which on the error stays under the bound
    kept_back: KeptBack | None = None  # what was said of examples while they were kept back
    told: Neighbours | None = None  # what people have said since it was learnt
    # By which number whoever taught it knows each of its examples, 0: by none; None where nobody said.
    numbers: NDArray[np.int64] | None = None
    room: Room | None = None  # in which the neighbours lie, once something was remembered

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        """What each text is about."""
        if not texts:
            return []
        rows = [self.terms.row(text) for text in texts]
        scores = self.score(texts, rows)
        sure = self.certainty.of(scores.mixed)
        evidence, likeness = self._unusual(scores)
        order = np.argsort(-sure, axis=1, kind="stable")
        return [
            self._answer(text, rows[at], sure[at], order[at], float(evidence[at]), float(likeness[at]),
                         int(scores.nearest[at]), scores.told is not None and float(scores.told[at]) >= SAME)
            for at, text in enumerate(texts)
        ]  # fmt: skip

    def remember(self, text: str, label: str, number: int = 0) -> "Model":
        """The model after somebody said what a text is about. It counts at once: what is very like it is taken for the
        same, until a model is learnt anew from all. A label that it does not know yet waits for that."""
        return self.remember_at(self.place_of(text), label, number) if label in self.labels else self

    def place_of(self, text: str) -> Floats:
        """Where a text lies among the examples: one row."""
        return self.places_of([text])[0]

    def places_of(self, texts: Sequence[str]) -> list[Floats]:
        """Where each lies. An encoder reads many at once in far less time than one by one."""
        if not texts:
            return []
        points = self._points(texts, [self.terms.row(text) for text in texts])
        return [points[at : at + 1] for at in range(len(texts))]

    def remember_at(self, place: Floats, label: str, number: int = 0) -> "Model":
        """The same of a text of which the place is known."""
        if label not in self.labels:
            return self
        column, end = self.labels.index(label), len(self.neighbours.columns)
        learnt = end - (len(self.told.columns) if self.told is not None else 0)
        room = self.room
        if room is None or not room.add(end, place, column, number):
            room = Room(self.neighbours.points, self.neighbours.columns, self._numbers(), place)
            room.add(end, place.astype(room.points.dtype), column, number)
        classes, end = len(self.labels), end + 1
        return replace(
            self, neighbours=room.neighbours(0, end, classes), told=room.neighbours(learnt, end, classes),
            numbers=room.numbers[:end], room=room,
        )  # fmt: skip

    def number_of(self, nearest: int) -> int:
        """By which number its teacher knows an answer's nearest example; 0 where it has none, or NOT_KNOWN."""
        return NOT_KNOWN if self.numbers is None else int(self.numbers[nearest])

    def _numbers(self) -> NDArray[np.int64]:
        """One for each example."""
        unknown: NDArray[np.int64] = np.full(len(self.neighbours.columns), NOT_KNOWN, np.int64)
        return unknown if self.numbers is None else self.numbers

    def _points(self, texts: Sequence[str], rows: Sequence[Row]) -> Floats:
        if self.meant is not None:
            return self.meant.encoder.encode(texts)
        return of_length_1(np.vstack([row.weights @ self.gist[row.keys] for row in rows]))

    def _near_told(self, points: Floats) -> Floats | None:
        return None if self.told is None else self.told.nearest(points)[0][:, 0]

    def _as_told(self, mixed: Floats, points: Floats) -> Floats:
        """What people said of very similar texts counts for up to half."""
        if self.told is None:
            return mixed
        near, which = self.told.nearest(points)
        weight = TOLD_COUNTS * np.clip((near[:, :1] - LIKE_TOLD) / (1 - LIKE_TOLD), 0, 1)
        said = np.zeros_like(mixed)
        said[np.arange(len(said)), self.told.columns[which[:, 0]]] = 1
        counted: Floats = np.log(np.maximum((1 - weight) * np.exp(mixed) + weight * said, 1e-12))
        return counted

    def score(self, texts: Sequence[str], rows: Sequence[Row], points: Floats | None = None) -> Scores:
        """All voices on some texts, of which these are the rows and, where they are known already, the points."""
        gist = np.vstack([row.weights @ self.gist[row.keys] for row in rows])
        if self.meant is None:
            by_words = np.vstack([self.words.of_row(row) for row in rows])
            points = of_length_1(gist)
            near, which = self.neighbours.nearest(points)
            near = near * _part_kept(rows, gist)[:, None]
            mixed = self._as_told(np.log(shares(by_words, MARGIN)), points)
            told = self._near_told(points)
            return Scores(mixed, by_words.max(axis=1), near[:, :LIKE].mean(axis=1), which[:, 0], told)
        known = self.meant.encoder.encode(texts) if points is None else points
        return self._with_meaning(self.meant, known, rows, gist)

    def _with_meaning(self, meant: Meant, points: Floats, rows: Sequence[Row], gist: Floats) -> Scores:
        kept = (points - meant.middle) @ meant.axes
        both = meant.both.of_points(kept) + np.vstack([meant.both_terms.of_row(row) for row in rows])
        near, which = self.neighbours.nearest(points)
        voices = [(1.0, shares(both, MARGIN))]
        if meant.pairs is None:
            voices.append((1.0, shares(meant.regression.of_points(points))))
        else:
            voices.append((1.0, shares(meant.pairs.of_points(np.hstack([kept, gist])))))
            voices.append((0.5, shares(meant.regression.of_points(points))))
            voices.append((0.5, self.neighbours.votes(near, which)))
        mixed = sum((weight * said for weight, said in voices), np.zeros_like(both)) / sum(
            weight for weight, _ in voices
        )
        told = self._near_told(points)
        return Scores(
            self._as_told(np.log(mixed), points), both.max(axis=1), near[:, :LIKE].mean(axis=1), which[:, 0], told
        )

    def _unusual(self, scores: Scores) -> tuple[Floats, Floats]:
        (mean, spread), (like_mean, like_spread) = self.usual.evidence, self.usual.likeness
        return (scores.evidence - mean) / spread, (scores.likeness - like_mean) / like_spread

    def _answer(
        self, text: str, row: Row, sure: Floats, order: "np.ndarray[tuple[int], np.dtype[np.intp]]", evidence: float,
        likeness: float, nearest: int, is_told: bool,
    ) -> Answer:  # fmt: skip
        first, second = int(order[0]), int(order[min(1, len(order) - 1)])
        # What somebody has said of the very same words has come before.
        is_unknown = not is_told and evidence + likeness < self.usual.lowest
        return Answer(
            label=self.labels[first],
            confidence=float(sure[first]),
            runner_up=self.labels[second],
            runner_up_confidence=float(sure[second]),
            evidence=evidence,
            likeness=likeness,
            is_unknown=is_unknown,
            is_sure=not is_unknown and float(sure[first]) >= self.surest,
            shares=tuple((self.labels[each], float(sure[each])) for each in order[:MOST_SHARES]),
            words=self._words_for(text, row, first),
            nearest=nearest,
        )

    def _words_for(self, text: str, row: Row, column: int) -> tuple[tuple[str, float], ...]:
        """The words that speak for a class, by what the voice of words alone gives them: exact for that voice."""
        found = self.terms.by_word(text, row, self.words.share_of(row, column))
        best = sorted(((share, word) for word, share in found.items() if share > 0), reverse=True)[:MOST_REASONS]
        written = as_written([word for _share, word in best], text)
        return tuple((word, share) for word, (share, _folded) in zip(written, best, strict=True))


def _part_kept(rows: Sequence[Row], gist: Floats) -> Floats:
    """How much of each text was seen before: what of it its gist tells, and the share of its words that are known. What
    has hardly any words of the examples lies near one of them by chance, once it is brought to length 1. (Of CLINC150's
    own validation set words alone notice 78 % of what fits nothing with it, 62 % without.)"""
    whole = np.array([np.linalg.norm(row.weights) for row in rows])
    kept: Floats = np.linalg.norm(gist, axis=1) / np.where(whole > 0, whole, 1)
    kept = kept * np.array([row.known for row in rows])
    return kept


def of_length_1(points: Floats) -> Floats:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    brought: Floats = points / np.where(lengths > 0, lengths, 1)
    return brought
