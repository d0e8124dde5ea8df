"""From the parts of what was said to the moment it means."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from anliegen.records.tickets.moments.office import Office
from anliegen.records.tickets.moments.unclear import Contradiction

PARTS = {"forenoon": time(10), "noon": time(12), "afternoon": time(14), "evening": time(18)}
_DAY = timedelta(days=1)
_MOST_YEARS = 3
_MOST_COUNTED = 1000


@dataclass
class Said:
    """What was said, taken apart: at most one of each."""

    date: tuple[int, int | None, int | None] | None = None  # day, month, year
    weekday: int | None = None
    is_later_day: bool = False  # "next Monday": never today
    days_ahead: int | None = None  # today, tomorrow
    week: int | None = None  # of the year
    beginning: str = ""  # of the next "week" or "month"
    span: tuple[int, str] | None = None
    clock: time | None = None
    is_exact: bool = False  # the clock leaves no doubt about the half of the day
    part: str = ""  # of the day

    @property
    def names_day(self) -> bool:
        named = (self.date, self.weekday, self.days_ahead, self.week, self.beginning or None)
        return any(one is not None for one in named)

    @property
    def is_nothing(self) -> bool:
        return not self.names_day and self.span is None and self.clock is None and not self.part


def resolve(said: Said, *, now: datetime, office: Office) -> datetime | None:
    """The moment, perhaps a past one; None when nothing was said. Raises Contradiction, OverflowError, ValueError."""
    if said.is_nothing:
        return None
    if said.span and said.span[1] in ("minute", "hour"):
        return _after_hours(said, now)
    here = office.local(now).date()
    day = _first_day(said, here)
    if said.span is not None:
        day = _after(day, said.span, office)
    moment = office.moment(day, _clock(said, day, office))
    if moment > now or said.span is not None:
        return moment
    return office.moment(again, _clock(said, again, office)) if (again := _next_time(said, day)) else moment


def _after_hours(said: Said, now: datetime) -> datetime | None:
    """In two hours: from now on, so that no day or time can be named besides."""
    if said.names_day or said.clock is not None or said.part or said.span is None:
        return None
    count, unit = said.span
    late = now + timedelta(**{f"{unit}s": count})
    return late.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1 if late.second else 0)


def _first_day(said: Said, here: date) -> date:
    if said.date is not None:
        return _dated(said, here)
    if said.beginning == "week" or said.week is not None:
        monday = _monday_of(said, here)
        return monday + _DAY * (said.weekday or 0)
    if said.beginning == "month":
        return (here.replace(day=1) + 32 * _DAY).replace(day=1)
    if said.days_ahead is not None:
        return _fitting(here + _DAY * said.days_ahead, said)
    if said.weekday is not None:
        ahead = (said.weekday - here.weekday()) % 7
        return here + _DAY * (ahead or (7 if said.is_later_day else 0))
    return here


def _monday_of(said: Said, here: date) -> date:
    if said.week is None:
        return here + _DAY * (7 - here.weekday())
    year = here.isocalendar().year
    monday = date.fromisocalendar(year, said.week, 1)
    return monday if monday + 4 * _DAY >= here else date.fromisocalendar(year + 1, said.week, 1)


def _dated(said: Said, here: date) -> date:
    """The next day with this date that is not over; with the year, that very day."""
    assert said.date is not None
    number, month, year = said.date
    found = next(one for one in _days(number, month, year, here) if one >= here or year is not None)
    return _fitting(found, said)


def _fitting(day: date, said: Said) -> date:
    if said.weekday is not None and day.weekday() != said.weekday:
        raise Contradiction(day)
    return day


def _days(number: int, month: int | None, year: int | None, here: date) -> list[date]:
    """Days of these numbers from this year, or this month, on. Raises ValueError when there is none."""
    if year is not None:
        return [date(year, month or here.month, number)]
    found = []
    for count in range(here.month - 1, here.month + 12 * _MOST_YEARS):
        of_year, of_month = here.year + count // 12, count % 12 + 1
        if month in (None, of_month) and number <= _last_of(of_year, of_month).day:
            found.append(date(of_year, of_month, number))
    if not any(one >= here for one in found):
        raise ValueError("no such day within reach")
    return found


def _after(day: date, span: tuple[int, str], office: Office) -> date:
    count, unit = span
    if count > _MOST_COUNTED:
        raise OverflowError
    match unit:
        case "workday":
            return office.after_open_days(day, count)
        case "month" | "year":
            return add_months(day, count * (12 if unit == "year" else 1))
    return day + _DAY * count * (7 if unit == "week" else 1)


def add_months(day: date, count: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    months = day.year * 12 + day.month - 1 + count
    last = _last_of(months // 12, months % 12 + 1)
    return last.replace(day=min(day.day, last.day))


def _last_of(year: int, month: int) -> date:
    return (date(year, month, 1) + 32 * _DAY).replace(day=1) - _DAY


def _clock(said: Said, day: date, office: Office) -> time:
    if said.clock is None:
        return PARTS.get(said.part) or office.opens(day)
    return _half_of_day(said)


def _half_of_day(said: Said) -> time:
    """Three o'clock is in the afternoon unless somebody says that it is at night: 03:00, 3am, 3 Uhr früh."""
    clock = said.clock
    assert clock is not None
    is_small = clock.hour <= 6 and not said.is_exact and said.part in ("", "noon")
    late = said.part in ("afternoon", "evening") or is_small
    return clock.replace(hour=clock.hour + 12) if late and clock.hour < 12 else clock


def _next_time(said: Said, day: date) -> date | None:
    """When the first such moment is over: a time alone is tomorrow, a weekday in a week; all else is what it is."""
    if not said.names_day:
        return day + _DAY
    if said.weekday is not None and (said.date, said.days_ahead, said.week, said.beginning) == (None, None, None, ""):
        return day + 7 * _DAY
    return _a_later_one(said, day)


def _a_later_one(said: Said, day: date) -> date | None:
    if said.date is None or said.date[2] is not None:
        return None
    number, month, year = said.date
    return next((one for one in _days(number, month, year, day) if one > day), None)
