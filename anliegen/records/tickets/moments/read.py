"""From words to a moment: one day and one time, in any order. What is not understood is refused, never guessed over."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from anliegen.ground.text import fold
from anliegen.records.tickets.moments.days import Days
from anliegen.records.tickets.moments.office import Office
from anliegen.records.tickets.moments.resolve import Said, resolve
from anliegen.records.tickets.moments.unclear import NotUnderstood, Past, TooFar
from anliegen.records.tickets.moments.words import BEFORE_A_CLOCK, PARTS, SAY_NOTHING, THIS

LONGEST = 100
FURTHEST = timedelta(days=2 * 366)
_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}"  # 2026-12-03
    r"|\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4}|\d{2}(?!\d))?"  # 3.12. 3.12.26 3. 12. 2026
    r"|\d{1,2}[:h]\d{2}(?!\d)|\d{1,2}\.\d{1,2}(?!\d)"  # 9:30 9h30 9.30 3.12
    r"|\d+(?:st|nd|rd|th)\b|\d+\.(?!\d)|\d+"
    r"|[^\W\d_]+|[^\s,;.!/-]"
)
_HALF_OF_DAY = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)  # a.m.


def read(text: str, *, now: datetime, office: Office) -> datetime:
    """The moment these German or English words name, in UTC, later than `now`.

    A day without a time is the hour at which work begins on it. A weekday or date without more is the next one. Raises
    NotUnderstood, Contradiction (a weekday that is not the date's), Past or TooFar.
    """
    if len(text) > LONGEST:
        raise NotUnderstood
    text = _HALF_OF_DAY.sub(r"\1m", text)
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


class _Reading(Days):
    """One reading of the tokens from left to right. Each rule says how many tokens it takes; 0: it is not for them."""

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

    def _silence(self) -> int:
        word = self._word()
        says_nothing = word in SAY_NOTHING or (word in THIS | BEFORE_A_CLOCK and self._word(1) in PARTS)
        return 1 if says_nothing and self.at + 1 < len(self.tokens) else 0
