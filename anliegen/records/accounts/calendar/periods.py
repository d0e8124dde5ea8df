"""Legal periods in whole days: working days, and §§ 187, 188, 193 BGB or Regulation (EEC, Euratom) 1182/71.

Legal periods never pause, and an operator's own days off do not count in them.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from anliegen.records.accounts.calendar.public_holidays import StateHolidays

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


class Rule(StrEnum):
    """By which law a period ends."""

    BGB = "bgb"
    EU = "eu"


def is_working_day(day: date, state: str, *, saturdays: bool = False, catholic: bool = False) -> bool:
    """Monday to Friday without public holidays (Arbeitstag), or with `saturdays` Monday to Saturday (Werktag)."""
    last = _SUNDAY if saturdays else _SATURDAY
    return day.weekday() < last and day not in StateHolidays(state, catholic)


def add_working_days(day: date, n: int, state: str, *, saturdays: bool = False, catholic: bool = False) -> date:
    """The n-th working day after `day`, which is not counted itself (§ 187 (1) BGB).

    For n = 0 it is the day itself, or the next working day if it is none. Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("working days are counted forwards")
    if n == 0:
        return next_working_day(day, state, saturdays=saturdays, catholic=catholic)
    for _ in range(n):
        day = next_working_day(day + _DAY, state, saturdays=saturdays, catholic=catholic)
    return day


def next_working_day(day: date, state: str, *, saturdays: bool = False, catholic: bool = False) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, state, saturdays=saturdays, catholic=catholic):
        day += _DAY
    return day


def previous_working_day(day: date, n: int, state: str, *, catholic: bool = False) -> date:
    """The n-th working day (Arbeitstag) before `day`: when to be reminded of what ends on it."""
    for _ in range(n):
        day -= _DAY
        while not is_working_day(day, state, catholic=catholic):
            day -= _DAY
    return day


def working_days_between(start: date, end: date, state: str, *, saturdays: bool = False, catholic: bool = False) -> int:
    """How many working days lie after `start` up to and including `end`; 0 if `end` is not later."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day, state, saturdays=saturdays, catholic=catholic) for day in days)


def period_end(
    start: date,
    *,
    state: str,
    days: int | None = None,
    weeks: int | None = None,
    months: int | None = None,
    years: int | None = None,
    catholic: bool = False,
    rule: Rule = Rule.BGB,
    counts_first_day: bool = False,
    moves: bool = True,
) -> date:
    """The last day of a period that began with an event on `start`; it lasts until that day is over.

    Exactly one unit is given. The day of the event is not counted (§ 187 (1) BGB, Art. 3 (1)), unless the period runs
    from the beginning of a day (`counts_first_day`, § 187 (2)). Weeks, months and years end on the day of the same name
    or number, or on the last of the month where that is missing (§ 188 (2), (3), Art. 3 (2) c).

    A last day on a Saturday, Sunday or public holiday moves to the next working day (§ 193, Art. 3 (4)); § 193 does not
    hold for notice periods, so that can be switched off (`moves`). By Rule.EU a period of two days or more contains at
    least two working days (Art. 3 (5)). Periods in hours are plain durations and not meant here.
    """
    end, is_missing = _plain_end(start, days=days, weeks=weeks, months=months, years=years)
    if counts_first_day and not is_missing:
        end -= _DAY
    if moves:
        end = next_working_day(end, state, catholic=catholic)
    if rule == Rule.EU and (days is None or days >= 2):
        before = start - _DAY if counts_first_day else start
        while working_days_between(before, end, state, catholic=catholic) < 2:
            end += _DAY
    return end


def end_of_day(day: date, timezone: str = "Europe/Berlin") -> datetime:
    """The moment in UTC at which a day is over: what is done before it is done in time."""
    return datetime.combine(day + _DAY, time(0), ZoneInfo(timezone)).astimezone(UTC)


def _plain_end(
    start: date, *, days: int | None, weeks: int | None, months: int | None, years: int | None
) -> tuple[date, bool]:
    """The day of the same name or number, and whether that number is missing in its month."""
    given = [(unit, n) for unit, n in enumerate((days, weeks, months, years)) if n is not None]
    if len(given) != 1 or given[0][1] < 1:
        raise ValueError("a period is a positive number of days, weeks, months or years")
    unit, n = given[0]
    if unit < 2:
        return start + timedelta(days=n * (1, 7)[unit]), False
    year, month = divmod(start.year * 12 + start.month - 1 + n * (1, 12)[unit - 2], 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)), start.day > last
