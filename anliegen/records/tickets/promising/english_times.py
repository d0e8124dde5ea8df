"""Times as they are named in English: "by Friday", "within two working days", "tomorrow morning"."""

from datetime import date, datetime, timedelta

from anliegen.records.tickets.promising.days import Days
from anliegen.records.tickets.promising.found import Match, on_a_day, pattern

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14},
}
_LEAD = r"(?P<lead>(?:by|before|until|till|no later than|at the latest by|at the latest on)(?: the end of)?)"
_PART = r"(?: (?:in the )?(?P<part>morning|noon|lunchtime|afternoon|evening|night))?"
_HOUR = (
    r"(?:,?(?: (?:at|by|around|before))? (?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?: )?(?P<half>am|pm|a\.m"
    r"|p\.m))?"
)
_MONTH = r"(?:" + "|".join(MONTHS) + r")"
_DATE = (
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<name>MONTH)|(?P<name2>MONTH) (?P<d2>\d{1,2})(?:st|nd|rd|th)?)"
    r"(?:,? (?P<year>\d{4}))?"
).replace("MONTH", "|".join(MONTHS))
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"


def _span(match: Match, days: Days) -> datetime | None:
    written, unit = match["most"] or match["n"], match["unit"]
    count = int(written) if written.isdecimal() else NUMBERS[written]
    if match["working"]:
        return days.working_days(count, saturdays=False)
    if unit.startswith("minute"):
        return days.now + timedelta(minutes=count)
    if unit.startswith("hour"):
        return days.after(timedelta(hours=count))
    if unit.startswith("month"):
        return days.until(days.month_day(count, min(days.today.day, 28)))
    return days.until(days.today + timedelta(days=count * (7 if unit.startswith("week") else 1)))


def _weekday(match: Match, days: Days) -> datetime | None:
    if match["name"] or match["name2"]:
        return _date(match, days)
    number = WEEKDAYS.index(match["day"])
    day = days.weekday(number)
    if match["which"] == "next":
        day = max(day, days.weekday(number, weeks=1))
    return on_a_day(match, days, day, match["part"] or "")


def _date(match: Match, days: Days) -> datetime | None:
    month = MONTHS.index(match["name"] or match["name2"]) + 1
    day = days.calendar_day(int(match["d"] or match["d2"]), month, int(match["year"]) if match["year"] else None)
    return on_a_day(match, days, day)


def _iso(match: Match, days: Days) -> datetime | None:
    return on_a_day(match, days, date(int(match["year"]), int(match["m"]), int(match["d"])))


def _near(match: Match, days: Days) -> datetime | None:
    ahead = {"today": 0, "this": 0, "tonight": 0, "tomorrow": 1, "the day after tomorrow": 2}[match["near"]]
    part = "evening" if match["near"] == "tonight" else match["part"] or ""
    if match["near"] == "this" and not part:
        return None
    if match["near"] == "today" and not any(match[name] for name in ("lead", "later", "part", "hour")):
        return None  # "I write to you today" says nothing that has to be kept
    return on_a_day(match, days, days.today + timedelta(days=ahead), part)


def _end_of(match: Match, days: Days) -> datetime:
    ahead = 1 if match["which"] == "next" else 0
    match match["what"]:
        case "day":
            return days.until(days.today + timedelta(days=ahead))
        case "week":
            return days.until(days.week(ahead, 6))
        case "month":
            return days.until(days.month_day(ahead, 0))
    return days.until(date(days.today.year + ahead, 12, 31))


def _hour(match: Match, days: Days) -> datetime | None:
    return on_a_day(match, days, days.today)


PATTERNS = (
    pattern(
        r"\b(?:within|in)(?: the)?(?: next| following)?(?: (?:at most|about|around))? " + _COUNT
        + r"(?:(?: )?(?:to|-|–|or)(?: )?(?P<most>\d{1,3}|two|three|four|five|six|seven|ten))?"
        r"(?: (?P<working>working|business|work))? (?P<unit>minutes?|hours?|days?|weeks?|months?)\b",
        _span,
        "within",
    ),
    pattern(
        r"\b(?:" + _LEAD + r" )?(?:on )?(?:(?P<which>this|next|coming) )?(?P<day>" + "|".join(WEEKDAYS) + r")\b"
        + _PART + r"(?:,?(?: the)? " + _DATE + r")?" + _HOUR + r"(?!\w)",
        _weekday,
        "on",
    ),
    pattern(r"\b(?:" + _LEAD + r" )?(?:on )?(?:the )?" + _DATE + _HOUR + r"(?!\w)", _date, "on"),
    pattern(
        r"\b(?:(?P<lead>by|before|until|no later than|on|bis|spätestens(?: am)?|am) )?"
        r"(?P<year>20\d{2})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d-])",
        _iso,
        "on",
    ),
    pattern(
        r"\b(?:" + _LEAD + r" )?(?P<near>the day after tomorrow|tomorrow|today|tonight|this)(?P<later> still)?"
        + _PART + _HOUR + r"(?!\w)",
        _near,
        "on",
    ),
    pattern(r"\b(?P<later>later) (?P<near>today)(?P<lead>)(?P<part>)(?P<hour>)\b", _near),
    pattern(
        r"\b(?:(?:by|before|until) )?(?:the )?end of (?:the )?(?:(?P<which>this|next|the) )?(?P<what>day|week"
        r"|month|year)\b",
        _end_of,
    ),
    pattern(
        r"\b(?:(?:by|before|within|during|later|early|sometime) )?(?P<which>this|next) (?P<what>week"
        r"|month)\b", _end_of
    ),
    pattern(
        r"\b(?P<lead>by|before|until|at) (?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?: )?(?P<half>am|pm|a\.m|p\.m)\b",
        _hour,
        "on",
    ),
)  # fmt: skip
