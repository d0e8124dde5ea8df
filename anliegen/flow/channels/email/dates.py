"""The moments that mails name, by RFC 5322 and as the wild writes them."""

import re
from datetime import UTC, datetime, time, timedelta, timezone
from datetime import date as date_of

from anliegen.flow.channels.email.defects import Defects

_READ = 120  # characters
_USUAL = re.compile(
    r"(?:[^\W\d_]{1,12}\.?,?\s{0,3})?(\d{1,2})(?:\.?\s"
    r"|[\s-])\s{0,3}([^\W\d_]{3,12})\.?[,\s-]\s{0,3}(\d{2,4}),?\s{1,4}"
    r"(?:(?:at|um|à|alle|om)\s)?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?\s{0,3}(.{0,60})",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d_]{1,12}\.?,?\s{1,3})?([^\W\d_]{3,12})\.?\s{1,3}(\d{1,2})(?:st|nd|rd"
    r"|th)?,?\s{1,3}(?:(\d{4}),?\s{1,3})?(?:at\s)?"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}(.{0,60})",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})(?:T|\s{1,2})(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s{0,2}(.{0,40})",
    re.IGNORECASE,
)
_GERMAN = re.compile(
    r"(?:[^\W\d_]{1,12}\.?,?\s{1,3})?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2,4}),?\s{1,3}(?:um\s)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}(.{0,40})",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\([^()]{0,60}\)")
_OFFSET = re.compile(r"(?:(?:GMT|UTC|UT)\s?)?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_SHORT_OFFSET = re.compile(r"([+-])(\d)(\d{2})(?!\d)")
_ZONE = re.compile(r"[A-Za-z]{1,5}(?![A-Za-z])")
_YEAR_BEHIND = re.compile(r"(?:([A-Za-z]{1,5})\s)?(\d{4})\b")
_AFTERNOON = re.compile(r"(am|pm)\b\s?", re.IGNORECASE)
# The beginnings of the months' names in English, German, French, Italian, Dutch and Spanish.
_MONTHS = {
    "jan": 1, "jän": 1, "gen": 1, "ene": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3,
    "mrt": 3, "apr": 4, "avr": 4, "abr": 4, "may": 5, "mai": 5, "mei": 5, "mag": 5, "jun": 6, "giu": 6, "jul": 7,
    "lug": 7, "aug": 8, "aoû": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "nov": 11,
    "dec": 12, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
# Hours east of Greenwich; what is no zone counts as UTC, as RFC 5322 asks.
_ZONES = {
    "CET": 1, "MEZ": 1, "MET": 1, "BST": 1, "WEST": 1, "WESZ": 1, "CEST": 2, "MESZ": 2, "MEST": 2, "EET": 2, "OEZ": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "JST": 9,
}  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def date(text: str, defects: Defects) -> datetime | None:
    """The moment a Date field names, aware. `-0000` and missing zones count as UTC. None when it is no date."""
    if not text:
        return None
    moment = read(text)
    if moment is None:
        defects.note("unreadable date")
    return moment


def read(text: str) -> datetime | None:
    """The moment, or None for what names none, or one that no mail can have been written at."""
    words = text[:_READ].strip().strip('"').strip()
    if "(" in words:
        words = " ".join(_COMMENT.sub(" ", words).split())
    words = words.removeprefix("Date:").lstrip()
    for pattern, fields in _FORMS:
        if match := pattern.match(words):
            year, month, day, hour, minute, second, rest = (match[number] or "" for number in fields)
            return _moment(year, month, day, hour, minute, second, rest)
    return None


_FORMS = (
    (_USUAL, (3, 2, 1, 4, 5, 6, 7)),
    (_ISO, (1, 2, 3, 4, 5, 6, 7)),
    (_MONTH_FIRST, (3, 1, 2, 4, 5, 6, 7)),
    (_GERMAN, (3, 2, 1, 4, 5, 6, 7)),
)


def _moment(year: str, month: str, day: str, hour: str, minute: str, second: str, rest: str) -> datetime | None:
    if not year:  # `Sun Nov 22 10:15:00 CET 2026`, as C's asctime and date write it
        behind = _YEAR_BEHIND.match(rest)
        if behind is None:
            return None
        year, rest = behind[2], behind[1] or rest[behind.end() :]
    hours = int(hour)
    if half := _AFTERNOON.match(rest):
        hours = hours % 12 + (12 if half[1].lower() == "pm" else 0)
        rest = rest[half.end() :]
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
    # 24:00 is the end of its day; a leap second is the second before the next minute.
    later = timedelta(days=1) if hours == 24 else timedelta(0)
    try:
        clock = time(hours % 24, int(minute), min(int(second or 0), 59), tzinfo=_zone(rest.strip()))
        moment = datetime.combine(date_of(_year(year), number, int(day)), clock) + later
        moment.astimezone(UTC)  # A zone that leaves the calendar fails here and not later.
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR and hours <= 24 else None


def _year(digits: str) -> int:
    """RFC 5322, 4.3: two digits below 50 are of this century, and three count from 1900."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(words: str) -> timezone:
    offset = _OFFSET.match(words.lstrip('"'))
    if short := _SHORT_OFFSET.match(words):
        offset = short
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes == 0:
            return UTC
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    name = _ZONE.match(words)
    hours = _ZONES.get(name[0].upper(), 0) if name else 0
    return timezone(timedelta(hours=hours)) if hours else UTC
