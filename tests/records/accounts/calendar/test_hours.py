from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.accounts.calendar import (
    BusinessHours,
    InvalidHours,
    NeverOpen,
    StateHolidays,
    add_business_time,
    business_time_between,
    day_length,
    is_open,
    next_opening,
    openings,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, MINUTE, ZERO = timedelta(hours=1), timedelta(minutes=1), timedelta(0)
WEEKDAYS = dict.fromkeys(range(5), ((time(8), time(12)), (time(13), time(17))))
OFFICE = BusinessHours("Europe/Berlin", WEEKDAYS, StateHolidays("SN"), frozenset({date(2026, 12, 24)}))
ALWAYS = BusinessHours("Europe/Berlin", dict.fromkeys(range(7), ((time(0), time(0)),)))
NEVER = BusinessHours("Europe/Berlin", {})
NIGHT = BusinessHours("Europe/Berlin", dict.fromkeys(range(7), ((time(1, 30), time(2, 30)), (time(2, 30), time(6)))))


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)  # type: ignore[misc,arg-type]


def test_it_is_open_from_the_opening_until_just_before_the_closing() -> None:
    assert is_open(OFFICE, local(2026, 11, 16, 8))
    assert is_open(OFFICE, local(2026, 11, 16, 11, 59, 59))
    assert not is_open(OFFICE, local(2026, 11, 16, 12))
    assert not is_open(OFFICE, local(2026, 11, 16, 7, 59, 59))


def test_it_is_closed_on_weekends_holidays_and_days_off() -> None:
    assert not is_open(OFFICE, local(2026, 11, 21, 10))
    assert not is_open(OFFICE, local(2026, 11, 18, 10))  # Buß- und Bettag
    assert not is_open(OFFICE, local(2026, 12, 24, 10))
    assert is_open(OFFICE, local(2026, 12, 23, 10))


def test_the_day_is_that_of_the_service_not_of_utc() -> None:
    tokyo = BusinessHours("Asia/Tokyo", {0: ((time(8), time(10)),)})
    assert is_open(tokyo, datetime(2026, 11, 15, 23, 30, tzinfo=UTC))


def test_the_next_opening_passes_over_weekend_and_holidays() -> None:
    assert next_opening(OFFICE, local(2026, 11, 16, 9)) == local(2026, 11, 16, 9)
    assert next_opening(OFFICE, local(2026, 11, 16, 12)) == local(2026, 11, 16, 13)
    assert next_opening(OFFICE, local(2026, 11, 17, 17)) == local(2026, 11, 19, 8)
    assert next_opening(OFFICE, local(2026, 12, 23, 17)) == local(2026, 12, 28, 8)


def test_business_time_leaves_out_the_midday_break_and_the_night() -> None:
    assert business_time_between(OFFICE, local(2026, 11, 16, 11), local(2026, 11, 16, 14)) == 2 * HOUR
    assert business_time_between(OFFICE, local(2026, 11, 16, 16), local(2026, 11, 17, 9)) == 2 * HOUR
    assert business_time_between(OFFICE, local(2026, 11, 20, 16), local(2026, 11, 23, 9)) == 2 * HOUR
    assert business_time_between(OFFICE, local(2026, 11, 21, 9), local(2026, 11, 22, 9)) == ZERO


def test_an_eight_hour_promise_ends_at_the_closing_not_at_the_next_opening() -> None:
    assert add_business_time(OFFICE, local(2026, 11, 16, 8), 8 * HOUR) == local(2026, 11, 16, 17)
    assert add_business_time(OFFICE, local(2026, 11, 16, 8), 8 * HOUR + MINUTE) == local(2026, 11, 17, 8, 1)


def test_a_promise_made_at_night_starts_in_the_morning() -> None:
    assert add_business_time(OFFICE, local(2026, 11, 16, 22), HOUR) == local(2026, 11, 17, 9)
    assert add_business_time(OFFICE, local(2026, 11, 20, 22), ZERO) == local(2026, 11, 23, 8)


