"""From examples to a model. Some examples are kept back first, to learn from them how sure the answers may be."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning import calibration
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.model import Meant, Model, Scores, Usual, of_length_1
from anliegen.flow.automation.learning.terms import Floats, Terms, matrix
from anliegen.flow.automation.learning.voices import Linear, Neighbours, Pairs

KEPT_BACK = 0.1  # of each class's examples, to calibrate on
MOST_KEPT_BACK = 3000
# So many are tried, in up to four rounds of keeping back, each other examples: with fewer, how sure an answer is would
# itself be unsure (decision 0042).
ENOUGH_TRIED, MOST_ROUNDS = 1500, 4
NEARLY_THE_SAME = 0.95  # cosine of two examples of which one alone is tried
FEWEST_TO_KEEP_BACK = 4  # examples of a class of which one can be spared
# Of the examples kept back so much is not taken for unknown. Messages that come later are stranger than examples that
# were gathered at once: of CLINC150's own validation set 95 % are accepted so (decision 0027).
ACCEPTED = 0.976
BOUND = 0.05  # of the answers that are given as sure, so many may be wrong
GIST = 200  # numbers of the gist of a text
GIST_COUNTS = 0.35  # beside meaning
FEW_EXAMPLES, FEW_COUNTS = 20, 0.5  # with so few a class, words count less beside meaning
MUCH, KEPT_AXES = 1_000_000, 96  # with so many examples times classes, only the axes that matter most, for time
SOFT, GAMMA, REGULAR = 5.0, 1.0, 20.0
# The linear machines draw from one row of chance for the whole process: two at once would each give another model.
_ONE_AFTER_THE_OTHER = Lock()


class TooLittle(Exception):
    """There is nothing to tell apart: fewer than two classes."""


@dataclass(frozen=True)
class Example:
    """A text and what it is about."""

    text: str
    label: str


def learn(examples: Sequence[Example], *, encoder: Encoder | None = None, bound: float = BOUND, seed: int = 1) -> Model:
    """A model of these examples, calibrated on some of them. Raises TooLittle.

    The label in words counts as one example more: it is the shortest description there is. The same seed and examples
    give the same model.
    """
    labels = tuple(sorted({example.label for example in examples}))
    if len(labels) < 2:
        raise TooLittle("a model needs examples of at least two categories")
    points = encoder.encode([example.text for example in examples]) if encoder is not None else None
    rounds = _kept_back(examples, points, seed, min(MOST_ROUNDS, ceil(ENOUGH_TRIED / (KEPT_BACK * len(examples)))))
    with ThreadPoolExecutor(2, thread_name_prefix="learn") as beside:
        whole = beside.submit(_fit, examples, points, labels, encoder, seed)
        most = [
            beside.submit(_fit, *_some(examples, points, learnt), labels, encoder, seed, explains=False)
            for learnt, _ in rounds
        ]
        tried = [
            _tried(model.result(), *_some(examples, points, some))
            for model, (_, some) in zip(most, rounds, strict=True)
        ]
    return replace(whole.result(), **_calibrated(tried, bound)) if tried else whole.result()


def are_few(examples: Sequence[Example], labels: Collection[str]) -> bool:
    """Whether there are so few examples of a category that words alone, and what is like it, say little."""
    return len(examples) < FEW_EXAMPLES * len(labels)


def _some(
    examples: Sequence[Example], points: Floats | None, which: NDArray[np.bool_]
) -> tuple[list[Example], Floats | None]:
    chosen = [example for example, is_chosen in zip(examples, which, strict=True) if is_chosen]
    return chosen, None if points is None else points[which]


def _kept_back(
    examples: Sequence[Example], points: Floats | None, seed: int, rounds: int
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Which examples to learn from and which to try, a part of each class, in each round others. What is nearly the
    same as one that is tried is in neither: it would be known from learning, and what comes later would seem stranger
    than it is. A round in which nothing can be tried is left out."""
    chance = np.random.default_rng(seed)
    of_class: dict[str, list[int]] = defaultdict(list)
    for at, example in enumerate(examples):
        of_class[example.label].append(at)
    share = min(KEPT_BACK, MOST_KEPT_BACK / max(len(examples), 1))
    rows = _rows_to_compare(examples) if points is None else points
    learnt = np.ones((rounds, len(examples)), dtype=bool)
    tried = np.zeros((rounds, len(examples)), dtype=bool)
    for label in sorted(of_class):
        places = np.array(of_class[label])
        number = max(1, round(share * len(places))) if len(places) >= FEWEST_TO_KEEP_BACK else 0
        mixed = chance.permutation(places)
        for turn in range(rounds):
            for one in mixed[turn * number : (turn + 1) * number]:
                near = places[np.asarray(_likeness(rows[places], rows[one])) >= NEARLY_THE_SAME]
                if learnt[turn, places].sum() > len(near) + 1:
                    tried[turn, one] = True
                    learnt[turn, [one, *near]] = False
    return [(some, others & ~some) for some, others in zip(learnt, tried, strict=True) if (others & ~some).any()]


