"""Legal deadlines end where the law says: BGB, Regulation 1182/71, and the handbook's vectors."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import Rule, is_working_day
from anliegen.records.tickets.timing import Ending, Length, Shift, Unit, period_of

ONE_MONTH = Length(1, Unit.MONTHS)


def end(length: Length, starts_on: date, state: str = "SN", remind_days: int = 3, **more: bool) -> Ending:
    return period_of(length, starts_on, state=state, timezone="Europe/Berlin", remind_days=remind_days, **more)


@pytest.mark.parametrize(
    ("length", "starts_on", "state", "last_on"),
    [
        # Handbook 3.6: working days by state.
        (Length(15, Unit.WORKING_DAYS), date(2026, 5, 12), "BY", date(2026, 6, 5)),
        (Length(15, Unit.WORKING_DAYS), date(2026, 5, 12), "SN", date(2026, 6, 4)),
        (Length(35, Unit.WORKING_DAYS), date(2026, 5, 12), "BY", date(2026, 7, 3)),
        (Length(15, Unit.WORKING_DAYS), date(2026, 12, 14), "BY", date(2027, 1, 7)),
        (Length(15, Unit.WORKING_DAYS), date(2026, 12, 14), "NW", date(2027, 1, 6)),
        # Handbook 2.1: a request of 31 January ends on the last of February, a Sunday, and so on Monday.
        (Length(1, Unit.MONTHS, Rule.EU), date(2027, 1, 31), "SN", date(2027, 3, 1)),
        # § 187 (1): the day of the event is not counted. § 188 (2): weeks end on the day of the same name.
        (Length(14, Unit.DAYS), date(2026, 11, 2), "SN", date(2026, 11, 16)),
        (Length(4, Unit.WEEKS), date(2026, 11, 3), "SN", date(2026, 12, 1)),
        # § 188 (2): months end on the day of the same number; (3): where it is missing, on the last.
        (ONE_MONTH, date(2026, 11, 3), "SN", date(2026, 12, 3)),
        (ONE_MONTH, date(2026, 3, 31), "SN", date(2026, 4, 30)),
        # § 193: Saturday, Sunday and the state's holiday move on: 18 November is one in Saxony alone.
        (Length(14, Unit.DAYS), date(2026, 11, 7), "SN", date(2026, 11, 23)),
        (Length(14, Unit.DAYS), date(2026, 11, 4), "SN", date(2026, 11, 19)),
        (Length(14, Unit.DAYS), date(2026, 11, 4), "BY", date(2026, 11, 18)),
        (Length(14, Unit.DAYS, moves=False), date(2026, 11, 7), "SN", date(2026, 11, 21)),
        # § 187 (2): what runs from the beginning of a day has it counted.
        (Length(1, Unit.MONTHS, counts_first_day=True), date(2026, 9, 2), "SN", date(2026, 10, 1)),
        # Werktage include Saturday, and one that ends there moves on all the same.
        (Length(5, Unit.WERKTAGE), date(2026, 11, 9), "BY", date(2026, 11, 16)),
        (Length(1, Unit.YEARS), date(2026, 11, 3), "SN", date(2027, 11, 3)),
    ],
)
def test_a_deadline_ends_where_the_law_says(length: Length, starts_on: date, state: str, last_on: date) -> None:
    assert end(length, starts_on, state).last_on == last_on


def test_it_is_told_over_which_days_it_moved() -> None:
    found = end(Length(14, Unit.DAYS), date(2026, 12, 11))  # the 25th, then Boxing Day and a Sunday
    assert (found.counted_to, found.last_on) == (date(2026, 12, 25), date(2026, 12, 28))
    assert found.shifts == (
        Shift(date(2026, 12, 25), "holiday"),
        Shift(date(2026, 12, 26), "holiday"),
        Shift(date(2026, 12, 27), "sunday"),
    )


def test_the_whole_last_day_counts_also_when_clocks_change() -> None:
    assert end(Length(1, Unit.WEEKS), date(2026, 11, 3)).due_at == datetime(2026, 11, 10, 23, tzinfo=UTC)
    assert end(Length(1, Unit.WEEKS), date(2026, 7, 7)).due_at == datetime(2026, 7, 14, 22, tzinfo=UTC)


def test_the_reminder_comes_working_days_before_at_the_beginning_of_the_day() -> None:
    found = end(Length(14, Unit.DAYS), date(2026, 11, 9))  # Monday the 23rd; the 18th is a holiday
    assert found.soon_at == datetime(2026, 11, 16, 23, tzinfo=UTC)  # the 20th, the 19th, the 17th
    assert end(Length(14, Unit.DAYS), date(2026, 11, 9), remind_days=0).soon_at == datetime(
        2026, 11, 22, 23, tzinfo=UTC
    )


def test_a_short_deadline_is_not_reminded_of_before_it_begins() -> None:
    assert end(Length(1, Unit.WORKING_DAYS), date(2026, 11, 9)).soon_at == datetime(2026, 11, 9, 23, tzinfo=UTC)


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
STATES = st.sampled_from(["BY", "SN", "NW", "BB", "BE", ""])
LENGTHS = st.builds(Length, st.integers(1, 90), st.sampled_from(Unit), st.sampled_from(Rule))


@settings(deadline=None)  # the holidays of a year take a while when it is first asked for
@given(LENGTHS, DAYS, STATES)
def test_no_deadline_ends_on_a_day_on_which_nobody_works(length: Length, starts_on: date, state: str) -> None:
    found = end(length, starts_on, state)
    assert is_working_day(found.last_on, state)
    assert starts_on < found.counted_to <= found.last_on
    assert len(found.shifts) == (found.last_on - found.counted_to).days
    assert found.soon_at < found.due_at


@settings(deadline=None)  # the holidays of a year take a while when it is first asked for
@given(LENGTHS, DAYS, STATES, st.integers(1, 60))
def test_what_begins_later_never_ends_earlier(length: Length, starts_on: date, state: str, days: int) -> None:
    later = date.fromordinal(starts_on.toordinal() + days)
    assert end(length, starts_on, state).last_on <= end(length, later, state).last_on
