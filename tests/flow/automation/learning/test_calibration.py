"""How sure is sure: arithmetic, held against known figures and made-up truths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.automation.learning import calibration
from tests.flow.automation.learning.clopper_pearson import error_at_most


def drawn(number: int, classes: int, heat: float, seed: int = 1) -> tuple["np.ndarray", "np.ndarray"]:
    """Scores that are right exactly as often as their shares say when divided by `heat`, and what was right."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(scale=3, size=(number, classes))
    told = calibration.shares(scores, heat)
    truth = np.array([chance.choice(classes, p=row) for row in told])
    return scores, truth


@pytest.mark.parametrize("heat", [0.3, 1.0, 4.0])
def test_the_temperature_that_made_the_truth_is_found_again(heat: float) -> None:
    scores, truth = drawn(20_000, 6, heat)
    assert calibration.temperature_for(scores, truth) == pytest.approx(heat, rel=0.06)


def test_after_calibration_what_is_said_is_what_is_right() -> None:
    scores, truth = drawn(20_000, 6, 4.0)
    raw, calibrated = calibration.shares(scores), calibration.shares(scores, calibration.temperature_for(scores, truth))
    right = scores.argmax(axis=1) == truth
    assert calibration.calibration_error(raw.max(axis=1), right) > 0.1
    assert calibration.calibration_error(calibrated.max(axis=1), right) < 0.02


def test_without_examples_nothing_is_changed() -> None:
    assert calibration.temperature_for(np.zeros((0, 3)), np.zeros(0, dtype=np.intp)) == 1.0
    assert calibration.threshold_for(np.zeros(0), np.zeros(0, dtype=bool), 0.05) == float("inf")


def test_the_expected_error_is_the_gap_between_said_and_right() -> None:
    sure, right = np.full(10, 0.95), np.array([True] * 5 + [False] * 5)
    assert calibration.calibration_error(sure, right) == pytest.approx(0.45)
    assert calibration.calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


@pytest.mark.parametrize(
    ("wrong", "of", "certainty", "bound"),
    # Clopper and Pearson's one-sided upper bounds: 1 - (1 - certainty)^(1/n) without an error, tables of the beta
    # distribution else.
    [
        (0, 10, 0.95, 0.25887), (0, 59, 0.95, 0.04951), (0, 45, 0.9, 0.04988), (1, 10, 0.95, 0.39416),
        (5, 100, 0.95, 0.10225),
    ],
)  # fmt: skip
def test_the_upper_bound_of_an_error_rate(wrong: int, of: int, certainty: float, bound: float) -> None:
    assert error_at_most(wrong, of, certainty) == pytest.approx(bound, abs=1e-4)


def test_of_nothing_but_errors_nothing_is_known() -> None:
    assert (error_at_most(0, 0), error_at_most(4, 4)) == (1.0, 1.0)


@given(of=st.integers(0, 400), part=st.floats(0, 1), bound=st.floats(0, 1), certainty=st.sampled_from([0.9, 0.95]))
def test_what_is_shown_is_what_the_bound_of_the_error_says(
    of: int, part: float, bound: float, certainty: float
) -> None:
    wrong = round(of * part)
    least = error_at_most(wrong, of, certainty)
    if bound == 1 or abs(least - bound) > 1e-9:  # nearer, both are rounding
        assert calibration.is_shown(wrong, of, bound, certainty) == (least <= bound)


@given(st.integers(0, 40), st.integers(1, 60))
def test_the_bound_is_above_what_was_seen(wrong: int, more: int) -> None:
    of = wrong + more
    assert wrong / of <= error_at_most(wrong, of) <= 1


@given(
    st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9, 0.99]), st.booleans()), max_size=120),
    st.sampled_from([0.05, 0.2, 0.5]),
)
def test_above_the_threshold_the_error_is_shown_to_be_under_the_bound(
    cases: list[tuple[float, bool]], bound: float
) -> None:
    sure, right = np.array([one for one, _ in cases]), np.array([one for _, one in cases], dtype=bool)
    threshold = calibration.threshold_for(sure, right, bound)
    kept = right[sure >= threshold] if len(cases) else right
    if threshold == float("inf"):
        assert all(
            error_at_most(int((~right[sure >= each]).sum()), int((sure >= each).sum())) > bound
            for each in set(sure.tolist())
        )
    else:
        assert error_at_most(int((~kept).sum()), len(kept)) <= bound


@pytest.mark.parametrize("classes", [2, 6])
def test_a_line_mends_what_a_temperature_cannot(classes: int) -> None:
    """The likeliest is right as often as a line through its log-odds says, and else another one at random."""
    chance = np.random.default_rng(5)
    scores = chance.normal(scale=3, size=(20_000, classes))
    told = calibration.shares(scores).max(axis=1)
    is_right = chance.random(len(scores)) < 1 / (1 + np.exp(-0.4 * calibration.log_odds(told) - 0.9))
    best = scores.argmax(axis=1)
    truth = np.where(is_right, best, (best + chance.integers(1, classes, len(best))) % classes)
    certainty = calibration.certainty_for(scores, truth)
    by_heat = calibration.shares(scores, certainty.temperature).max(axis=1)
    corrected = certainty.of(scores).max(axis=1)
    assert calibration.calibration_error(by_heat, is_right) > 0.03
    assert calibration.calibration_error(corrected, is_right) < 0.02


@given(
    st.lists(st.lists(st.floats(-30, 30), min_size=3, max_size=3), min_size=1, max_size=5),
    st.floats(0.05, 20), st.floats(0.05, 5), st.floats(-4, 4),
)  # fmt: skip
def test_whatever_is_corrected_stays_a_share_and_the_likeliest_the_likeliest(
    scores: list[list[float]], heat: float, slope: float, offset: float
) -> None:
    raw = np.array(scores, dtype=np.float32)
    found = calibration.Certainty(heat, slope, offset).of(raw)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert (found >= 0).all() and (found <= 1).all()
    assert (found.argmax(axis=1) == calibration.shares(raw.astype(np.float64), heat).argmax(axis=1)).all()


def test_few_examples_change_little() -> None:
    scores = np.array([[4.0, 0.0], [3.0, 0.0]])
    certainty = calibration.certainty_for(scores, np.array([1, 0]))
    assert 0.5 < certainty.slope < 1.5
    assert calibration.AS_SAID.of(scores) == pytest.approx(calibration.shares(scores))
