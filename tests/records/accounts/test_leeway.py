"""Is this inside? The arithmetic of frames, by properties."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.leeway import Limit, Past, is_inside, left_of, month_of, would_have_needed

PERIODS = ("ticket", "customer_month", "agent_month")
CENTS = st.integers(1, 20_000)
LIMITS = st.lists(
    st.builds(
        Limit,
        period=st.sampled_from(PERIODS),
        cents=st.integers(0, 20_000),
        currency=st.sampled_from(["EUR", "CHF"]),
        kind=st.none() | st.integers(1, 3),
    ),
    max_size=5,
)
GIVEN = st.dictionaries(st.tuples(st.sampled_from(PERIODS), st.integers(1, 3)), st.integers(0, 20_000), max_size=6)
BERLIN = "Europe/Berlin"


@given(LIMITS, CENTS, GIVEN, st.integers(1, 3))
def test_what_is_inside_breaks_no_frame_that_speaks_of_it(
    limits: list[Limit], cents: int, given_: dict[tuple[str, int], int], kind: int
) -> None:
    verdict = is_inside(limits, kind=kind, cents=cents, currency="EUR", given=given_)
    speaking = [limit for limit in limits if limit.currency == "EUR" and limit.kind in (None, kind)]
    breaks = [
        limit
        for limit in speaking
        if sum(v for (p, k), v in given_.items() if p == limit.period and limit.kind in (None, k)) + cents > limit.cents
    ]
    assert verdict.is_inside == (bool(speaking) and not breaks)
    assert list(verdict.exceeded) == breaks


@given(LIMITS, CENTS, GIVEN)
def test_exactly_what_is_left_is_inside_and_a_cent_more_is_not(
    limits: list[Limit], cents: int, given_: dict[tuple[str, int], int]
) -> None:
    left = is_inside(limits, kind=1, cents=cents, currency="EUR", given=given_).left
    if not left:
        assert not is_inside(limits, kind=1, cents=cents, currency="EUR", given=given_).is_inside
        return
    assert is_inside(limits, kind=1, cents=left, currency="EUR", given=given_).is_inside
    assert not is_inside(limits, kind=1, cents=left + 1, currency="EUR", given=given_).is_inside


@given(LIMITS, CENTS, GIVEN, st.sampled_from(PERIODS), CENTS)
def test_who_gave_more_before_may_never_give_more_now(
    limits: list[Limit], cents: int, given_: dict[tuple[str, int], int], period: str, more: int
) -> None:
    before = is_inside(limits, kind=1, cents=cents, currency="EUR", given=given_)
    given_[period, 1] = given_.get((period, 1), 0) + more
    after = is_inside(limits, kind=1, cents=cents, currency="EUR", given=given_)
    assert before.is_inside or not after.is_inside


@given(LIMITS, GIVEN)
def test_what_is_left_is_never_less_than_nothing(limits: list[Limit], given_: dict[tuple[str, int], int]) -> None:
    assert [limit for limit in limits if left_of(limit, given_) < 0] == []


def test_without_a_frame_nothing_is_inside() -> None:
    verdict = is_inside([Limit("ticket", 5000, "CHF")], kind=1, cents=1, currency="EUR", given={})
    assert (verdict.is_inside, verdict.left) == (False, None)


@pytest.mark.parametrize("cents", [0, -1])
def test_a_concession_is_more_than_nothing(cents: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        is_inside([], kind=1, cents=cents, currency="EUR", given={})


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        (utc(11, 30, 22, 59), utc(10, 31, 23), utc(11, 30, 23)),
        (utc(11, 30, 23), utc(11, 30, 23), utc(12, 31, 23)),
        (utc(3, 31, 12), utc(2, 28, 23), utc(3, 31, 22)),
    ],
)
def test_a_month_is_the_one_of_the_operators_place(at: datetime, start: datetime, end: datetime) -> None:
    assert month_of(at, BERLIN) == (start, end)


NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)


def row(key: int, cents: int, *, days: int = 0, agent: int = 1, customer: int = 1, ticket: int = 1) -> Past:
    return Past(key, 1, agent, customer, ticket, 1, cents, "EUR", NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("limits", "past", "needed"),
    [
        ([], [row(1, 100)], [1]),
        ([Limit("ticket", 2500, "EUR")], [row(1, 2000), row(2, 600), row(3, 500, ticket=2)], [2]),
        # what was approved counts for the customer …
        ([Limit("customer_month", 2500, "EUR")], [row(1, 9000), row(2, 100, ticket=2)], [1, 2]),
        # … and not for the agent
        ([Limit("agent_month", 2500, "EUR")], [row(1, 9000), row(2, 2500, customer=2, ticket=2)], [1]),
        ([Limit("agent_month", 2500, "EUR")], [row(1, 2500), row(2, 2500, days=20)], []),  # another month
    ],
)
def test_what_would_have_needed_approval(limits: Sequence[Limit], past: list[Past], needed: list[int]) -> None:
    assert [one.key for one in would_have_needed(past, {1: limits}, zone=BERLIN)] == needed
