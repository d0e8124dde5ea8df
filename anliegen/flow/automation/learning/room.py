"""Room behind the examples of a model for what people say later, so that remembering costs one row and not all."""

import threading

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.terms import Floats
from anliegen.flow.automation.learning.voices import Neighbours

NOT_KNOWN = -1  # which concern an example was: the file of its model does not say
SPARE = 8  # the part of what is there that is kept free behind it, and never fewer places than
FEWEST_SPARE = 64


class Room:
    """Points, classes and numbers of examples, with free places at the end.

    Models share one as long as each adds behind the last place taken. Who adds to an older model, whose next place was
    taken meanwhile, gets a room of its own: a model never changes by what another is told.
    """

    def __init__(self, points: Floats, columns: NDArray[np.intp], numbers: NDArray[np.int64], point: Floats) -> None:
        taken = len(columns)
        places = taken + max(FEWEST_SPARE, taken // SPARE)
        self.points = np.empty((places, points.shape[1]), np.result_type(points, point))
        self.columns = np.empty(places, np.result_type(columns, np.intp))
        self.numbers = np.empty(places, np.int64)
        self.points[:taken], self.columns[:taken], self.numbers[:taken] = points, columns, numbers
        self.taken = taken
        self._lock = threading.Lock()

    def add(self, behind: int, point: Floats, column: int, number: int) -> bool:
        """Take the place behind so many; False where it is taken, or there is none."""
        with self._lock:
            if self.taken != behind or behind == len(self.columns) or point.dtype != self.points.dtype:
                return False
            self.points[behind], self.columns[behind], self.numbers[behind] = point[0], column, number
            self.taken += 1
            return True

    def neighbours(self, first: int, end: int, classes: int) -> Neighbours:
        """Of these places. Nothing is copied."""
        return Neighbours(self.points[first:end], self.columns[first:end], classes)
