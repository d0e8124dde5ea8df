"""The rules for days. Each says how many tokens it takes from the present place; 0: it is not for them."""

import re
from datetime import date

from anliegen.ground.text import fold
from anliegen.records.tickets.moments.times import Times
from anliegen.records.tickets.moments.words import (
    BEFORE_A_CLOCK,
    DAYS,
    HALF,
    MONTHS,
    NEXT,
    NUMBERS,
    OF_WORK,
    THIS,
    UNITS,
    WEEKDAYS,
)

_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2,4})?")
_ORDINAL = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)")


class Days(Times):
    """Dates, weekdays, weeks, and spans from now on."""

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

    def _is_hour(self, ahead: int) -> bool:
        return self._word(ahead + 1) in ("uhr", "am", "pm")


def _day_of(word: str) -> int:
    """The day of a month: 3, 3. or 3rd; 0 for what is none."""
    match = _ORDINAL.fullmatch(word) or re.fullmatch(r"(\d{1,2})", word)
    return int(match[1]) if match else 0


def _year(short: str | None) -> int | None:
    if not short:
        return None
    return int(short) if len(short) == 4 else 2000 + int(short[-2:]) if len(short) == 2 else 0
