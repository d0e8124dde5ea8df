"""From "Friday" to a moment: when what is promised for a day, a week or a span has to be done."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anliegen.records.accounts.calendar import BusinessHours, business_time_between, is_open, openings

_DAY = timedelta(days=1)
_EVENING = time(18)  # the end of a day where no business hours say another one
_LONGEST_LOOK_BACK = 14  # days, for the last moment at which somebody was there
_WORTH = timedelta(hours=1)  # a business day counts as time to keep it in only with that much of it left
# Until when a part of the day lasts, when it is named.
PARTS = {
    "früh": time(10),
    "vormittag": time(12),
    "mittag": time(14),
    "nachmittag": time(17),
    "abend": time(20),
    "morning": time(12),
    "noon": time(13),
    "lunchtime": time(14),
    "afternoon": time(17),
    "evening": time(20),
    "night": time(22),
}


@dataclass(frozen=True)
class Days:
    """The days as they lie around `now`, with the hours in which somebody is there (None: nobody has set any)."""

    now: datetime
    hours: BusinessHours | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.hours.timezone if self.hours is not None else "Europe/Berlin")

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def until(self, day: date) -> datetime:
        """The last moment at which somebody is there up to the end of this day: whoever waits has it by then."""
        for back in range(_LONGEST_LOOK_BACK):
            if closes := self._closing(day - back * _DAY):
                return closes if self._is_worth(closes) else self.at(day, _EVENING)
        return self.at(day, _EVENING)

    def on(self, day: date) -> datetime:
        """On this very day: its closing, or its evening where nobody is there."""
        return self._closing(day) or self.at(day, _EVENING)

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def part(self, day: date, name: str) -> datetime:
        """By the end of a part of the day, and not after closing where that comes first in the afternoon."""
        ends, closes = self.at(day, PARTS[name]), self._closing(day)
        is_early = closes is not None and self.at(day, time(13)) < closes < ends
        return closes if is_early and name != "abend" and closes is not None else ends

    def after(self, span: timedelta) -> datetime:
        """So much later; where nobody is there then, the last moment before at which somebody was."""
        ends = self.now + span
        if self.hours is None or is_open(self.hours, ends) or span < _DAY:
            return ends
        closes = self.until(ends.astimezone(self.zone).date())
        if closes > ends:
            closes = self.until(ends.astimezone(self.zone).date() - _DAY)
        return closes if self.now < closes <= ends and self._is_worth(closes) else ends

    def working_days(self, count: int, *, saturdays: bool) -> datetime:
        """The end of the n-th working day after today: Monday to Friday, or with Saturday, without public holidays."""
        day, left = self.today, count
        while left > 0:
            day += _DAY
            left -= self._is_working(day, saturdays=saturdays)
        return self.until(day)

    def weekday(self, number: int, *, weeks: int = 0) -> date:
        """The next day of this name, today not counted; with `weeks` the one of a later calendar week."""
        ahead = (number - self.today.weekday() - 1) % 7 + 1
        if weeks == 0:
            return self.today + ahead * _DAY
        monday = self.today - self.today.weekday() * _DAY
        return monday + (weeks * 7 + number) * _DAY

    def week(self, ahead: int, last: int) -> date:
        """A day (0 = Monday) of this week or of one after it."""
        return self.today - self.today.weekday() * _DAY + (ahead * 7 + last) * _DAY

    def month_day(self, ahead: int, day: int) -> date:
        """A day of this month or of one after it; 0 is its last."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + ahead, 12)
        return self.last_of(year, month + 1) if day == 0 else date(year, month + 1, day)

    @staticmethod
    def last_of(year: int, month: int) -> date:
        return (date(year, month, 28) + 4 * _DAY).replace(day=1) - _DAY

    def calendar_day(self, day: int, month: int, year: int | None) -> date | None:
        """The date that is meant; without a year the next one. None for one that does not exist."""
        try:
            if year is not None:
                return date(year + 2000 if year < 100 else year, month, day)
            this = date(self.today.year, month, day)
            return this if this >= self.today else date(self.today.year + 1, month, day)
        except ValueError:
            return None

    def _closing(self, day: date) -> datetime | None:
        spans = openings(self.hours, day) if self.hours is not None else ()
        return spans[-1][1] if spans else None

    def _is_worth(self, closes: datetime) -> bool:
        """Whether there is business time left until then in which it can be done."""
        return self.hours is None or business_time_between(self.hours, self.now, closes) >= _WORTH

    def _is_working(self, day: date, *, saturdays: bool) -> bool:
        is_holiday = self.hours is not None and day in self.hours.holidays
        return day.weekday() < (6 if saturdays else 5) and not is_holiday
