"""Targets and business hours as the pure functions take them, read once for many tickets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from anliegen.records.accounts import hours
from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.accounts.models import Calendar, Team
from anliegen.records.tickets.models import Target
from anliegen.records.tickets.timing import KINDS, Aim


@dataclass(frozen=True)
class Yardstick:
    """What times are measured by: all aims, and the business hours by team (None: of every other team)."""

    aims: tuple[Aim, ...]
    hours: dict[int | None, BusinessHours] = field(default_factory=dict)


def yardstick() -> Yardstick:
    """As everything is set now. Without targets the hours are not even read."""
    aims = tuple(aims_of(Target.objects.order_by("pk")))
    return Yardstick(aims, hours_by_team() if aims else {})


def aims_of(targets: Iterable[Target]) -> Iterable[Aim]:
    """What each target says about each kind of timer."""
    for target in targets:
        for kind in KINDS:
            if minutes := target.minutes(kind):
                yield Aim(
                    target=target.pk or 0,
                    kind=kind,
                    duration=timedelta(minutes=minutes),
                    valid_from=target.valid_from,
                    valid_to=target.valid_to,
                    team=target.team_id,
                    topic=target.topic,
                    priority=target.priority,
                    pauses_for_others=target.pauses_for_others,
                    reaches_back=target.reaches_back,
                    cuts_off=target.cuts_off,
                )


def hours_by_team(instead: dict[int, BusinessHours] | None = None) -> dict[int | None, BusinessHours]:
    """The hours of each team with a calendar of its own, and the default ones; `instead` replaces calendars by key."""
    calendars = {calendar.pk: calendar for calendar in Calendar.objects.order_by("pk")}
    plans = {key: (instead or {}).get(key) or hours.of_calendar(calendar) for key, calendar in calendars.items()}
    found: dict[int | None, BusinessHours] = {}
    if (default := hours.default_calendar()) is not None:
        found[None] = plans[default.pk]
    for team, calendar in Team.objects.filter(calendar__isnull=False).values_list("pk", "calendar_id"):
        if calendar is not None:
            found[team] = plans[calendar]
    return found
