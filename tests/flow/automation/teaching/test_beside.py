"""Two versions on the same messages: counted, and told apart only where chance does not explain it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from anliegen.flow.automation.teaching.beside import ENOUGH, Beside, Change, Pair, Said, Tally, compared
from anliegen.flow.automation.teaching.mcnemar import mcnemar

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
TOPICS = st.sampled_from(["", "umzug", "gas", "abschlag"])
SAID = st.builds(Said, TOPICS, st.floats(0, 1))
PAIRS = st.lists(st.builds(Pair, st.integers(1, 99), SAID, SAID, st.none() | TOPICS), min_size=1, max_size=60)


def beside(pairs: list[Pair], *, against: int | None = 1, bound: float = 0.8) -> Beside:
    return compared(pairs, version=2, against=against, since=SINCE, bounds=(bound, bound), tree={})


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_exact_test_is_the_binomial_one(one: int, other: int) -> None:
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar(one, other) == pytest.approx(expected, rel=1e-6)


def test_with_thousands_it_still_answers() -> None:
    assert mcnemar(2500, 2500) == 1.0
    assert mcnemar(0, 5000) == pytest.approx(0.0)


@given(PAIRS)
def test_each_message_is_counted_once(pairs: list[Pair]) -> None:
    seen = beside(pairs)
    settled = [pair for pair in pairs if pair.told is not None]
    assert seen.old is not None
    assert seen.both + seen.only_old + seen.only_new + seen.neither == len(settled) == seen.new.settled
    assert (seen.both + seen.only_new, seen.both + seen.only_old) == (seen.new.right, seen.old.right)
    for tally in (seen.new, seen.old):
        assert tally.wrong <= tally.applied <= tally.settled <= tally.read == len(pairs)
    assert (seen.same < len(pairs)) is bool(seen.differing)
    swapped = beside([Pair(one.ticket, one.old or one.new, one.new, one.told) for one in pairs])
    assert (swapped.only_old, swapped.only_new, swapped.chance) == (seen.only_new, seen.only_old, seen.chance)


def test_silence_is_right_where_nothing_fits_and_applies_nothing() -> None:
    pairs = [
        Pair(3, Said("", 0.0), Said("gas", 0.9), ""),
        Pair(2, Said("gas", 0.9), Said("", 0.0), "gas"),
        Pair(1, Said("gas", 0.7), Said("umzug", 0.9), None),
    ]
    seen = beside(pairs)
    assert seen.new == Tally(read=3, silent=1, settled=2, right=2, applied=1, wrong=0)
    assert seen.old == Tally(read=3, silent=1, settled=2, right=0, applied=1, wrong=1)
    assert (seen.only_new, seen.same, seen.differing) == (2, 0, (3, 2, 1))
    assert seen.changes == (Change("gas", 1, 2), Change("umzug", 1, 0))
    assert beside(pairs, bound=float("inf")).asks_every_time
    assert beside(pairs, bound=float("inf")).new.applied == 0


@pytest.mark.parametrize(
    ("only_old", "only_new", "both", "verdict"),
    [
        (0, ENOUGH - 1, 0, "few"),
        (0, ENOUGH, 0, "better"),
        (ENOUGH, 0, 0, "worse"),
        (4, 9, ENOUGH, "equal"),
        (0, 5, ENOUGH, "equal"),  # not even five of five
        (0, 6, ENOUGH, "better"),
    ],
)
def test_after_enough_it_says_which_is_surely_better(only_old: int, only_new: int, both: int, verdict: str) -> None:
    right, wrong = Said("gas", 0.9), Said("umzug", 0.9)
    kinds = [(wrong, right)] * only_old + [(right, wrong)] * only_new + [(right, right)] * both
    assert beside([Pair(at, new, old, "gas") for at, (new, old) in enumerate(kinds)]).verdict == verdict


def test_where_none_speaks_it_stands_alone() -> None:
    pairs = [Pair(at, Said("gas" if at else "", 0.9), None, "gas") for at in range(ENOUGH)]
    seen = beside(pairs, against=None)
    assert (seen.verdict, seen.old, seen.new.right, seen.differing) == ("alone", None, ENOUGH - 1, ())
    low, high = seen.new.interval
    assert low < (ENOUGH - 1) / ENOUGH < high
    assert beside(pairs[1:], against=None).verdict == "few"
