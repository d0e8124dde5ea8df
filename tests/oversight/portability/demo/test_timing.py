"""When agents and customers act."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anliegen.oversight.portability.demo import timing
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.records.accounts.calendar import is_open

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))


@given(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=5)))
def test_agents_act_later_and_while_the_office_is_open(start: datetime, wait: timedelta) -> None:
    end = timing.in_office_hours(start, wait)
    assert end > start
    assert is_open(timing.HOURS, end)


@given(MOMENTS, st.integers())
def test_customers_do_not_answer_while_they_sleep(at: datetime, seed: int) -> None:
    woken = timing.awake(at, chance_of(str(seed)))
    assert woken >= at
    assert 6 <= woken.astimezone(timing.ZONE).hour < 23


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(["phone", "chat"]), st.integers())
def test_calls_and_chats_begin_while_somebody_is_there(day: date, channel: str, seed: int) -> None:
    assert is_open(timing.HOURS, timing.some_moment(day, channel, chance_of(str(seed))))


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers())
def test_letters_come_with_the_morning_post(day: date, seed: int) -> None:
    at = timing.some_moment(day, "letter", chance_of(str(seed)))
    assert at.astimezone(timing.ZONE).hour == 9
    assert timing.is_workday(timing.local_day(at))


def test_a_span_lies_between_its_ends() -> None:
    drawn = [timing.span("40m..2h", chance_of(str(number))) for number in range(50)]
    assert timedelta(minutes=40) <= min(drawn) < max(drawn) <= timedelta(hours=2)


def test_a_working_day_is_not_the_day_of_prayer_and_repentance() -> None:
    assert timing.workday_after(date(2026, 11, 17), 1) == date(2026, 11, 19)
