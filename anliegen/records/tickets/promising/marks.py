"""When a promise is spoken of before it is due: the reminder, and the alarm while the customer can still be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, add_business_time, business_time_between

REMINDED_BEFORE = timedelta(hours=4)  # of business time; a short promise is spoken of at half and at three quarters
ALARMED_BEFORE = timedelta(hours=2)


@dataclass(frozen=True)
class Marks:
    """`remind_at`: its owner is reminded. `risk_at`: the lead hears that it is not kept yet. Both before `due_at`."""

    remind_at: datetime
    risk_at: datetime


def marks_of(made_at: datetime, due_at: datetime, hours: BusinessHours | None) -> Marks:
    """The marks of a promise that was made then and is due then, in business time where there is any in between."""
    if due_at <= made_at:
        return Marks(due_at, due_at)
    span = business_time_between(hours, made_at, due_at) if hours is not None else timedelta()
    if hours is None or span <= timedelta():
        whole = due_at - made_at
        return Marks(due_at - min(REMINDED_BEFORE, whole / 2), due_at - min(ALARMED_BEFORE, whole / 4))
    return Marks(
        _before(hours, made_at, span, min(REMINDED_BEFORE, span / 2)),
        _before(hours, made_at, span, min(ALARMED_BEFORE, span / 4)),
    )


def _before(hours: BusinessHours, made_at: datetime, span: timedelta, ahead: timedelta) -> datetime:
    try:
        return add_business_time(hours, made_at, span - ahead)
    except NeverOpen:  # it was open in between, so this cannot be; a promise is not lost over it
        return made_at + (span - ahead)