def _rows_to_compare(examples: Sequence[Example]) -> Any:
    texts = [example.text for example in examples]
    terms = Terms.of(texts)
    return matrix((terms.row(text) for text in texts), len(terms)) / 2**0.5  # of length 1: each half has it


def _likeness(rows: Any, one: Any) -> Any:
    return (rows @ one.T).toarray().ravel() if hasattr(rows, "toarray") else rows @ one


@dataclass(frozen=True)
class Tried:
    """What a model said of some examples that it had not learnt from, and the column that was right of each."""

    scores: Scores
    truth: NDArray[np.intp]


def _tried(model: Model, examples: list[Example], points: Floats | None) -> Tried:
    texts = [example.text for example in examples]
    truth = np.array([model.labels.index(example.label) for example in examples])
    return Tried(model.score(texts, [model.terms.row(text) for text in texts], points), truth)


def _calibrated(rounds: Sequence[Tried], bound: float) -> dict[str, Any]:
    mixed = np.vstack([one.scores.mixed for one in rounds])
    said = np.concatenate([one.scores.evidence for one in rounds])
    like = np.concatenate([one.scores.likeness for one in rounds])
    truth = np.concatenate([one.truth for one in rounds])
    certainty = calibration.certainty_for(mixed, truth)
    sure = certainty.of(mixed)
    evidence, likeness = _mean_and_spread(said), _mean_and_spread(like)
    together = (said - evidence[0]) / evidence[1] + (like - likeness[0]) / likeness[1]
    usual = Usual(evidence, likeness, float(np.quantile(together, 1 - ACCEPTED)))
    surest = calibration.threshold_for(sure.max(axis=1), sure.argmax(axis=1) == truth, bound)
    return {"certainty": certainty, "usual": usual, "surest": surest}


def _mean_and_spread(values: Floats) -> tuple[float, float]:
    return float(values.mean()), float(values.std()) or 1.0


def _fit(
    examples: Sequence[Example],
    points: Floats | None,
    labels: tuple[str, ...],
    encoder: Encoder | None,
    seed: int,
    *,
    explains: bool = True,
) -> Model:
    """A model of all these. One that is only tried explains nothing: where sentences are heard as a whole, words by
    themselves are weighed for the sake of the explanation alone."""
    texts, columns = [example.text for example in examples], [labels.index(example.label) for example in examples]
    present = sorted(set(columns))
    names = [labels[column].replace("_", " ").replace("-", " ") for column in present]
    texts, truth = [*texts, *names], np.array([*columns, *present])
    terms = Terms.of(texts)
    rows = [terms.row(text) for text in texts]
    said = matrix(rows, len(terms))
    gist = _axes_of(said, seed)
    if encoder is None or points is None:
        words = _linear(said, truth, len(labels))
        near = of_length_1(said @ gist)
        return Model(labels, terms, words, gist, Neighbours(near, truth, len(labels)), None)
    points = np.vstack([points, encoder.encode(names)])
    few = are_few(examples, names)
    meant = _meant(encoder, points, said, gist, truth, len(labels), few=few)
    words = _linear(said, truth, len(labels)) if explains else meant.both_terms
    return Model(labels, terms, words, gist * GIST_COUNTS, Neighbours(points, truth, len(labels)), meant)


