"""From words to a moment: one day and one time, in any order. What is not understood is refused, never guessed over."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from anliegen.ground.text import fold
from anliegen.records.tickets.moments.office import Office
from anliegen.records.tickets.moments.resolve import Said, resolve
from anliegen.records.tickets.moments.unclear import NotUnderstood, Past, TooFar
from anliegen.records.tickets.moments.words import (
    BEFORE_A_CLOCK,
    DAYS,
    HALF,
    MONTHS,
    NEXT,
    NUMBERS,
    OF_WORK,
    PARTS,
    SAY_NOTHING,
    THIS,
    UNITS,
    WEEKDAYS,
)

LONGEST = 100
FURTHEST = timedelta(days=2 * 366)
_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}"  # 2026-12-03
    r"|\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4}|\d{2}(?!\d))?"  # 3.12. 3.12.26 3. 12. 2026
    r"|\d{1,2}[:h]\d{2}(?!\d)|\d{1,2}\.\d{1,2}(?!\d)"  # 9:30 9h30 9.30 3.12
    r"|\d+(?:st|nd|rd|th)\b|\d+\.(?!\d)|\d+"
    r"|[^\W\d_]+|[^\s,;.!/-]"
)
_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2,4})?")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")
_HALF_OF_DAY = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)  # a.m.
_ORDINAL = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)")


def read(text: str, *, now: datetime, office: Office) -> datetime:
    """The moment these German or English words name, in UTC, later than `now`.

    A day without a time is the hour at which work begins on it. A weekday or date without more is the next one. Raises
    NotUnderstood, Contradiction (a weekday that is not the date's), Past or TooFar.
    """
    text = _HALF_OF_DAY.sub(r"\1m", text[:LONGEST])
    said = _Reading([token.group() for token in _TOKEN.finditer(fold(text))], text).said()
    try:
        moment = resolve(said, now=now, office=office)
    except (OverflowError, ValueError):
        raise TooFar from None
    if moment is None:
        raise NotUnderstood
    if moment <= now:
        raise Past(moment)
    if moment > now + FURTHEST:
        raise TooFar
    return moment


@dataclass
class _Reading:
    """One reading of the tokens from left to right. Each rule says how many tokens it takes; 0: it is not for them."""

    tokens: list[str]
    text: str = ""
    at: int = 0
    found: Said = field(default_factory=Said)

    def said(self) -> Said:
        while self.at < len(self.tokens):
            rules: tuple[Callable[[], int], ...] = (
                self._date, self._time_of_day, self._span, self._week, self._weekday, self._day, self._part,
                self._number_alone, self._silence,
            )  # fmt: skip
            taken = next((count for rule in rules if (count := rule())), 0)
            if not taken:
                raise NotUnderstood(self._as_written(self.tokens[self.at]))
            self.at += taken
        return self.found

    def _word(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def _as_written(self, token: str) -> str:
        return next((word for word in self.text.split() if token in fold(word)), token)

    # Days

    def _date(self) -> int:
        word = self._word()
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", word):
            year, month, day = map(int, word.split("-"))
            return self._set_date(day, month, year, 1)
        if dotted := _DATE.fullmatch(word):
            return self._set_date(int(dotted[1]), int(dotted[2]), _year(dotted[3]), 1)
        if _day_of(word) and self._word(1) in MONTHS:
            return self._with_year(_day_of(word), MONTHS[self._word(1)], 2)
        if word in MONTHS and _day_of(self._word(1)) and not self._is_hour(1):
            return self._with_year(_day_of(self._word(1)), MONTHS[word], 2)
        if _ORDINAL.fullmatch(word) and self._word(1) != "uhr":
            return self._set_date(_day_of(word), None, None, 1)
        if self.found.date is not None and self.found.date[1] is None and word in MONTHS:  # the 3rd of December
            self.found.date = (self.found.date[0], MONTHS[word], None)
            return 1
        return self._date_like_a_clock()

    def _date_like_a_clock(self) -> int:
        """3.12 without the last dot: a date where no day was named, unless a word says that it is a time."""
        pair = re.fullmatch(r"(\d{1,2})\.(\d{1,2})", self._word())
        names_day = self.found.names_day or (self.at and self.tokens[self.at - 1] in BEFORE_A_CLOCK)
        if pair is None or names_day or self._word(1) in ("uhr", "am", "pm") or not 1 <= int(pair[2]) <= 12:
            return 0
        return self._set_date(int(pair[1]), int(pair[2]), None, 1)

    def _with_year(self, day: int, month: int, taken: int) -> int:
        year = self._word(taken)
        if re.fullmatch(r"\d{4}", year):
            return self._set_date(day, month, int(year), taken + 1)
        return self._set_date(day, month, None, taken)

    def _set_date(self, day: int, month: int | None, year: int | None, taken: int) -> int:
        others = (self.found.date, self.found.days_ahead, self.found.week, self.found.beginning or None)
        if any(one is not None for one in others) or not 1 <= day <= 31 or not 1 <= (month or 1) <= 12:
            return 0
        try:
            date(year or 2000, month or 1, day)  # 2000 has every day that a year may have
        except ValueError:
            return 0
        self.found.date = (day, month, year)
        return taken

    def _weekday(self) -> int:
        ahead = 1 if self._word() in NEXT | THIS else 0
        if self.found.weekday is not None or self._word(ahead) not in WEEKDAYS:
            return 0
        self.found.weekday = WEEKDAYS[self._word(ahead)]
        self.found.is_later_day = self._word() in NEXT
        return ahead + 1

    def _day(self) -> int:
        if " ".join(self.tokens[self.at : self.at + 3]) == fold("day after tomorrow"):
            return self._set_day("after_tomorrow", 3)
        day = DAYS.get(self._word())
        if day == "tomorrow" and self._word() == "morgen" and self.found.names_day:
            return self._set_part("morning")  # Freitag morgen
        return self._set_day(day, 1) if day else 0

    def _set_day(self, day: str, taken: int) -> int:
        if self.found.names_day:
            return 0
        self.found.days_ahead = ("today", "tomorrow", "after_tomorrow").index(day)
        return taken

    def _week(self) -> int:
        """Nächste Woche, next month, KW 50."""
        word, after = self._word(), self._word(1)
        has_day = any(one is not None for one in (self.found.date, self.found.days_ahead, self.found.week))
        if has_day or self.found.beginning:
            return 0
        if word in ("kw", "cw") and re.fullmatch(r"[1-9]|[1-4]\d|5[0-3]", after):
            self.found.week = int(after)
            return 2
        if word not in NEXT or UNITS.get(after) not in ("week", "month"):
            return 0
        self.found.beginning = UNITS[after]
        return 2

    def _span(self) -> int:
        """In drei Tagen, 2 weeks, in einer halben Stunde, half an hour."""
        start = 1 if self._word() == "in" else 0
        count, taken, is_half = self._count(start)
        work = 1 if taken and self._word(start + taken) in OF_WORK else 0
        unit = UNITS.get(self._word(start + taken + work)) if taken else None
        if unit is None or self.found.span is not None:
            return 0
        if is_half and unit != "hour":
            return 0
        if work:
            if unit != "day":
                return 0
            unit = "workday"
        self.found.span = (30, "minute") if is_half else (count, unit)
        return start + taken + work + 1

    def _count(self, ahead: int) -> tuple[int, int, bool]:
        """A number, how many tokens it takes, and whether it is a half."""
        word, after = self._word(ahead), self._word(ahead + 1)
        if word in HALF and after in ("an", "a"):
            return 1, 2, True
        if word in NUMBERS and after in HALF:
            return 1, 2, True
        if word.isdecimal() and word.isascii():
            return int(word), 1, False
        return (NUMBERS[word], 1, False) if word in NUMBERS else (0, 0, False)

    # Times

    def _time_of_day(self) -> int:
        ahead = 1 if self._word() in BEFORE_A_CLOCK else 0
        taken = self._spoken_clock(ahead) or self._written_clock(ahead)
        return ahead + taken if taken else 0

    def _spoken_clock(self, ahead: int) -> int:
        """Halb zehn, viertel nach 9, dreiviertel 10, half past nine, quarter to 10."""
        words = [self._word(ahead + place) for place in range(3)]
        two, three = _hour(words[1]), _hour(words[2])
        known: dict[tuple[str, str], int] = {
            ("viertel", "nach"): 15, ("viertel", "vor"): -15, ("quarter", "past"): 15, ("quarter", "to"): -15,
            ("half", "past"): 30,
        }  # fmt: skip
        minutes = known.get((words[0], words[1]))
        if minutes is not None and three is not None:
            return self._set_clock(three * 60 + minutes, 3 + (self._word(ahead + 3) == "uhr"))
        before = {"halb": -30, "dreiviertel": -15}.get(words[0])
        if before is not None and two is not None:
            return self._set_clock(two * 60 + before, 2 + (self._word(ahead + 2) == "uhr"))
        return 0

    def _written_clock(self, ahead: int) -> int:
        """9 Uhr, 9 Uhr 30, 14:30, 9.30 Uhr, 9am, um 9."""
        word, after = self._word(ahead), self._word(ahead + 1)
        written = _CLOCK.fullmatch(word)
        if written:
            if int(written[2]) > 59 or int(written[1]) > 23:
                return 0
            minutes, taken = int(written[1]) * 60 + int(written[2]), 1
        else:
            hour = _hour(word)
            marked = after in ("uhr", "am", "pm") or (ahead and self._word(ahead - 1) in BEFORE_A_CLOCK)
            if hour is None or not marked or (word in NUMBERS and after in UNITS):
                return 0
            minutes, taken = hour * 60, 1
        is_german = ahead and self._word(ahead - 1) != "at"  # um 12 am Montag: the word belongs to the day
        if after in ("am", "pm") and not is_german:
            return self._set_half_of_day(minutes, after, taken + 1)
        if after == "uhr":
            taken += 1
            more = self._word(ahead + taken)
            if not written and re.fullmatch(r"[0-5]\d", more):
                minutes, taken = minutes + int(more), taken + 1
        return self._set_clock(minutes, taken, is_exact=word.startswith("0"))

    def _set_half_of_day(self, minutes: int, half: str, taken: int) -> int:
        if not 60 <= minutes < 13 * 60:
            return 0
        return self._set_clock(minutes % 720 + (720 if half == "pm" else 0), taken, is_exact=True)

    def _set_clock(self, minutes: int, taken: int, *, is_exact: bool = False) -> int:
        if self.found.clock is not None or not 0 <= minutes < 24 * 60:
            return 0
        self.found.clock = time(minutes // 60, minutes % 60)
        self.found.is_exact = is_exact
        return taken

    def _part(self) -> int:
        ahead = 1 if self._word() in ("in", "this") and self._word(1) == "the" else 0
        part = PARTS.get(self._word(ahead * 2))
        if part is None:
            return 0
        if self._word() == fold("tonight"):
            self.found.days_ahead = 0
        return self._set_part(part) and ahead * 2 + 1

    def _set_part(self, part: str) -> int:
        if self.found.part:
            return 0
        self.found.part = part
        return 1

    def _number_alone(self) -> int:
        """Di 9: an hour, once a day is named."""
        hour = _hour(self._word()) if self._word().isdecimal() else None
        return self._set_clock(hour * 60, 1) if hour is not None and self.found.names_day else 0

    def _silence(self) -> int:
        word = self._word()
        says_nothing = word in SAY_NOTHING or (word in THIS | BEFORE_A_CLOCK and self._word(1) in PARTS)
        return 1 if says_nothing and self.at + 1 < len(self.tokens) else 0

    def _is_hour(self, ahead: int) -> bool:
        return self._word(ahead + 1) in ("uhr", "am", "pm")


def _day_of(word: str) -> int:
    """The day of a month: 3, 3. or 3rd; 0 for what is none."""
    match = _ORDINAL.fullmatch(word) or re.fullmatch(r"(\d{1,2})", word)
    return int(match[1]) if match else 0


def _hour(word: str) -> int | None:
    if re.fullmatch(r"\d{1,2}", word):
        return int(word) if int(word) < 24 else None
    return NUMBERS.get(word) if word not in ("a", "an") else None


def _year(short: str | None) -> int | None:
    if not short:
        return None
    return int(short) if len(short) == 4 else 2000 + int(short[-2:]) if len(short) == 2 else 0
