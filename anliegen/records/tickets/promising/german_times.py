"""Times as they are named in German: "bis Freitag", "innerhalb von drei Werktagen", "morgen Vormittag"."""

from datetime import date, datetime, timedelta

from anliegen.records.tickets.promising.days import Days
from anliegen.records.tickets.promising.found import Match, on_a_day, pattern

WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)
NUMBERS = {
    **{"ein": 1, "eine": 1, "einem": 1, "einer": 1, "eines": 1, "einigen": 0, "zwei": 2, "drei": 3, "vier": 4},
    **{"fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12, "vierzehn": 14},
}
_LEAD = (
    r"(?P<lead>(?:aller)?spätestens(?: (?:bis|am|zum|im))?(?: zum)?|bis(?: (?:spätestens|einschließlich))?(?: zum)?)"
)
_PART = r"(?:,?(?: am)?(?: )?(?P<part>früh|morgen|vormittag|mittag|nachmittag|abend)s?\b)?"
_HOUR = r"(?:,? (?:um|bis|gegen|spätestens)?(?: )?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? uhr)?"
_DATE = (
    r"(?P<d>\d{1,2})\.(?: )?(?:(?P<m>\d{1,2})\.(?:(?: )?(?P<y>\d{4}|\d{2})(?!\d))?"
    r"|(?P<name>" + "|".join(MONTHS) + r")(?: (?P<year>\d{4}))?)"
)
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_UNIT = (
    r"(?P<unit>minuten?|stunden?|(?:bank)?(?:arbeits|geschäfts|werk|kalender)?tag(?:en?|es|s)?|wochen?"
    r"|monat(?:en?|s)?)\b"
)
_NEXT = r"(?:nächste|kommende|folgende)[nmrs]?"


def _span(match: Match, days: Days) -> datetime | None:
    written = match["most"] or match["n"]
    count, unit = int(written) if written.isdecimal() else NUMBERS[written], match["unit"]
    if count == 0:
        return None
    if unit.startswith("minute"):
        return days.now + timedelta(minutes=count)
    if unit.startswith("stunde"):
        return days.after(timedelta(hours=count))
    if unit.startswith("woche"):
        return days.until(days.today + timedelta(weeks=count))
    if unit.startswith("monat"):
        return days.until(days.month_day(count, min(days.today.day, 28)))
    if unit.startswith(("tag", "kalendertag")):
        return days.until(days.today + timedelta(days=count))
    return days.working_days(count, saturdays=unit.startswith("werktag"))


def _weekday(match: Match, days: Days) -> datetime | None:
    number = WEEKDAYS.index(match["day"])
    day = days.weekday(number)
    if match["d"]:
        return _date(match, days)
    if (match["which"] or "").startswith("übernächste"):
        day = days.weekday(number, weeks=2)
    elif (match["which"] or "").startswith("nächste"):
        day = max(day, days.weekday(number, weeks=1))
    return on_a_day(match, days, day, _part(match))


def _date(match: Match, days: Days) -> datetime | None:
    month = MONTHS.index(match["name"]) + 1 if match["name"] else int(match["m"])
    year = match["y"] or match["year"]
    return on_a_day(match, days, days.calendar_day(int(match["d"]), month, int(year) if year else None), _part(match))


def _near(match: Match, days: Days) -> datetime | None:
    ahead = {"heute": 0, "morgen": 1, "übermorgen": 2}[match["near"]]
    if ahead == 0 and not any(match[name] for name in ("lead", "still", "still_after", "part", "hour")):
        return None  # "I write to you today" says nothing that has to be kept
    return on_a_day(match, days, days.today + timedelta(days=ahead), _part(match))


def _part(match: Match) -> str:
    part = match.groupdict().get("part") or ""
    return "früh" if part == "morgen" else part


def _week(match: Match, days: Days) -> datetime:
    ahead = 2 if "übernächst" in match.group() else 1 if "nächst" in match.group() or "kommend" in match.group() else 0
    return days.until(days.week(ahead, {"anfang": 1, "mitte": 2}.get(match["where"] or "", 6)))


def _weekend(_match: Match, days: Days) -> datetime:
    return days.until(days.week(0, 4))


def _month(match: Match, days: Days) -> datetime:
    ahead = 1 if "nächst" in match.group() or "kommend" in match.group() else 0
    return days.until(days.month_day(ahead, {"anfang": 5, "mitte": 15}.get(match["where"] or "", 0)))


def _of_a_month(match: Match, days: Days) -> datetime:
    month = MONTHS.index(match["name"]) + 1
    year = days.today.year + (month < days.today.month)
    last = {"anfang": 5, "mitte": 15}.get(match["where"])
    return days.until(date(year, month, last) if last else days.last_of(year, month))


def _year(_match: Match, days: Days) -> datetime:
    return days.until(date(days.today.year, 12, 31))


def _calendar_week(match: Match, days: Days) -> datetime | None:
    number, year = int(match["number"]), days.today.isocalendar().year
    if not 1 <= number <= 53:
        return None
    friday = date.fromisocalendar(year, number, 5)
    return days.until(friday if friday >= days.today else date.fromisocalendar(year + 1, number, 5))


def _hour(match: Match, days: Days) -> datetime | None:
    return on_a_day(match, days, days.today)


PATTERNS = (
    pattern(
        r"\b(?:spätestens )?(?:innerhalb|binnen|in)(?: (?:von|der|den|des))?(?: " + _NEXT + r")?"
        r"(?: (?:maximal|höchstens|spätestens|etwa|ca\.|rund))? " + _COUNT + r"(?:(?: )?(?:bis|-|–|oder)(?: )?"
        r"(?P<most>\d{1,3}|zwei|drei|vier|fünf|sechs|sieben|acht|zehn))? " + _UNIT,
        _span,
        "within",
    ),
    pattern(
        r"\b(?:" + _LEAD + r" )?(?:am |zum )?(?:(?P<which>(?:diese|nächste|kommende|übernächste)[nmrs]?) )?"
        r"(?P<day>" + "|".join(WEEKDAYS) + r")(?!s\b)" + _PART + r"(?:,?(?: (?:den|dem))? " + _DATE + r")?" + _HOUR
        + r"(?!\w)",
        _weekday,
        "on",
    ),
    pattern(
        r"\b(?:" + _LEAD + r" )?(?:am |zum |den |dem )?(?<![\d.,])" + _DATE + _PART + _HOUR + r"(?!\w)",
        _date,
        "on",
    ),
    pattern(
        r"\b(?:" + _LEAD + r" )?(?:(?P<still>noch) )?(?P<near>heute|morgen|übermorgen)(?: (?P<still_after>noch))?"
        + _PART + _HOUR + r"(?!\w)",
        _near,
        "on",
    ),
    pattern(
        r"\b(?:(?:bis|spätestens|noch|in|im laufe|gegen) ){0,2}(?:zum )?(?:(?P<where>anfang|mitte|ende) )?(?:der )?"
        r"(?:diese|nächste|kommende|übernächste)[rn]? woche\b",
        _week,
    ),
    pattern(r"\b(?:(?:bis|spätestens|noch|gegen) ){0,2}(?:zum )?(?P<where>ende) der woche\b", _week),
    pattern(r"\b(?:(?:bis|spätestens|noch) )(?:zum |vor dem )?wochenende\b", _weekend),
    pattern(
        r"\b(?:(?:bis|spätestens|noch|in|im laufe|gegen) ){0,2}(?:zum )?(?:(?P<where>anfang|mitte|ende) )?"
        r"(?:des (?:nächsten |kommenden )?monats|(?:diesen|nächsten|kommenden|diesem) monats?|monatsende)\b",
        _month,
    ),
    pattern(r"\b(?:bis |spätestens )?(?P<where>anfang|mitte|ende) (?P<name>" + "|".join(MONTHS) + r")\b", _of_a_month),
    pattern(r"\b(?:bis|noch|spätestens)(?: zum)? (?:jahresende|ende des jahres|in diesem jahr|dieses jahr)\b", _year),
    pattern(r"\b(?:bis|in)(?: zur| der)? (?:kw|kalenderwoche) (?P<number>\d{1,2})\b", _calendar_week),
    pattern(
        # Not the end of a span: "12 bis 14 Uhr".
        r"(?<!\d\s)(?<!uhr\s)\b(?P<lead>bis|spätestens|gegen|um)(?: um)? (?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?"
        r" uhr\b",
        _hour,
        "on",
    ),
)  # fmt: skip