def _meant(
    encoder: Encoder, points: Floats, said: Any, gist: Floats, truth: NDArray[np.intp], classes: int, *, few: bool
) -> Meant:
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415  # slow import

    words_count = FEW_COUNTS if few else 1.0
    middle, axes = points.mean(axis=0), _main_axes(points, classes)
    kept = (points - middle) @ axes
    both = _linear(hstack([said * words_count, csr_matrix(kept)]).tocsr(), truth, classes)
    terms = said.shape[1]
    return Meant(
        encoder=encoder,
        middle=middle,
        axes=axes,
        both=Linear(both.weights[terms:], np.zeros(classes, np.float32)),
        both_terms=Linear(both.weights[:terms] * words_count, both.start),
        regression=_regression(points, truth, classes),
        pairs=None if few else _pairs(np.hstack([kept, said @ gist * GIST_COUNTS]), truth),
    )


def _main_axes(points: Floats, classes: int) -> Floats:
    """Those along which the points differ most; all of them while there are few examples."""
    size = points.shape[1]
    if len(points) * classes < MUCH or size <= KEPT_AXES:
        return np.eye(size, dtype=np.float32)
    off = points - points.mean(axis=0)
    _values, axes = np.linalg.eigh(off.T @ off)
    return np.ascontiguousarray(axes[:, ::-1][:, :KEPT_AXES], dtype=np.float32)


def _axes_of(said: Any, seed: int) -> Floats:
    """Terms x numbers that bring rows of terms onto few numbers, keeping as much of them as can be (truncated SVD)."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415  # slow import

    numbers = min(GIST, *(side - 1 for side in said.shape))
    if numbers < 1:
        return np.zeros((said.shape[1], 1), np.float32)
    found = TruncatedSVD(numbers, n_iter=1, random_state=seed).fit(said)
    return np.ascontiguousarray(found.components_.T, dtype=np.float32)


def _linear(rows: Any, truth: NDArray[np.intp], classes: int) -> Linear:
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # slow import

    with _ONE_AFTER_THE_OTHER:
        fitted = LinearSVC(C=1, tol=1e-2, random_state=0).fit(rows, truth)
    return _as_linear(fitted, classes)


def _regression(points: Floats, truth: NDArray[np.intp], classes: int) -> Linear:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  # slow import

    # A looser tolerance stops at once: it is compared with the mean gradient.
    return _as_linear(LogisticRegression(C=REGULAR, tol=1e-4, max_iter=200).fit(points, truth), classes)


def _as_linear(fitted: Any, classes: int) -> Linear:
    """Its weights by term. A class without examples is never guessed; two classes have one row of weights."""
    weights = np.zeros((fitted.coef_.shape[1], classes), np.float32)
    start = np.full(classes, -10.0, np.float32)
    one_row = len(fitted.classes_) == 2
    weights[:, fitted.classes_] = np.vstack([-fitted.coef_, fitted.coef_]).T if one_row else fitted.coef_.T
    start[fitted.classes_] = np.append(-fitted.intercept_, fitted.intercept_) if one_row else fitted.intercept_
    return Linear(np.ascontiguousarray(weights), start)


def _pairs(points: Floats, truth: NDArray[np.intp]) -> Pairs:
    from sklearn.svm import SVC  # noqa: PLC0415  # slow import

    fitted = SVC(C=SOFT, gamma=GAMMA, cache_size=300).fit(points.astype(np.float64), truth)
    # With two classes the public arrays have another sign than with more.
    duals, start = fitted._dual_coef_, fitted._intercept_
    first = np.concatenate([[0], np.cumsum(fitted.n_support_)[:-1]])
    return Pairs(
        fitted.support_vectors_.astype(np.float32), first, duals.astype(np.float32), start.astype(np.float32), GAMMA
    )
