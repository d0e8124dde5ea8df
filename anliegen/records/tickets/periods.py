"""A day that has been, as people say it to a search: heute, 7t, 3.12., 2026-12-03, woche. Pure."""

import re
from datetime import date, timedelta

from anliegen.ground.text import fold

_BACK = re.compile(r"(\d{1,4})\s?(t|tage?|d|days?|w|wochen?|weeks?|m|monate?|months?|j|jahre?|y|years?)")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4}|\d{2})?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DAYS = {"t": 1, "d": 1, "w": 7, "m": 30, "j": 365, "y": 365}


def day(text: str, today: date) -> date | None:
    """The day these words name; one without its year is the last such day. None when they name none."""
    said = fold(text.strip())
    try:
        return _named(said, today) or _back(said, today) or _dated(said, today)
    except (ValueError, OverflowError):
        return None


def _named(said: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    return {
        "heute": today,
        "today": today,
        "gestern": today - timedelta(days=1),
        "yesterday": today - timedelta(days=1),
        "woche": monday,
        "week": monday,
        "monat": today.replace(day=1),
        "month": today.replace(day=1),
        "jahr": today.replace(month=1, day=1),
        "year": today.replace(month=1, day=1),
    }.get(said)


def _back(said: str, today: date) -> date | None:
    match = _BACK.fullmatch(said)
    return today - timedelta(days=int(match[1]) * _DAYS[match[2][0]]) if match else None


def _dated(said: str, today: date) -> date | None:
    if iso := _ISO.fullmatch(said):
        return date(int(iso[1]), int(iso[2]), int(iso[3] or 1))
    dotted = _DOTTED.fullmatch(said)
    if dotted is None:
        return None
    number, month = int(dotted[1]), int(dotted[2])
    if dotted[3]:
        return date(int(dotted[3]) if len(dotted[3]) == 4 else 2000 + int(dotted[3]), month, number)
    this_year = date(today.year, month, number)
    return this_year if this_year <= today else date(today.year - 1, month, number)
