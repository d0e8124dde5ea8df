"""Which encoder hears these examples best? Where there are few, it is worth trying: one knows many languages, another
English alone and that better. Where there are many, words say as much as either, and the first does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.learning.learn import are_few
from anliegen.flow.automation.learning.terms import Floats

PARTS = 3  # each is tried once on what the others teach
FEWEST = 40  # examples from which on a difference can be seen


def encoder_for(examples: Sequence[Example], *, seed: int = 1) -> Encoder | None:
    """The encoder to learn these with; None where none is installed."""
    names = encoders.installed()
    if len(names) < 2 or len(examples) < FEWEST or not are_few(examples, {example.label for example in examples}):
        return encoders.named(encoders.first())
    return best_of([one for one in map(encoders.named, names) if one is not None], examples, seed=seed)


def best_of(tried: Sequence[Encoder], examples: Sequence[Example], *, seed: int = 1) -> Encoder:
    """The first, unless another is clearly better: by more than the standard error of the difference of both on the
    same examples."""
    part = _parts(examples, seed)
    texts = [example.text for example in examples]
    labels = sorted({example.label for example in examples})
    truth = np.array([labels.index(example.label) for example in examples])
    best, best_right = tried[0], _right(tried[0].encode(texts), truth, part)
    for other in tried[1:]:
        right = _right(other.encode(texts), truth, part)
        gained = right.astype(float) - best_right.astype(float)
        if gained.mean() > gained.std() / len(gained) ** 0.5:
            best, best_right = other, right
    return best


def _parts(examples: Sequence[Example], seed: int) -> NDArray[np.intp]:
    """The part that each belongs to; of each class about the same number lie in each."""
    chance = np.random.default_rng(seed)
    labels = np.array([example.label for example in examples])
    part = np.zeros(len(examples), dtype=np.intp)
    for label in sorted(set(labels)):
        places = chance.permutation(np.flatnonzero(labels == label))
        part[places] = (np.arange(len(places)) + chance.integers(PARTS)) % PARTS
    return part


def _right(points: Floats, truth: NDArray[np.intp], part: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of which examples the class is found by a linear machine that learnt from the other parts."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # slow import

    right = np.zeros(len(truth), dtype=bool)
    for each in range(PARTS):
        here, others = part == each, part != each
        if here.any() and len(set(truth[others])) > 1:
            machine = LinearSVC(C=1, tol=1e-2, random_state=0).fit(points[others], truth[others])
            right[here] = machine.predict(points[here]) == truth[here]
    return right
