"""When the service can be reached, in words. Pure: hours and moment in, sentences out, in the active language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, is_open, next_opening, openings

Spans = tuple[tuple[time, time], ...]
FAR = timedelta(days=6)  # from here on a weekday alone could be the wrong week
NEXT_YEAR = timedelta(days=60)  # from here on a day without its year could be the wrong one


@dataclass(frozen=True)
class Reachable:
    """`week`: (days, hours) lines. `now`: a sentence about the present moment. `back`: when closed, day and hour."""

    week: tuple[tuple[str, str], ...]
    now: str
    is_open: bool
    back: str = ""

    @property
    def line(self) -> str:
        return ", ".join(f"{days} {hours}" for days, hours in self.week)


def reachable(hours: BusinessHours | None, at: datetime) -> Reachable | None:
    """None when nobody set hours, or when they never open: then nothing can be promised."""
    if hours is None or not any(hours.weekly.values()):
        return None
    try:
        opens_at = next_opening(hours, at)
    except NeverOpen:
        return None
    if is_open(hours, at):
        return Reachable(tuple(_week(hours)), _open_until(hours, at), True)
    zone = ZoneInfo(hours.timezone)
    return Reachable(tuple(_week(hours)), _opens_again(opens_at, at, zone), False, day_and_hour(opens_at, at, zone))


def day_and_hour(moment: datetime, at: datetime, zone: tzinfo) -> str:
    """A moment that is read later, so without "today": "Montag, 30. November, 16 Uhr". `at` is when it is said."""
    local = moment.astimezone(zone)
    style = pgettext("date format", "l, j F Y") if abs(moment - at) > NEXT_YEAR else pgettext("date format", "l, j F")
    spoken = _("%(hour)s:%(minute)s") if local.minute else _("%(hour)s:00")
    hour = spoken % {"hour": local.hour, "minute": f"{local.minute:02}"}
    return _("%(day)s, %(hour)s") % {"day": date_format(local.date(), style), "hour": hour}


def _open_until(hours: BusinessHours, at: datetime) -> str:
    zone = ZoneInfo(hours.timezone)
    today = openings(hours, at.astimezone(zone).date())
    closes = next(end for start, end in today if start <= at < end).astimezone(zone)
    if closes.date() != at.astimezone(zone).date():
        return _("Open now, until midnight")
    return _("Open now, until %(time)s") % {"time": _clock(closes.time())}


def _opens_again(opens_at: datetime, at: datetime, zone: ZoneInfo) -> str:
    local, today = opens_at.astimezone(zone), at.astimezone(zone).date()
    distance = (local.date() - today).days
    if distance == 0:
        day = _("today")
    elif distance == 1:
        day = _("tomorrow")
    elif distance <= FAR.days:
        day = str(WEEKDAYS[local.weekday()])
    else:
        day = date_format(local.date(), pgettext("date format", "l, j F Y"))
    return _("Closed now, open again %(day)s at %(time)s") % {"day": day, "time": _clock(local.time())}


def _week(hours: BusinessHours) -> Iterable[tuple[str, str]]:
    """Neighbouring days with the same hours on one line: ("Mo bis Fr", "8:00 bis 17:00 Uhr")."""
    first = 0
    for day in range(1, 8):
        if day < 7 and hours.weekly.get(day, ()) == hours.weekly.get(first, ()):
            continue
        if spans := hours.weekly.get(first, ()):
            yield _days(str(WEEKDAYS_ABBR[first]), str(WEEKDAYS_ABBR[day - 1]), day - first), _hours(spans)
        first = day


def _days(first: str, last: str, count: int) -> str:
    if count == 1:
        return first
    if count == 2:
        return _("%(first)s and %(last)s") % {"first": first, "last": last}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _hours(spans: Spans) -> str:
    parts = [
        _("%(opens)s to %(closes)s") % {"opens": _figures(opens), "closes": _clock(closes, last=True)}
        for opens, closes in spans
    ]
    return _(" and ").join(parts)


def _clock(moment: time, *, last: bool = False) -> str:
    """`9:00`, in German with its "Uhr"."""
    hour, _colon, minute = _figures(moment, last=last).partition(":")
    return _("%(hour)s:%(minute)s") % {"hour": hour, "minute": minute}


def _figures(moment: time, *, last: bool = False) -> str:
    """As a closing time midnight is 24:00."""
    return "24:00" if last and moment == time(0) else f"{moment.hour}:{moment.minute:02}"
