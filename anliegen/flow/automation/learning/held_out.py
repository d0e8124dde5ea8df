"""Examples that are kept back while a model is learnt, to see what it says of messages that it does not know."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.terms import Floats, Terms, matrix

KEPT_BACK = 0.1  # of each class's examples, in one round
MOST_KEPT_BACK = 3000
NEARLY_THE_SAME = 0.95  # cosine of two examples of which one alone is tried
FEWEST_TO_KEEP_BACK = 4  # examples of a class of which one can be spared


def kept_back(
    examples: Sequence[Example], points: Floats | None, seed: int, rounds: int
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Which examples to learn from and which to try, a part of each class, in each round others. What is nearly the
    same as one that is tried is in neither: it would be known from learning, and what comes later would seem stranger
    than it is. Where one of a class of few is tried, hardly any is left to learn from, or none: so are messages that
    come, as often as there are such classes (Good 1953). A round in which nothing can be tried is left out."""
    chance = np.random.default_rng(seed)
    share = min(KEPT_BACK, MOST_KEPT_BACK / max(len(examples), 1))
    rows = _rows_to_compare(examples) if points is None else points
    learnt = np.ones((rounds, len(examples)), dtype=bool)
    tried = np.zeros((rounds, len(examples)), dtype=bool)
    for places in _by_class(examples):
        number, mixed, of_class = len(places), chance.permutation(places), rows[places]
        can_spare = number >= FEWEST_TO_KEEP_BACK
        # One of a class of few draws its round, so that as large a part of them is tried as of all.
        turns = np.arange(number) // max(1, round(share * number)) if can_spare else chance.random(number) // share
        in_a_round = turns < rounds
        for one, turn in zip(mixed[in_a_round], turns[in_a_round].astype(int), strict=True):
            near = places[np.asarray(_likeness(of_class, rows[one])) >= NEARLY_THE_SAME]
            if not can_spare or learnt[turn, places].sum() > len(near) + 1:
                tried[turn, one] = True
                learnt[turn, [one, *near]] = False
    labels = np.array([example.label for example in examples])
    return [
        (some, others & ~some)
        for some, others in zip(learnt, tried, strict=True)
        if (others & ~some).any() and len(set(labels[some])) > 1
    ]


def of_a_few(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Of each whether there are so few of its class that none can be spared."""
    few = np.zeros(len(examples), dtype=bool)
    for places in _by_class(examples):
        few[places] = len(places) < FEWEST_TO_KEEP_BACK
    return few


def _by_class(examples: Sequence[Example]) -> list[NDArray[np.intp]]:
    """The places of each class's examples, in the order of the labels."""
    of_class: dict[str, list[int]] = defaultdict(list)
    for at, example in enumerate(examples):
        of_class[example.label].append(at)
    return [np.array(of_class[label]) for label in sorted(of_class)]


def _rows_to_compare(examples: Sequence[Example]) -> Any:
    texts = [example.text for example in examples]
    terms = Terms.of(texts)
    return matrix((terms.row(text) for text in texts), len(terms)) / 2**0.5  # of length 1: each half has it


def _likeness(rows: Any, one: Any) -> Any:
    return (rows @ one.T).toarray().ravel() if hasattr(rows, "toarray") else rows @ one