def test_results_are_in_utc() -> None:
    assert add_business_time(OFFICE, local(2026, 7, 1, 8), HOUR).tzinfo == UTC
    assert next_opening(OFFICE, local(2026, 7, 1, 9)).tzinfo == UTC
    assert next_opening(OFFICE, local(2026, 7, 1, 7)) == datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert next_opening(OFFICE, local(2026, 11, 16, 7)) == datetime(2026, 11, 16, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "length"),
    [(date(2026, 3, 29), 23 * HOUR), (date(2026, 10, 25), 25 * HOUR), (date(2026, 11, 16), 24 * HOUR)],
)
def test_a_day_without_closing_has_the_length_the_clocks_give_it(day: date, length: timedelta) -> None:
    assert sum((end - start for start, end in openings(ALWAYS, day)), ZERO) == length


def test_opening_hours_keep_their_local_time_across_the_change_of_clocks() -> None:
    before, after = local(2026, 3, 27, 16), local(2026, 3, 30, 9)
    assert business_time_between(OFFICE, before, after) == 2 * HOUR
    assert add_business_time(OFFICE, before, 2 * HOUR) == after
    assert after.astimezone(UTC).hour == 7


def test_moments_given_in_local_time_are_not_counted_by_the_wall_clock() -> None:
    assert add_business_time(ALWAYS, local(2026, 3, 29, 0), 5 * HOUR) == local(2026, 3, 29, 6)
    assert add_business_time(ALWAYS, local(2026, 10, 25, 0), 5 * HOUR) == local(2026, 10, 25, 4)
    first, second = local(2026, 10, 25, 2, 15, fold=0), local(2026, 10, 25, 2, 15, fold=1)
    assert business_time_between(ALWAYS, first, second) == HOUR
    assert business_time_between(ALWAYS, second, first) == -HOUR


def test_the_hour_that_is_skipped_in_spring_is_not_open() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert openings(NIGHT, date(2026, 3, 29)) == (
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), change),
        (change, datetime(2026, 3, 29, 4, tzinfo=UTC)),
    )


def test_the_hour_that_comes_twice_in_autumn_is_open_twice_and_counted_once_each() -> None:
    spans = openings(NIGHT, date(2026, 10, 25))
    assert sum((end - start for start, end in spans), ZERO) == timedelta(hours=5, minutes=30)
    assert is_open(NIGHT, local(2026, 10, 25, 2, 15, fold=0))
    assert is_open(NIGHT, local(2026, 10, 25, 2, 15, fold=1))


@pytest.mark.parametrize("hours", [NEVER, BusinessHours("Europe/Berlin", {3: ()})])
def test_a_service_that_never_opens_is_told_and_not_waited_for(hours: BusinessHours) -> None:
    with pytest.raises(NeverOpen):
        next_opening(hours, local(2026, 11, 16, 9))
    with pytest.raises(NeverOpen):
        add_business_time(hours, local(2026, 11, 16, 9), HOUR)
    with pytest.raises(NeverOpen):
        day_length(hours)
    assert business_time_between(hours, local(2026, 11, 16, 9), local(2026, 12, 16, 9)) == ZERO
    assert not is_open(hours, local(2026, 11, 16, 9))


class EveryDay:
    def __contains__(self, day: object) -> bool:
        return True


def test_a_service_whose_every_day_is_off_never_opens_either() -> None:
    hours = BusinessHours("Europe/Berlin", WEEKDAYS, days_off=EveryDay())
    with pytest.raises(NeverOpen):
        next_opening(hours, local(2026, 11, 16, 9))
    with pytest.raises(NeverOpen):
        add_business_time(hours, local(2026, 11, 16, 9), HOUR)


def test_a_long_closure_is_not_taken_for_the_end() -> None:
    year = frozenset(date(2027, 1, 1) + timedelta(days=n) for n in range(365))
    hours = BusinessHours("Europe/Berlin", WEEKDAYS, days_off=year)
    assert next_opening(hours, local(2027, 1, 1, 9)) == local(2028, 1, 3, 8)


def test_asking_about_thousands_of_days_gives_the_same_as_asking_about_each() -> None:
    start, end = local(2020, 1, 1), local(2035, 1, 1)
    halves = [
        business_time_between(OFFICE, start, local(2027, 6, 1)),
        business_time_between(OFFICE, local(2027, 6, 1), end),
    ]
    assert business_time_between(OFFICE, start, end) == sum(halves, ZERO)


def test_the_last_day_of_the_calendar_ends_the_search() -> None:
    with pytest.raises(NeverOpen):
        add_business_time(OFFICE, datetime(9999, 12, 20, tzinfo=UTC), timedelta(days=30))


