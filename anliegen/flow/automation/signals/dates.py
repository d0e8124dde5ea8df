"""By when somebody wants an answer: the days and periods named in a passage, as dates."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner january", "februar february", "märz maerz march", "april", "mai may", "juni june",
            "juli july", "august", "september", "oktober october", "november", "dezember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        ("montag monday", "dienstag tuesday", "mittwoch wednesday", "donnerstag thursday", "freitag friday",
         "samstag sonnabend saturday", "sonntag sunday")
    )
    for name in names.split()
}  # fmt: skip
_RELATIVE = {"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "übermorgen": 2, "uebermorgen": 2}
_COUNTS = {
    "einem": 1, "einer": 1, "eines": 1, "a": 1, "one": 1, "zwei": 2, "two": 2, "drei": 3, "three": 3, "vier": 4,
    "four": 4, "fünf": 5, "five": 5, "sechs": 6, "six": 6, "sieben": 7, "seven": 7, "zehn": 10, "ten": 10,
    "vierzehn": 14, "fourteen": 14,
}  # fmt: skip
_DATE = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.?(?:\s?(\d{4}))?(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_NAMED = re.compile(rf"(?<!\d)(\d{{1,2}})\.?\s({'|'.join(_MONTHS)})\b(?:\s(\d{{4}}))?", re.IGNORECASE)
_PERIOD = re.compile(
    rf"\b(?:innerhalb|binnen|in|within)\s(?:von\s|der\snächsten\s)?(\d{{1,3}}|{'|'.join(_COUNTS)})\s"
    r"(stunden?|hours?|tage?n?|werktagen?|days?|wochen?|weeks?|monate?[ns]?|months?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_SOON_PAST = timedelta(days=60)  # a date without a year that was so long ago is of next year


def dates_in(passage: str, *, today: date) -> list[date]:
    """All that are named, the earliest first. A weekday is the next one, a date without a year the nearest to come."""
    return sorted({*_written(passage, today), *_periods(passage, today), *_by_name(passage, today)})


def _written(passage: str, today: date) -> Iterator[date]:
    for found in _ISO.finditer(passage):
        yield from _real(int(found[1]), int(found[2]), int(found[3]))
    for found in _DATE.finditer(passage):
        yield from _with_year(found[3], int(found[2]), int(found[1]), today)
    for found in _NAMED.finditer(passage):
        yield from _with_year(found[3], _MONTHS[found[2].lower()], int(found[1]), today)


def _with_year(year: str | None, month: int, day: int, today: date) -> Iterator[date]:
    if year:
        yield from _real(int(year), month, day)
        return
    for each in _real(today.year, month, day):
        yield each if each >= today - _SOON_PAST else next(_real(today.year + 1, month, day), each)


def _real(year: int, month: int, day: int) -> Iterator[date]:
    """The date, where there is such a one."""
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _periods(passage: str, today: date) -> Iterator[date]:
    for found in _PERIOD.finditer(passage):
        count = int(found[1]) if found[1].isdigit() else _COUNTS[found[1].lower()]
        unit = found[2].lower()
        if unit.startswith(("stunde", "hour")):
            yield today + timedelta(hours=count)
        else:
            days = 7 if unit.startswith(("woche", "week")) else 30 if unit.startswith("mon") else 1
            yield today + timedelta(days=count * days)


def _by_name(passage: str, today: date) -> Iterator[date]:
    for found in _WORD.finditer(passage):
        word = found.group().lower()
        if word in _RELATIVE:
            yield today + timedelta(days=_RELATIVE[word])
        elif word in _DAYS:
            yield today + timedelta(days=(_DAYS[word] - today.weekday() - 1) % 7 + 1)
