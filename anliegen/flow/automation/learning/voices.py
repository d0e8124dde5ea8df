"""The voices that are heard before a guess: each gives every class a score, in its own way.

`Linear` weighs words, `Pairs` compares two classes at a time, `Neighbours` asks what came before. What was learnt lies
here as plain arrays, so that answering needs nothing but numpy.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.terms import Floats, Row

NEAREST = 10  # that vote
LIKE = 5  # nearest by which it is said whether anything like this came before
NEVER = -10.0  # the score of a class of which nothing is known
SHARPNESS = 10.0  # how much more a nearer one counts


@dataclass(frozen=True)
class Linear:
    """A weight for each term and class, and one to begin with: a linear support vector machine, one class against the
    rest. `weights` lie by term, so that a text reads only the rows of what it has."""

    weights: Floats  # terms x classes
    start: Floats

    def of_row(self, row: Row) -> Floats:
        """The scores of one text by its terms."""
        scores: Floats = row.weights @ self.weights[row.keys] + self.start
        return scores

    def of_points(self, points: Floats) -> Floats:
        """The scores of many texts by their points."""
        scores: Floats = points @ self.weights + self.start
        return scores

    def share_of(self, row: Row, column: int) -> Floats:
        """What each term of the text adds to one class."""
        added: Floats = row.weights * self.weights[row.keys, column]
        return added


@dataclass(frozen=True)
class Pairs:
    """A support vector machine that decides between each two classes, by how near a text is to their borders (kernel
    exp(-gamma d^2)); a class scores one for each other it beats, and a part of one for how clearly.

    As scikit-learn's SVC with `decision_function_shape="ovr"`.
    """

    points: Floats  # that lie at the borders, by class
    first: NDArray[np.intp]  # of each class's points the first
    duals: Floats  # classes - 1 x points
    start: Floats  # one for each pair
    gamma: float
    # Of which classes it knows points, and of how many there are, where it does not know all: the others score lowest.
    columns: NDArray[np.intp] | None = None
    classes: int = 0

    def of_points(self, points: Floats) -> Floats:
        """Texts x classes."""
        found = np.vstack([self._of(point) for point in points]).astype(np.float32)
        if self.columns is None:
            return found
        scores = np.full((len(found), self.classes), NEVER, np.float32)
        scores[:, self.columns] = found
        return scores

    def _of(self, point: Floats) -> Floats:
        away = self._lengths - 2 * (self.points @ point) + point @ point
        near = np.exp(-self.gamma * np.maximum(away, 0))
        sums = np.add.reduceat(self.duals * near, self.first, axis=1)
        classes = len(self.first)
        one, other = np.triu_indices(classes, 1)
        clear = sums[other - 1, one] + sums[one, other] + self.start
        votes = np.bincount(np.where(clear > 0, one, other), minlength=classes).astype(np.float64)
        by = np.bincount(one, clear, classes) - np.bincount(other, clear, classes)
        scores: Floats = votes + by / (3 * (np.abs(by) + 1))
        return scores

    @cached_property
    def _lengths(self) -> Floats:
        lengths: Floats = np.einsum("ij,ij->i", self.points, self.points)
        return lengths


@dataclass(frozen=True)
class Neighbours:
    """The examples themselves: what is nearest votes."""

    points: Floats  # examples x size, of length 1
    columns: NDArray[np.intp]  # the class of each
    classes: int

    def nearest(self, points: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """For each text how near its nearest examples are (cosine), and which they are, the nearest first."""
        near = points @ self.points.T
        number = min(NEAREST, near.shape[1])
        found = np.argpartition(-near, number - 1, axis=1)[:, :number]
        order = np.take_along_axis(near, found, 1).argsort(axis=1)[:, ::-1]
        found = np.take_along_axis(found, order, 1)
        return np.take_along_axis(near, found, 1), found

    def votes(self, near: Floats, which: NDArray[np.intp]) -> Floats:
        """The share of each class among the nearest."""
        weights = np.exp(SHARPNESS * near)
        found = np.zeros((len(near), self.classes))
        rows = np.repeat(np.arange(len(near)), near.shape[1])
        np.add.at(found, (rows, self.columns[which].ravel()), weights.ravel())
        shares: Any = found / found.sum(axis=1, keepdims=True)
        return np.asarray(shares, dtype=np.float32)
