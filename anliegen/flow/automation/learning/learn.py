"""From examples to a model. Some examples are kept back first, to learn from them how sure the answers may be."""

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
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.held_out import KEPT_BACK, kept_back, of_a_few
from anliegen.flow.automation.learning.log import SILENT, KeptBack
from anliegen.flow.automation.learning.model import Meant, Model, Scores, Usual, of_length_1
from anliegen.flow.automation.learning.terms import Floats, Terms, matrix
from anliegen.flow.automation.learning.voices import NEVER, Linear, Neighbours, Pairs

# So many are tried, in up to ten rounds of keeping back, each other examples: with fewer, how sure an answer is would
# itself be unsure (decisions 0042, 0047).
ENOUGH_TRIED, MOST_ROUNDS = 1500, 10
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


def learn(examples: Sequence[Example], *, encoder: Encoder | None = None, bound: float = BOUND, seed: int = 1) -> Model:
    """A model of these examples, calibrated on some of them. Raises TooLittle.

    The label in words counts as one example more: it is the shortest description there is. The same seed and examples
    give the same model.
    """
    from sklearn import decomposition, linear_model, svm  # noqa: F401, PLC0415  # slow import; limited is what is loaded
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  # slow import

    labels = tuple(sorted({example.label for example in examples}))
    if len(labels) < 2:
        raise TooLittle("a model needs examples of at least two categories")
    points = encoder.encode([example.text for example in examples]) if encoder is not None else None
    rounds = kept_back(examples, points, seed, min(MOST_ROUNDS, ceil(ENOUGH_TRIED / (KEPT_BACK * len(examples)))))
    of_few = of_a_few(examples)
    # Threads of linear algebra wait for each other by counting, not by sleeping: two fits at once are quicker with one
    # each, and the processor is free for what else the machine does.
    one_each = threadpool_limits(1)  # type: ignore[no-untyped-call]  # it says no types
    with one_each, ThreadPoolExecutor(2, thread_name_prefix="learn") as beside:
        whole = beside.submit(_fit, examples, points, labels, encoder, seed)
        most = [
            beside.submit(_fit, *_some(examples, points, learnt), labels, encoder, seed, explains=False)
            for learnt, _ in rounds
        ]
        tried = [
            _tried(model.result(), np.flatnonzero(some), of_few[some], *_some(examples, points, some))
            for model, (_, some) in zip(most, rounds, strict=True)
        ]
    model = whole.result()
    return replace(model, **_calibrated(tried, bound)) if any(not one.of_few.all() for one in tried) else model


def are_few(examples: Sequence[Example], labels: Collection[str]) -> bool:
    """Whether there are so few examples of a category that words alone, and what is like it, say little."""
    return len(examples) < FEW_EXAMPLES * len(labels)


def _some(
    examples: Sequence[Example], points: Floats | None, which: NDArray[np.bool_]
) -> tuple[list[Example], Floats | None]:
    chosen = [example for example, is_chosen in zip(examples, which, strict=True) if is_chosen]
    return chosen, None if points is None else points[which]


@dataclass(frozen=True)
class Tried:
    """What a model said of some examples that it had not learnt from, the column that was right of each, and whether it
    is of a class of which too few are known to calibrate on."""

    which: NDArray[np.intp]
    of_few: NDArray[np.bool_]
    scores: Scores
    truth: NDArray[np.intp]


def _tried(
    model: Model, which: NDArray[np.intp], of_few: NDArray[np.bool_], examples: list[Example], points: Floats | None
) -> Tried:
    texts = [example.text for example in examples]
    truth = np.array([model.labels.index(example.label) for example in examples])
    return Tried(which, of_few, model.score(texts, [model.terms.row(text) for text in texts], points), truth)


def _calibrated(rounds: Sequence[Tried], bound: float) -> dict[str, Any]:
    mixed = np.vstack([one.scores.mixed for one in rounds])
    said = np.concatenate([one.scores.evidence for one in rounds])
    like = np.concatenate([one.scores.likeness for one in rounds])
    truth = np.concatenate([one.truth for one in rounds])
    usual = ~np.concatenate([one.of_few for one in rounds])
    certainty = calibration.certainty_for(mixed[usual], truth[usual])
    sure = certainty.of(mixed)
    evidence, likeness = _mean_and_spread(said[usual]), _mean_and_spread(like[usual])
    together = (said - evidence[0]) / evidence[1] + (like - likeness[0]) / likeness[1]
    lowest = float(np.quantile(together[usual], 1 - ACCEPTED))
    most, right = sure.max(axis=1), sure.argmax(axis=1) == truth
    fits = together >= lowest
    which = np.concatenate([one.which for one in rounds])
    newest = np.argsort(-which, kind="stable")  # where not all count, those do that were given last
    told = np.where(fits, most, SILENT)
    return {
        "certainty": certainty,
        "usual": Usual(evidence, likeness, lowest),
        "surest": calibration.threshold_for(most[usual], right[usual], bound),
        "kept_back": KeptBack(which[newest], told[newest], right[newest]),
    }


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
        pairs=None if few else _pairs(np.hstack([kept, said @ gist * GIST_COUNTS]), truth, classes),
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
    start = np.full(classes, NEVER, np.float32)
    one_row = len(fitted.classes_) == 2
    weights[:, fitted.classes_] = np.vstack([-fitted.coef_, fitted.coef_]).T if one_row else fitted.coef_.T
    start[fitted.classes_] = np.append(-fitted.intercept_, fitted.intercept_) if one_row else fitted.intercept_
    return Linear(np.ascontiguousarray(weights), start)


def _pairs(points: Floats, truth: NDArray[np.intp], classes: int) -> Pairs:
    from sklearn.svm import SVC  # noqa: PLC0415  # slow import

    fitted = SVC(C=SOFT, gamma=GAMMA, cache_size=300).fit(points.astype(np.float64), truth)
    # With two classes the public arrays have another sign than with more.
    duals, start = fitted._dual_coef_, fitted._intercept_
    first = np.concatenate([[0], np.cumsum(fitted.n_support_)[:-1]])
    knows_all = len(fitted.classes_) == classes
    return Pairs(
        fitted.support_vectors_.astype(np.float32), first, duals.astype(np.float32), start.astype(np.float32), GAMMA,
        None if knows_all else fitted.classes_, classes,
    )  # fmt: skip
