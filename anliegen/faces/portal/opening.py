"""When the service can be reached, in words. Pure: hours and moment in, sentences out, in the active language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from anliegen.faces.ui import dates
from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, is_open, next_opening, openings

Spans = tuple[tuple[time, time], ...]
FAR = timedelta(days=6)  # from here on a weekday alone could be the wrong week


@dataclass(frozen=True)
class Reachable:
    """`week`: (days, hours) lines. `now`: a sentence about the present moment."""

    week: tuple[tuple[str, str], ...]
    now: str
    is_open: bool

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
    return Reachable(tuple(_week(hours)), _opens_again(opens_at, at, ZoneInfo(hours.timezone)), False)


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
    table = dates.words(None)
    if distance == 0:
        day = table.today
    elif distance == 1:
        day = table.tomorrow
    elif distance <= FAR.days:
        day = table.weekdays[local.weekday()]
    else:
        day = dates.exact_day(local.date())
    return _("Closed now, open again %(day)s at %(time)s") % {"day": day, "time": _clock(local.time())}


def _week(hours: BusinessHours) -> Iterable[tuple[str, str]]:
    """Neighbouring days with the same hours on one line: ("Mo bis Fr", "8:00 bis 17:00 Uhr")."""
    names = dates.words(None).weekdays_short
    first = 0
    for day in range(1, 8):
        if day < 7 and hours.weekly.get(day, ()) == hours.weekly.get(first, ()):
            continue
        if spans := hours.weekly.get(first, ()):
            yield _days(names[first], names[day - 1], day - first), _hours(spans)
        first = day


def _days(first: str, last: str, count: int) -> str:
    if count == 1:
        return first
    if count == 2:
        return _("%(first)s and %(last)s") % {"first": first, "last": last}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _hours(spans: Spans) -> str:
    parts = [
        _("%(opens)s to %(closes)s") % {"opens": _clock(opens, False), "closes": _clock(closes, last=True)}
        for opens, closes in spans
    ]
    return _(" and ").join(parts)


def _clock(moment: time, word: bool = True, *, last: bool = False) -> str:
    """`9:00`, in German with its "Uhr"; as a closing time midnight is 24:00."""
    text = "24:00" if last and moment == time(0) else f"{moment.hour}:{moment.minute:02}"
    return f"{text}{dates.words(None).clock}" if word else text
