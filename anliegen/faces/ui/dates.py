"""Dates and spans of time as people say them: "heute 14:05", "gestern", "Di 24.11.", "2 Stunden 10 Minuten".

Django's date filter was two thirds of the cost of a list page, so these are plain functions over word tables.
German and English are complete; any other language reads English.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone
from markupsafe import Markup

from anliegen.faces.ui import drawing
from anliegen.ground import clock

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEAR = timedelta(days=60)
"""A date this near is said without its year even across New Year."""


@dataclass(frozen=True)
class Unit:
    one: str
    many: str
    dative: str
    short_one: str
    short_many: str


@dataclass(frozen=True)
class Words:
    today: str
    yesterday: str
    tomorrow: str
    just_now: str
    past: str
    future: str
    instant: str
    instant_dative: str
    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    units: tuple[Unit, ...]
    clock: str
    german: bool = False


GERMAN = Words(
    today="heute",
    yesterday="gestern",
    tomorrow="morgen",
    just_now="gerade eben",
    past="vor {}",
    future="in {}",
    instant="weniger als eine Minute",
    instant_dative="weniger als einer Minute",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    weekdays_short=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    months_short=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    units=(
        Unit("Tag", "Tage", "Tagen", "Tag", "Tage"),
        Unit("Stunde", "Stunden", "Stunden", "Std.", "Std."),
        Unit("Minute", "Minuten", "Minuten", "Min.", "Min."),
    ),
    clock=" Uhr",
    german=True,
)
ENGLISH = Words(
    today="today",
    yesterday="yesterday",
    tomorrow="tomorrow",
    just_now="just now",
    past="{} ago",
    future="in {}",
    instant="less than a minute",
    instant_dative="less than a minute",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    weekdays_short=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    months_short=("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    units=(
        Unit("day", "days", "days", "day", "days"),
        Unit("hour", "hours", "hours", "h", "h"),
        Unit("minute", "minutes", "minutes", "min", "min"),
    ),
    clock="",
)


def words(language: str | None) -> Words:
    """The word table of a language code such as "de", "de-at" or "en"; None means the active language."""
    return GERMAN if (language or drawing.language() or "en").startswith("de") else ENGLISH


def said(at: datetime, *, now: datetime, zone: tzinfo, language: str | None = None, time: bool = False) -> str:
    """The moment in the fewest words that leave no doubt. The hour stands today and tomorrow, else only with `time`."""
    return _said(at.astimezone(zone), now.astimezone(zone), words(language), time)


def said_day(on: date, *, today: date, language: str | None = None) -> str:
    """The day in the fewest words that leave no doubt."""
    return _day(on, today, words(language))[0]


def _said(local: datetime, now: datetime, table: Words, time: bool) -> str:
    text, timed = _day(local, now, table)
    return f"{text} {local.hour:02}:{local.minute:02}" if timed or time else text


def _day(on: date, today: date, table: Words) -> tuple[str, bool]:
    """The day in words, and whether it is so near that its hour matters."""
    distance = on.toordinal() - today.toordinal()
    if distance == 0:
        return table.today, True
    if distance == -1:
        return table.yesterday, False
    if distance == 1:
        return table.tomorrow, True
    near = on.year == today.year or abs(distance) <= NEAR.days
    if table.german:
        if near:
            return f"{table.weekdays_short[on.weekday()]} {on.day}.{on.month}.", False
        return f"{on.day:02}.{on.month:02}.{on.year}", False
    month = table.months_short[on.month - 1]
    if near:
        return f"{table.weekdays_short[on.weekday()]} {on.day} {month}", False
    return f"{on.day} {month} {on.year}", False


def exact(at: datetime, *, zone: tzinfo, language: str | None = None) -> str:
    """Weekday, date and minute in full: "Dienstag, 24. November 2026, 14:05 Uhr"."""
    return _exact(at.astimezone(zone), words(language))


def _exact(local: datetime, table: Words) -> str:
    return f"{_exact_day(local, table)}, {local.hour:02}:{local.minute:02}{table.clock}"


def exact_day(on: date, *, language: str | None = None) -> str:
    """Weekday and date in full: "Dienstag, 24. November 2026"."""
    return _exact_day(on, words(language))


def _exact_day(on: date, table: Words) -> str:
    stop = "." if table.german else ""
    return f"{table.weekdays[on.weekday()]}, {on.day}{stop} {table.months[on.month - 1]} {on.year}"


def ago(at: datetime, *, now: datetime, language: str | None = None) -> str | None:
    """The distance in words, "vor 12 Min." or "in 3 Std."; None from a day on, where a date says more."""
    table = words(language)
    seconds = (now - at).total_seconds()
    distance = abs(seconds)
    if distance >= DAY:
        return None
    if distance < MINUTE:
        return table.just_now if seconds >= 0 else table.future.format(f"1 {table.units[2].short_one}")
    unit, count = (table.units[2], distance // MINUTE) if distance < HOUR else (table.units[1], distance // HOUR)
    text = f"{count:.0f} {unit.short_one if count == 1 else unit.short_many}"
    return (table.past if seconds > 0 else table.future).format(text)


def duration(span: timedelta, *, language: str | None = None, short: bool = False, dative: bool = False) -> str:
    """A span in its two largest units, "2 Stunden 10 Minuten", rounded down; its sign is not said.

    `dative` is for German after "seit", "vor" and "in": "seit 2 Tagen". From ten of the larger unit on, the
    smaller one says nothing any more and is left out.
    """
    table = words(language)
    minutes = int(abs(span.total_seconds())) // MINUTE
    if minutes == 0:
        return table.instant_dative if dative else table.instant
    counts = (minutes // (24 * 60), minutes // 60 % 24, minutes % 60)
    largest = next(index for index, count in enumerate(counts) if count)
    shown = [largest] if counts[largest] >= 10 else [largest, largest + 1]
    return " ".join(
        _count(counts[index], table.units[index], short=short, dative=dative)
        for index in shown
        if index < len(counts) and counts[index]
    )


def _count(count: int, unit: Unit, *, short: bool, dative: bool) -> str:
    if count == 1:
        return f"1 {unit.short_one if short else unit.one}"
    if dative and not (short and unit.short_many.endswith(".")):
        return f"{count} {unit.dative}"
    return f"{count} {unit.short_many if short else unit.many}"


def when(
    at: datetime | date | None, *, time: bool = False, relative: bool = False, now: datetime | None = None
) -> Markup:
    """A <time> element in the active language and time zone: the short words for the eye, the exact moment
    in the tooltip and for the screen reader. `relative` says "vor 12 Min." on the day itself; a script keeps it true.
    """
    if at is None:
        return Markup("")
    table, zone = words(None), timezone.get_current_timezone()
    here = (now or clock.now()).astimezone(zone)
    if not isinstance(at, datetime):
        text, full, mark = _day(at, here, table)[0], _exact_day(at, table), ""
    else:
        local = at.astimezone(zone)
        text, full, mark = _said(local, here, table, time), _exact(local, table), "time" if time else "day"
        if relative:
            text, mark = ago(at, now=here) or text, "ago"
    mark = f' data-when="{mark}"' if mark else ""
    # Every part is made of word tables and digits, so nothing here needs escaping.
    return Markup(  # noqa: S704
        f'<time datetime="{at.isoformat()}" title="{full}"{mark}><span aria-hidden="true">{text}</span>'
        f'<span class="vh">{full}</span></time>'
    )
