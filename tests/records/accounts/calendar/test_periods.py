from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import (
    Rule,
    add_working_days,
    end_of_day,
    is_working_day,
    next_working_day,
    period_end,
    working_days_between,
)

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
STATES = st.sampled_from(["BY", "SN", "NW", "BB", "DE", "AT"])


@pytest.mark.parametrize(
    ("start", "n", "state", "end"),
    [
        (date(2026, 5, 12), 15, "BY", date(2026, 6, 5)),
        (date(2026, 5, 12), 15, "SN", date(2026, 6, 4)),
        (date(2026, 5, 12), 35, "BY", date(2026, 7, 3)),
        (date(2026, 12, 14), 15, "BY", date(2027, 1, 7)),
        (date(2026, 12, 14), 15, "NW", date(2027, 1, 6)),
    ],
)
def test_working_days_end_where_the_handbook_says(start: date, n: int, state: str, end: date) -> None:
    assert add_working_days(start, n, state) == end


def test_saturday_is_a_werktag_and_no_arbeitstag() -> None:
    saturday = date(2026, 11, 21)
    assert is_working_day(saturday, "SN", saturdays=True)
    assert not is_working_day(saturday, "SN")
    assert add_working_days(date(2026, 11, 20), 1, "SN", saturdays=True) == saturday
    assert add_working_days(date(2026, 11, 20), 1, "SN") == date(2026, 11, 23)


def test_a_holiday_on_a_saturday_is_no_werktag() -> None:
    assert not is_working_day(date(2026, 10, 31), "SN", saturdays=True)
    assert is_working_day(date(2026, 10, 31), "BE", saturdays=True)


def test_catholic_communes_count_one_day_less() -> None:
    monday = date(2033, 8, 15)
    assert is_working_day(monday, "BY")
    assert not is_working_day(monday, "BY", catholic=True)


def test_no_working_days_means_the_day_itself_or_the_next_working_day() -> None:
    assert add_working_days(date(2026, 11, 20), 0, "SN") == date(2026, 11, 20)
    assert add_working_days(date(2026, 11, 21), 0, "SN") == date(2026, 11, 23)


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 11, 20), -1, "SN")


@given(DAYS, st.integers(min_value=1, max_value=80), STATES, st.booleans())
def test_so_many_working_days_lie_between_as_were_added(start: date, n: int, state: str, saturdays: bool) -> None:
    end = add_working_days(start, n, state, saturdays=saturdays)
    assert working_days_between(start, end, state, saturdays=saturdays) == n
    assert is_working_day(end, state, saturdays=saturdays)


@given(DAYS, st.integers(0, 30), st.integers(1, 30), STATES)
def test_working_days_may_be_added_in_two_steps(start: date, first: int, second: int, state: str) -> None:
    if first or is_working_day(start, state):
        there = add_working_days(add_working_days(start, first, state), second, state)
        assert there == add_working_days(start, first + second, state)


@pytest.mark.parametrize("rule", [Rule.BGB, Rule.EU])
@pytest.mark.parametrize(
    ("start", "unit", "n", "end"),
    [
        # The request clock of the handbook: 28 February 2027 is a Sunday.
        (date(2027, 1, 31), "months", 1, date(2027, 3, 1)),
        # The same day of the month, and of the week.
        (date(2026, 11, 10), "months", 1, date(2026, 12, 10)),
        (date(2026, 11, 10), "weeks", 2, date(2026, 11, 24)),
        (date(2026, 11, 10), "days", 14, date(2026, 11, 24)),
        # Leap day, and a year to a day that is missing.
        (date(2028, 1, 31), "months", 1, date(2028, 2, 29)),
        (date(2028, 2, 29), "years", 1, date(2029, 2, 28)),
        # 3 October is a Saturday, so it moves by two days; New Year's Day moves by one.
        (date(2026, 9, 3), "months", 1, date(2026, 10, 5)),
        (date(2025, 12, 1), "months", 1, date(2026, 1, 2)),
        # Three months across the turn of the year.
        (date(2026, 11, 30), "months", 3, date(2027, 3, 1)),
    ],
)
def test_a_legal_period_ends_where_the_law_says(start: date, unit: str, n: int, end: date, rule: Rule) -> None:
    assert period_end(start, state="SN", rule=rule, **{unit: n}) == end  # type: ignore[arg-type]


def test_a_holiday_moves_the_end_only_in_the_state_that_keeps_it() -> None:
    assert period_end(date(2026, 11, 4), days=14, state="SN") == date(2026, 11, 19)
    assert period_end(date(2026, 11, 4), days=14, state="BY") == date(2026, 11, 18)


def test_notice_periods_do_not_move() -> None:
    assert period_end(date(2027, 1, 31), months=1, state="SN", moves=False) == date(2027, 2, 28)


def test_by_european_law_two_days_or_more_contain_two_working_days() -> None:
    friday = date(2026, 11, 20)
    assert period_end(friday, days=2, state="DE") == date(2026, 11, 23)
    assert period_end(friday, days=2, state="DE", rule=Rule.EU) == date(2026, 11, 24)
    assert period_end(friday, days=1, state="DE", rule=Rule.EU) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "unit", "n", "end"),
    [
        (date(2026, 12, 1), "months", 1, date(2026, 12, 31)),
        (date(2027, 1, 31), "months", 1, date(2027, 2, 28)),
        (date(2027, 1, 29), "months", 1, date(2027, 2, 28)),
        (date(2026, 11, 16), "weeks", 1, date(2026, 11, 22)),
        (date(2026, 11, 16), "days", 10, date(2026, 11, 25)),
    ],
)
def test_a_period_from_the_beginning_of_a_day_counts_that_day(start: date, unit: str, n: int, end: date) -> None:
    found = period_end(start, state="DE", counts_first_day=True, moves=False, **{unit: n})  # type: ignore[arg-type]
    assert found == end


@pytest.mark.parametrize("given_units", [{}, {"days": 1, "weeks": 1}, {"months": 0}, {"days": -3}])
def test_a_period_has_exactly_one_positive_unit(given_units: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="positive number"):
        period_end(date(2026, 11, 10), state="SN", **given_units)  # type: ignore[arg-type]


@given(DAYS, st.integers(1, 36), STATES, st.sampled_from(Rule))
def test_a_legal_period_always_ends_on_a_working_day_and_never_early(
    start: date, months: int, state: str, rule: Rule
) -> None:
    end = period_end(start, months=months, state=state, rule=rule)
    assert is_working_day(end, state)
    assert end >= period_end(start, months=months, state=state, rule=rule, moves=False)
    if rule == Rule.BGB:
        assert end == next_working_day(period_end(start, months=months, state=state, moves=False), state)


@given(DAYS, st.integers(1, 60), STATES)
def test_european_law_never_ends_a_period_earlier(start: date, days: int, state: str) -> None:
    assert period_end(start, days=days, state=state, rule=Rule.EU) >= period_end(start, days=days, state=state)


def test_a_day_is_over_at_local_midnight() -> None:
    assert end_of_day(date(2027, 3, 1)) == datetime(2027, 3, 1, 23, tzinfo=UTC)
    assert end_of_day(date(2027, 7, 1)) == datetime(2027, 7, 1, 22, tzinfo=UTC)
    assert end_of_day(date(2027, 3, 28)) == datetime(2027, 3, 28, 22, tzinfo=UTC)
