"""When a promise is spoken of before it is due."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.tickets.promising import Marks, marks_of

HOURS = BusinessHours("UTC", {day: ((time(8), time(16)),) for day in range(5)})
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


def test_a_long_promise_is_spoken_of_half_a_day_and_two_hours_before_in_business_time() -> None:
    friday = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert marks_of(MONDAY, friday, HOURS) == Marks(
        remind_at=datetime(2026, 11, 19, 14, 0, tzinfo=UTC), risk_at=datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    )


def test_a_short_one_at_half_and_at_three_quarters() -> None:
    assert marks_of(MONDAY, MONDAY + timedelta(hours=2), HOURS) == Marks(
        remind_at=MONDAY + timedelta(hours=1), risk_at=MONDAY + timedelta(minutes=90)
    )


def test_where_nobody_is_there_in_between_by_the_clock_on_the_wall() -> None:
    saturday = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert marks_of(saturday, saturday + timedelta(hours=4), HOURS) == Marks(
        remind_at=saturday + timedelta(hours=2), risk_at=saturday + timedelta(hours=3)
    )


@given(MOMENTS, MOMENTS)
def test_reminder_alarm_and_due_always_come_in_this_order(made: datetime, due: datetime) -> None:
    marks = marks_of(made, due, HOURS)
    assert marks.remind_at <= marks.risk_at <= due
    assert due <= made or made <= marks.remind_at
