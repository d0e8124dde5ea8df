"""An invitation as Outlook writes it into winmail.dat: dates in properties that are named by numbers (MS-OXOCAL)."""

from datetime import UTC, datetime, timedelta

from anliegen.flow.channels.email.tnef.properties import NAMED, Properties, text
from anliegen.records.tickets.enclosed import Appointment

_PLACE, _STARTS, _ENDS, _ALL_DAY = NAMED | 0x8208, NAMED | 0x820D, NAMED | 0x820E, NAMED | 0x8215
_STARTS_TOO, _ENDS_TOO = 0x0060, 0x0061
_KINDS = {
    "ipm.schedule.meeting.request": ("request", ""),
    "ipm.microsoft schedule.mtgreq": ("request", ""),
    "ipm.schedule.meeting.canceled": ("cancel", ""),
    "ipm.microsoft schedule.mtgcncl": ("cancel", ""),
    "ipm.schedule.meeting.resp.pos": ("reply", "accepted"),
    "ipm.microsoft schedule.mtgrespp": ("reply", "accepted"),
    "ipm.schedule.meeting.resp.neg": ("reply", "declined"),
    "ipm.microsoft schedule.mtgrespn": ("reply", "declined"),
    "ipm.schedule.meeting.resp.tent": ("reply", "tentative"),
    "ipm.microsoft schedule.mtgrespa": ("reply", "tentative"),
    "ipm.appointment": ("publish", ""),
}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def appointment_of(given: Properties, kind: str, subject: str, words: str) -> Appointment | None:
    """The appointment this message is about, if it is about one."""
    method, answer = _KINDS.get(kind.lower(), ("", ""))
    starts = _moment(given, _STARTS) or _moment(given, _STARTS_TOO)
    if not method or starts is None:
        return None
    ends = _moment(given, _ENDS) or _moment(given, _ENDS_TOO)
    return Appointment(
        method=method,
        title=subject[:300],
        starts=starts.isoformat(),
        ends=ends.isoformat() if ends and ends > starts else "",
        place=text(given, _PLACE)[:300],
        answer=answer,
        words=words[:2000],
    )


def _moment(given: Properties, tag: int) -> datetime | None:
    """A FILETIME: tenths of microseconds since 1601."""
    value = given.get(tag)
    if not isinstance(value, int) or not 0 < value < 2**62:
        return None
    try:
        return (_EPOCH + timedelta(microseconds=value // 10)).replace(microsecond=0)
    except OverflowError:
        return None
