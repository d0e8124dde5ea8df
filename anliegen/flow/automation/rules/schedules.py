"""At which moments a rule runs that goes by the clock. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from anliegen.flow.automation.rules.definition import Trigger
from anliegen.records.accounts.calendar import BusinessHours, is_open, openings

CAUGHT_UP = timedelta(hours=24)  # what was missed while nothing ran is made up for once, when it is no older
QUIET_EVERY = 1  # hours: so often it is looked whether somebody has been quiet for long enough
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def turn(
    trigger: Trigger, *, after: datetime, now: datetime, zone: ZoneInfo, hours: BusinessHours | None
) -> datetime | None:
    """The newest turn after that moment and up to now; None when there is none. Of several that were missed, one.

    Without `hours` the service counts as always open.
    """
    moment, earliest = _newest(trigger, now.astimezone(zone)), max(after, now - CAUGHT_UP)
    while moment > earliest:
        if not trigger.open_only or hours is None or _is_open(trigger, moment, hours):
            return moment
        moment = _newest(trigger, (moment - _MINUTE).astimezone(zone))
    return None


def _newest(trigger: Trigger, local: datetime) -> datetime:
    """The newest turn up to this moment, in local time."""
    if trigger.kind == "daily":
        today = datetime.combine(local.date(), time(trigger.hour), local.tzinfo)
        return today if today <= local else today - _DAY
    step = trigger.hours if trigger.kind == "hourly" else QUIET_EVERY
    return datetime.combine(local.date(), time(local.hour // step * step), local.tzinfo)


def _is_open(trigger: Trigger, moment: datetime, hours: BusinessHours) -> bool:
    """Whether the service is open then; a daily turn may lie before the opening, so that its day counts."""
    if trigger.kind == "daily":
        return bool(openings(hours, moment.date()))
    return is_open(hours, moment)
