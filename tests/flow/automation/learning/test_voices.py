"""What was learnt by scikit-learn answers the same from plain arrays."""

import numpy as np
import pytest
from sklearn.svm import SVC, LinearSVC

from anliegen.flow.automation.learning import learn as learning
from anliegen.flow.automation.learning.terms import Terms, matrix
from anliegen.flow.automation.learning.voices import NEVER, Neighbours
from tests.flow.automation.learning.examples import made_up


def points(number: int, size: int, classes: int, seed: int = 1) -> tuple["np.ndarray", "np.ndarray"]:
    chance = np.random.default_rng(seed)
    truth = np.arange(number) % classes
    return (chance.normal(size=(number, size)) / 3 + np.eye(classes, size)[truth]).astype(np.float32), truth


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_pairs_score_as_the_library_does(classes: int) -> None:
    known, truth = points(140, 8, classes)
    asked, _truth = points(30, 8, classes, seed=2)
    theirs = SVC(C=learning.SOFT, gamma=learning.GAMMA).fit(known.astype(np.float64), truth)
    expected = theirs.decision_function(asked)
    ours = learning._pairs(known, truth, classes).of_points(asked)
    if classes == 2:  # there it gives one number only: for the second class
        assert (ours.argmax(axis=1) == (expected > 0)).all()
    else:
        assert ours == pytest.approx(expected, abs=1e-3)


def test_a_class_of_which_no_pair_knows_anything_scores_lowest() -> None:
    known, truth = points(140, 8, 3)
    asked, _truth = points(30, 8, 3, seed=2)
    without = learning._pairs(known, np.array([0, 1, 3])[truth], 4).of_points(asked)
    assert (without[:, 2] == NEVER).all() and (without[:, [0, 1, 3]] > NEVER).all()
    assert without[:, [0, 1, 3]] == pytest.approx(learning._pairs(known, truth, 3).of_points(asked))


@pytest.mark.parametrize("topics", [2, 4])
def test_linear_scores_are_those_of_the_library(topics: int) -> None:
    examples = [one for one in made_up(20) if one.label in sorted({one.label for one in made_up(1)})[:topics]]
    labels = sorted({one.label for one in examples})
    truth = np.array([labels.index(one.label) for one in examples])
    terms = Terms.of([one.text for one in examples])
    rows = [terms.row(one.text) for one in examples]
    said = matrix(rows, len(terms))
    theirs = LinearSVC(C=1, tol=1e-2, random_state=0).fit(said, truth)
    ours = np.vstack([learning._linear(said, truth, topics).of_row(row) for row in rows])
    expected = theirs.decision_function(said)
    assert (ours[:, 1] if topics == 2 else ours) == pytest.approx(expected, abs=1e-4)
    assert topics != 2 or ours[:, 0] == pytest.approx(-expected, abs=1e-4)


def test_a_class_without_examples_is_never_guessed() -> None:
    known, truth = points(40, 4, 2)
    scores = learning._linear(known, truth * 2, 3).of_points(known)
    assert set(scores.argmax(axis=1)) == {0, 2}


def test_the_nearest_vote_by_how_near_they_are() -> None:
    known = np.eye(4, dtype=np.float32)
    voice = Neighbours(known, np.array([0, 0, 1, 1]), 2)
    asked = np.array([[0, 0, 0.8, 0.6]], np.float32)
    near, which = voice.nearest(asked)
    assert (which[0][:2].tolist(), near[0][:2].tolist()) == ([2, 3], pytest.approx([0.8, 0.6]))
    votes = voice.votes(near, which)
    assert votes.sum() == pytest.approx(1)
    assert votes[0, 1] > 0.99