def test_business_time_cannot_be_taken_away() -> None:
    with pytest.raises(ValueError, match="taken away"):
        add_business_time(OFFICE, local(2026, 11, 16, 9), -HOUR)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        is_open(OFFICE, datetime(2026, 11, 16, 9))


@pytest.mark.parametrize(
    ("timezone", "weekly"),
    [
        ("Europe/Atlantis", WEEKDAYS),
        ("Europe/Berlin", {7: ((time(8), time(12)),)}),
        ("Europe/Berlin", {0: ((time(12), time(8)),)}),
        ("Europe/Berlin", {0: ((time(8), time(8)),)}),
        ("Europe/Berlin", {0: ((time(8), time(12)), (time(11), time(14)))}),
        ("Europe/Berlin", {0: ((time(8), time(0)), (time(9), time(14)))}),
        ("Europe/Berlin", {0: ((time(8, tzinfo=UTC), time(12, tzinfo=UTC)),)}),
    ],
)
def test_hours_that_contradict_themselves_are_refused(
    timezone: str, weekly: dict[int, tuple[tuple[time, time], ...]]
) -> None:
    with pytest.raises(InvalidHours):
        BusinessHours(timezone, weekly)


def test_spans_may_be_given_in_any_order() -> None:
    hours = BusinessHours("Europe/Berlin", {0: ((time(13), time(17)), (time(8), time(12)))})
    assert hours.weekly[0] == ((time(8), time(12)), (time(13), time(17)))


def test_an_ordinary_day_is_the_mean_of_the_weekdays_that_open() -> None:
    assert day_length(OFFICE) == 8 * HOUR
    assert day_length(BusinessHours("Europe/Berlin", {**WEEKDAYS, 4: ((time(8), time(11)),)})) == 7 * HOUR
    assert day_length(ALWAYS) == 24 * HOUR


TIMES = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    borders = sorted(draw(st.sets(TIMES, min_size=2, max_size=6)))
    if len(borders) % 2:
        borders.append(time(0))
    return tuple(zip(borders[::2], borders[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> BusinessHours:
    weekly = draw(st.dictionaries(st.integers(0, 6), spans(), min_size=1))
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]))
    off = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=40))
    return BusinessHours(zone, weekly, StateHolidays(draw(st.sampled_from(["SN", "BY", "DE"]))), off)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
DURATIONS = st.timedeltas(ZERO, timedelta(hours=120))


@given(calendars(), MOMENTS, DURATIONS)
def test_between_a_moment_and_what_was_added_lies_what_was_added(
    hours: BusinessHours, start: datetime, duration: timedelta
) -> None:
    assert business_time_between(hours, start, add_business_time(hours, start, duration)) == duration


@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
def test_business_time_may_be_added_in_two_steps(
    hours: BusinessHours, start: datetime, first: timedelta, second: timedelta
) -> None:
    there = add_business_time(hours, add_business_time(hours, start, first), second)
    assert there == add_business_time(hours, start, first + second)


@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
def test_more_time_never_ends_earlier(
    hours: BusinessHours, start: datetime, first: timedelta, second: timedelta
) -> None:
    less, more = sorted((first, second))
    assert add_business_time(hours, start, less) <= add_business_time(hours, start, more)


@given(calendars(), MOMENTS, MOMENTS, DURATIONS)
def test_who_starts_later_never_ends_earlier(
    hours: BusinessHours, one: datetime, other: datetime, duration: timedelta
) -> None:
    early, late = sorted((one, other))
    assert add_business_time(hours, early, duration) <= add_business_time(hours, late, duration)


@given(calendars(), MOMENTS, DURATIONS)
def test_a_result_never_lies_in_closed_time(hours: BusinessHours, start: datetime, duration: timedelta) -> None:
    end = add_business_time(hours, start, duration)
    assert is_open(hours, end) or is_open(hours, end - timedelta(microseconds=1))


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_business_time_adds_up_and_turns_its_sign(hours: BusinessHours, a: datetime, b: datetime, c: datetime) -> None:
    total = business_time_between(hours, a, b) + business_time_between(hours, b, c)
    assert total == business_time_between(hours, a, c)
    assert business_time_between(hours, a, b) == -business_time_between(hours, b, a)
    assert abs(business_time_between(hours, a, b)) <= abs(b - a)


@given(calendars(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: BusinessHours, at: datetime) -> None:
    opening = next_opening(hours, at)
    assert opening >= at
    assert is_open(hours, opening)
    assert business_time_between(hours, at, opening) == ZERO
