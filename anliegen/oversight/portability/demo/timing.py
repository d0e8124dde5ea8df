"""When things happen: spans such as "2h..9h", counted in office hours for agents, by the wall for customers."""

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anliegen.records.accounts.calendar import (
    BusinessHours,
    StateHolidays,
    add_business_time,
    add_working_days,
    is_open,
    is_working_day,
)

ZONE = ZoneInfo("Europe/Berlin")
STATE = "SN"
OPENINGS = tuple((day, time(8), time(18) if day < 4 else time(15)) for day in range(5))
HOURS = BusinessHours(
    str(ZONE), {day: ((opens, closes),) for day, opens, closes in OPENINGS}, holidays=StateHolidays(STATE)
)
OFFICE_DAY = timedelta(hours=8)

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SPAN = re.compile(r"(\d+)([mhd])")
# How many of a hundred mails are written in each hour of the day: little at night, most in the morning and after work.
_CURVE = (1, 1, 1, 0, 0, 1, 3, 5, 8, 9, 9, 8, 6, 5, 5, 5, 6, 7, 8, 8, 7, 6, 4, 2)


def span(spec: str, chance: random.Random) -> timedelta:
    """A duration from "40m" or "2h..9h", drawn evenly to the second."""
    low, _dots, high = spec.partition("..")
    shortest, longest = _duration(low), _duration(high or low)
    if not high:
        longest = shortest * 1.2
    return timedelta(seconds=round(chance.uniform(shortest.total_seconds(), longest.total_seconds())))


def in_office_hours(start: datetime, duration: timedelta) -> datetime:
    """The moment when so much office time has passed; a day counts as eight hours."""
    whole_days, rest = divmod(duration, timedelta(days=1))
    wanted = whole_days * OFFICE_DAY + min(rest, timedelta(hours=12))
    end = add_business_time(HOURS, start, wanted)
    # Closing time itself is nobody's moment to write.
    return end if is_open(HOURS, end) else add_business_time(HOURS, end, timedelta(minutes=7))


def awake(at: datetime, chance: random.Random) -> datetime:
    """The same moment, or the next morning when people sleep."""
    here = at.astimezone(ZONE)
    if 6 <= here.hour < 23:
        return at
    day = here.date() if here.hour < 6 else here.date() + timedelta(days=1)
    return moment(day, time(chance.choice((6, 7, 7, 8)), chance.randrange(60), chance.randrange(60)))


def moment(day: date, at: time) -> datetime:
    """A local day and time as a moment in UTC."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def workday_after(day: date, number: int) -> date:
    return add_working_days(day, number, STATE)


def is_workday(day: date) -> bool:
    return is_working_day(day, STATE)


def some_moment(
    day: date,
    channel: str,
    chance: random.Random,
    *,
    round_the_clock: bool = False,
    hours: tuple[int, int] | None = None,
) -> datetime:
    """When on this day somebody turns to us this way. Calls and chats need an open office, letters come by post."""
    if channel == "letter":
        return moment(_workday(day), time(9, chance.randrange(10, 50), chance.randrange(60)))
    if hours is None and channel in ("phone", "chat") and not round_the_clock:
        day = _workday(day)
        last = 16 if day.weekday() < 4 else 13
        return moment(day, time(chance.randint(8, last), chance.randrange(60), chance.randrange(60)))
    if hours is not None:
        day = _workday(day)
        if hours[1] > 11 and day.weekday() == 4:
            day = _workday(day - timedelta(days=1))  # on a Friday afternoon nobody could answer the same day
        return moment(day, time(chance.randint(*hours), chance.randrange(8, 60), chance.randrange(60)))
    hour = chance.choices(range(24), _CURVE)[0]
    return moment(day, time(hour, chance.randrange(60), chance.randrange(60)))


def _workday(day: date) -> date:
    """The day itself, else the working day before it: never the future."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def _duration(text: str) -> timedelta:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no span of time: {text!r}")
    return int(match.group(1)) * _UNITS[match.group(2)]
