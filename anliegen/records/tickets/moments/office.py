"""When a day begins where the service is: by its business hours, or as offices have it where nobody keeps any."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anliegen.records.accounts.calendar import BusinessHours, openings

USUAL_START, USUAL_END = time(9), time(17)
_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 60  # days; whoever is closed longer is asked to name the day


@dataclass(frozen=True)
class Office:
    """The days of a service in its own time zone. Without hours: Monday to Friday, nine to five."""

    zone: ZoneInfo
    hours: BusinessHours | None = None

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def moment(self, day: date, clock: time) -> datetime:
        """A local time in UTC; one that the change of clocks skips is the same time by the clock of before."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def is_open_on(self, day: date) -> bool:
        return bool(self._spans(day))

    def is_open_at(self, at: datetime) -> bool:
        local = self.local(at)
        return any(start <= local.time() < end for start, end in self._spans(local.date()))

    def opens(self, day: date) -> time:
        """When work begins on this day; on a closed one as on an ordinary one."""
        spans = self._spans(day)
        return spans[0][0] if spans else self._usual_start()

    def open_day(self, day: date) -> date:
        """This day, or the next one on which the service opens."""
        return next((one for one in (day + _DAY * n for n in range(_LONGEST_CLOSURE)) if self.is_open_on(one)), day)

    def after_open_days(self, day: date, count: int) -> date:
        """The day that is so many open days later."""
        for _each in range(count):
            day = self.open_day(day + _DAY)
        return day

    def _spans(self, day: date) -> list[tuple[time, time]]:
        if not self._has_hours:
            return [(USUAL_START, USUAL_END)] if day.weekday() < 5 else []
        assert self.hours is not None
        spans = [(self.local(start), self.local(end)) for start, end in openings(self.hours, day)]
        return [(start.time(), end.time() if end.date() == day else time.max) for start, end in spans]

    def _usual_start(self) -> time:
        if not self._has_hours:
            return USUAL_START
        assert self.hours is not None
        return min(spans[0][0] for spans in self.hours.weekly.values() if spans)

    @property
    def _has_hours(self) -> bool:
        return self.hours is not None and any(self.hours.weekly.values())
