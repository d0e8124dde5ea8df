"""An invitation read from its calendar file (RFC 5545, 5546): what, when, where, who."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.records.tickets.enclosed import Appointment, Guest

TYPES = ("text/calendar", "application/ics", "text/x-vcalendar")
_METHODS = ("request", "cancel", "reply", "counter", "publish", "add", "refresh", "declinecounter")
_ANSWERS = ("accepted", "declined", "tentative", "delegated")
_FREQUENCIES = ("daily", "weekly", "monthly", "yearly")
_EVENTS = ("VEVENT", "VTODO")
_GUESTS = 50
_LINES_OF_A_ZONE = 200  # its rules for the last century are many and never asked for
_OTHER_LINES = 500


def read(raw: bytes, charset: str | None, method: str, defects: Defects) -> Appointment | None:
    """The first appointment of the file; `method` is what the part's type says. None when there is none."""
    text = charsets.clean(charsets.decode(raw[: limits.CALENDAR], charset or "utf-8", defects)).strip()
    if len(raw) > limits.CALENDAR:
        defects.note("a calendar longer than is read; it is attached in full")
    first, count = _first_only(text)
    if not count:
        return None
    try:
        return _appointment(first, method, count, defects)
    except Exception:
        # The library raises many kinds of errors on damaged calendars; the file itself is still attached.
        defects.note("a calendar that cannot be read; it is attached as it is")
        return None


def _first_only(text: str) -> tuple[str, int]:
    """The calendar with its zones and its first appointment, and how many there are: a file may hold a whole year."""
    kept: dict[str, list[str]] = {"": [], "VTIMEZONE": [], "VEVENT": [], "VTODO": []}
    inside: list[str] = []
    count = 0
    for line in text.split("\n"):
        name, _colon, value = (part.strip().upper() for part in line.partition(":"))
        if name == "BEGIN":
            inside.append(value)
            count += len(inside) == 2 and value in _EVENTS
        outer = inside[1] if len(inside) > 1 else ""
        room = {"": _OTHER_LINES, "VTIMEZONE": _LINES_OF_A_ZONE * 10}.get(outer, len(text))
        is_other = outer in _EVENTS and count > 1
        if outer in kept and not is_other and "VALARM" not in inside and len(kept[outer]) < room:
            kept[outer].append(line)
        if name == "END" and inside:
            inside.pop()
    head = [line for line in kept[""] if not line.upper().startswith(("BEGIN:", "END:"))]
    event = kept["VEVENT"] or kept["VTODO"]
    if event and not event[-1].upper().startswith("END:"):
        event.append(f"END:{event[0].partition(':')[2]}")
    return "\n".join(["BEGIN:VCALENDAR", *head, *kept["VTIMEZONE"], *event, "END:VCALENDAR", ""]), count


def _appointment(text: str, method: str, count: int, defects: Defects) -> Appointment | None:
    from icalendar import Calendar  # noqa: PLC0415  # slow import

    calendar: Any = Calendar.from_ical(text)
    event = next(iter(calendar.walk("VEVENT")), None) or next(iter(calendar.walk("VTODO")), None)
    if event is None:
        return None
    stated = (method or str(calendar.get("METHOD", ""))).lower()
    starts, ends = _value(event, "DTSTART"), _end_of(event)
    rule = event.get("RRULE")
    rule = rule[0] if isinstance(rule, list) else rule or {}
    guests = [_guest(each) for each in _all(event, "ATTENDEE")[:_GUESTS]]
    frequency = str(next(iter(rule.get("FREQ", [])), "")).lower()
    if starts is None:
        defects.note("an appointment without a time that can be read")
    return Appointment(
        method=stated if stated in _METHODS else "publish",
        title=_text(event, "SUMMARY", 300),
        starts=_iso(starts),
        ends=_iso(ends),
        zone=_zone(event, starts),
        place=_text(event, "LOCATION", 300),
        organiser=_organiser(event),
        guests=tuple(guest for guest in guests if guest.address or guest.name),
        more_guests=max(0, len(_all(event, "ATTENDEE")) - _GUESTS),
        answer=next((guest.answer for guest in guests if guest.answer), "") if stated == "reply" else "",
        repeats=frequency if frequency in _FREQUENCIES else "",
        every=_count(rule, "INTERVAL") or 1,
        until=_iso(next(iter(rule.get("UNTIL", [])), None))[:10],
        times=_count(rule, "COUNT"),
        words=_text(event, "DESCRIPTION", 4000),
        uid=_text(event, "UID", 300),
        is_cancelled=stated == "cancel" or _text(event, "STATUS", 20).lower() == "cancelled",
        others=min(count, limits.CALENDAR_EVENTS) - 1,
    )


def _value(event: Any, name: str) -> date | datetime | None:
    found = event.get(name)
    found = found[0] if isinstance(found, list) else found
    value = _moment(found)
    return value if isinstance(value, date) else None


def _moment(found: Any) -> object:
    """The library gives damaged values a way to complain when they are asked."""
    try:
        return getattr(found, "dt", None)
    except Exception:
        return None


def _end_of(event: Any) -> date | datetime | None:
    """When it ends; of whole days the last one, since the file names the day after."""
    starts, ends = _value(event, "DTSTART"), _value(event, "DTEND") or _value(event, "DUE")
    lasts = _moment(event.get("DURATION"))
    if ends is None and starts is not None and isinstance(lasts, timedelta):
        ends = starts + lasts
    if ends is None or starts is None or isinstance(ends, datetime) != isinstance(starts, datetime):
        return ends if starts is None else None
    if isinstance(ends, datetime):
        return ends
    last = ends - timedelta(days=1)
    return last if last > starts else None


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, date) else ""


def _zone(event: Any, starts: date | datetime | None) -> str:
    """As the sender names it, else as it was understood."""
    if not isinstance(starts, datetime):
        return ""
    found = event.get("DTSTART")
    stated = str(_parameters(found).get("TZID", ""))
    return (stated or ("UTC" if starts.tzinfo is not None and starts.utcoffset() == timedelta(0) else ""))[:80]


def _organiser(event: Any) -> str:
    found = event.get("ORGANIZER")
    if found is None:
        return ""
    guest = _guest(found[0] if isinstance(found, list) else found)
    return f"{guest.name} <{guest.address}>" if guest.name and guest.address else guest.name or guest.address


def _parameters(value: Any) -> Any:
    try:
        return value.params
    except Exception:
        return {}


def _guest(value: Any) -> Guest:
    parameters = _parameters(value)
    answer = str(parameters.get("PARTSTAT", "")).lower()
    address = re.sub(r"^mailto:", "", str(value).strip(), flags=re.IGNORECASE)
    return Guest(
        name=_line(str(parameters.get("CN", "")).strip("\"'"))[:200],
        address=_line(address)[:320] if "@" in address else "",
        answer=answer if answer in _ANSWERS else "",
    )


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _text(event: Any, name: str, most: int) -> str:
    found = event.get(name, "")
    text = charsets.clean(str(found[0] if isinstance(found, list) and found else found))
    return (text.strip() if name == "DESCRIPTION" else _line(text))[:most]


def _line(text: str) -> str:
    return " ".join(text.split())


def _count(rule: Any, name: str) -> int:
    value = next(iter(rule.get(name, [])), 0)
    return value if isinstance(value, int) and 0 < value < 100_000 else 0
