"""From the calendars in the database to business time."""

from collections import defaultdict
from datetime import time, timedelta
from typing import Any

from django.db.models import QuerySet

from anliegen.ground.compiled import compiled
from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, StateHolidays, day_length
from anliegen.records.accounts.models import Calendar, DayOff, Opening, Team

OFFICE_DAY = timedelta(hours=8)


def of_team(team: Team | None) -> BusinessHours | None:
    """The business hours of a team: its own calendar's, else the default one's; None when there is no calendar."""
    calendar = calendar_of(team)
    return of_calendar(calendar) if calendar is not None else None


def calendar_of(team: Team | None) -> Calendar | None:
    """A team's own calendar, else the default one."""
    return team.calendar if team is not None and team.calendar_id else default_calendar()


def workday_of(hours: BusinessHours | None) -> timedelta:
    """How long the service is open on an ordinary day; eight hours where no calendar says."""
    try:
        return day_length(hours) if hours is not None else OFFICE_DAY
    except NeverOpen:
        return OFFICE_DAY


def default_calendar() -> Calendar | None:
    return next(iter(_calendars()), None)


@compiled
def _calendars() -> QuerySet[Calendar]:
    return Calendar.objects.order_by("-is_default", "pk")[:1]


def of_calendar(calendar: Calendar) -> BusinessHours:
    """The weekly plan, the state's holidays and the days off of a calendar, as the pure functions take them."""
    weekly: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for day, opens, closes in _openings(calendar.pk):
        weekly[day].append((opens, closes))
    return BusinessHours(
        timezone=calendar.timezone,
        weekly={day: tuple(spans) for day, spans in weekly.items()},
        holidays=StateHolidays(calendar.state, catholic=calendar.catholic),
        days_off=frozenset(_days_off(calendar.pk)),
    )


@compiled
def _openings(calendar: int) -> QuerySet[Any]:
    found = Opening.objects.filter(calendar=calendar).order_by("weekday", "opens")
    return found.values_list("weekday", "opens", "closes")


@compiled
def _days_off(calendar: int) -> QuerySet[Any]:
    return DayOff.objects.filter(calendar=calendar).values_list("on", flat=True)
