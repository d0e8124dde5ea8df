"""The moments that are offered with one click, at times at which work begins."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anliegen.records.tickets.moments.office import Office
from anliegen.records.tickets.moments.resolve import add_months

AFTERNOON = time(14)
NEAREST = timedelta(minutes=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Preset:
    """A moment with a name: `afternoon`, `tomorrow`, `workday`, `monday`, `next_week`, `week` or `month`."""

    code: str
    at: datetime


def presets(now: datetime, office: Office) -> list[Preset]:
    """This afternoon, tomorrow morning, Monday, in a week, in a month: where the service is closed, the next open day.

    Each moment once, each at least half an hour off.
    """
    here = office.local(now).date()
    tomorrow, monday = here + _DAY, here + _DAY * (7 - here.weekday())
    offered = [
        ("tomorrow" if office.is_open_on(tomorrow) else "workday", office.open_day(tomorrow)),
        ("monday" if office.is_open_on(monday) else "next_week", office.open_day(monday)),
        ("week", office.open_day(here + 7 * _DAY)),
        ("month", office.open_day(add_months(here, 1))),
    ]
    found = [Preset(code, _morning(day, office)) for code, day in offered]
    afternoon = office.moment(here, AFTERNOON)
    if office.is_open_at(afternoon) and afternoon >= now + NEAREST:
        found.insert(0, Preset("afternoon", afternoon))
    # What is the same moment is offered under the name that says more: Monday rather than the next working day.
    names = {one.at: one for one in found if one.code == "workday"} | {
        one.at: one for one in reversed(found) if one.code != "workday"
    }
    return sorted(names.values(), key=lambda one: one.at)


def _morning(day: date, office: Office) -> datetime:
    return office.moment(day, office.opens(day))
