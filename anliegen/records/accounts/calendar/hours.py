"""Arithmetic in business time: when the service is open, and how long that is. Pure functions, results in UTC."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIDNIGHT = time(0)  # as a closing time: the end of the day
_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 4_000  # days; whoever is closed longer is taken to be closed for good
_MOST_KNOWN = 2_000  # days
_ZERO = timedelta(0)

Span = tuple[datetime, datetime]
Week = Mapping[int, tuple[tuple[time, time], ...]]


class InvalidHours(ValueError):
    """These opening hours contradict themselves."""


class NeverOpen(Exception):
    """With these hours the service never opens, so that no time in them can be named."""


@dataclass(frozen=True)
class BusinessHours:
    """When the service is open.

    `weekly` maps weekdays (0 is Monday) to spans of local time, several for a midday break; a span that ends at 00:00
    lasts until the end of the day. On a day in `holidays` or `days_off` it stays closed. Raises InvalidHours.
    """

    timezone: str
    weekly: Week
    holidays: Container[date] = frozenset()
    days_off: Container[date] = frozenset()
    _known: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidHours(f"unknown time zone {self.timezone!r}") from error
        weekly = {day: tuple(sorted(spans)) for day, spans in self.weekly.items()}
        for day, spans in weekly.items():
            _check(day, spans)
        object.__setattr__(self, "weekly", MappingProxyType(weekly))


def is_open(hours: BusinessHours, at: datetime) -> bool:
    """The moment of opening is open, the moment of closing is not."""
    return any(start <= at < end for start, end in openings(hours, _local_day(hours, at)))


def next_opening(hours: BusinessHours, at: datetime) -> datetime:
    """`at` itself while open, else the next moment of opening. Raises NeverOpen."""
    at = _utc(at)
    for start, end in _openings_from(hours, _local_day(hours, at)):
        if at < end:
            return max(start, at)
    raise NeverOpen


def business_time_between(hours: BusinessHours, start: datetime, end: datetime) -> timedelta:
    """How long the service was open between two moments; negative if `end` is the earlier one."""
    start, end = _utc(start), _utc(end)
    if end < start:
        return -business_time_between(hours, end, start)
    day, last = _local_day(hours, start), _local_day(hours, end)
    total = _ZERO
    while day <= last:
        for opens, closes in openings(hours, day):
            total += max(min(closes, end) - max(opens, start), _ZERO)
        day += _DAY
    return total


def add_business_time(hours: BusinessHours, start: datetime, duration: timedelta) -> datetime:
    """The moment at which `duration` of open time has passed since `start`.

    It lies inside an opening or at its end: eight hours from the opening of an eight-hour day end at its closing, not
    at the next opening. Without any duration it is `start`, or the next opening if it is closed then. Raises NeverOpen,
    and ValueError for a negative duration.
    """
    if duration < _ZERO:
        raise ValueError("business time cannot be taken away")
    start, left = _utc(start), duration
    for opens, closes in _openings_from(hours, _local_day(hours, start)):
        if closes < start:
            continue
        begin = max(opens, start)
        if left <= closes - begin:
            return begin + left
        left -= closes - begin
    raise NeverOpen


def day_length(hours: BusinessHours) -> timedelta:
    """How long an ordinary open day is: the mean over the weekdays that open. Raises NeverOpen."""
    open_days = [spans for spans in hours.weekly.values() if spans]
    if not open_days:
        raise NeverOpen
    return sum((_length(opens, closes) for spans in open_days for opens, closes in spans), _ZERO) / len(open_days)


def openings(hours: BusinessHours, day: date) -> tuple[Span, ...]:
    """The spans in which the service is open on a local day, in UTC.

    When clocks change, the time that is skipped is not open, and an hour that comes twice is open both times.
    """
    known = hours._known.get(day)
    if known is None:  # worked out once a day: measuring answer times asks for the same weeks again and again
        if len(hours._known) >= _MOST_KNOWN:
            hours._known.clear()
        known = hours._known[day] = _openings(hours, day)
    return known


def _openings(hours: BusinessHours, day: date) -> tuple[Span, ...]:
    spans = hours.weekly.get(day.weekday(), ())
    if not spans or day in hours.holidays or day in hours.days_off:
        return ()
    zone = ZoneInfo(hours.timezone)
    found: list[Span] = []
    for opens, closes in spans:
        until = day + _DAY if closes == MIDNIGHT else day
        start = _moment(datetime.combine(day, opens, zone), last=False)
        end = _moment(datetime.combine(until, closes, zone), last=closes != MIDNIGHT)
        start = max(start, found[-1][1]) if found else start
        if start < end:
            found.append((start, end))
    return tuple(found)


def _openings_from(hours: BusinessHours, day: date) -> Iterator[Span]:
    """All openings from a day on, for ever; ends where there is none for years."""
    closed = 0
    while closed < _LONGEST_CLOSURE and any(hours.weekly.values()):
        found = openings(hours, day)
        yield from found
        closed = 0 if found else closed + 1
        if day == date.max:
            return
        day += _DAY


def _moment(local: datetime, *, last: bool) -> datetime:
    """A local time in UTC. One that comes twice is its first or its last; one that is skipped is the change itself."""
    early, late = local.replace(fold=0), local.replace(fold=1)
    before, after = early.utcoffset(), late.utcoffset()
    if before == after or before is None or after is None:
        return early.astimezone(UTC)
    if before > after:
        return (late if last else early).astimezone(UTC)
    return _change(late.astimezone(UTC), early.astimezone(UTC), local)


def _change(low: datetime, high: datetime, local: datetime) -> datetime:
    """The moment between the two at which the zone of `local` changes its offset, to the second."""
    offset = low.astimezone(local.tzinfo).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(local.tzinfo).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def _check(day: int, spans: tuple[tuple[time, time], ...]) -> None:
    if day not in range(7):
        raise InvalidHours(f"there is no weekday {day}")
    before: time | None = MIDNIGHT
    for opens, closes in spans:
        if opens.tzinfo or closes.tzinfo:
            raise InvalidHours("opening hours are local times without a zone")
        if before is None or opens < before:
            raise InvalidHours(f"opening hours overlap on weekday {day}")
        if closes != MIDNIGHT and closes <= opens:
            raise InvalidHours(f"opening hours end before they begin on weekday {day}")
        before = None if closes == MIDNIGHT else closes


def _utc(at: datetime) -> datetime:
    """Python computes within one zone by the wall clock, so that an hour would be lost or won when clocks change."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC)


def _local_day(hours: BusinessHours, at: datetime) -> date:
    return _utc(at).astimezone(ZoneInfo(hours.timezone)).date()


def _length(opens: time, closes: time) -> timedelta:
    start = datetime.combine(date.min, opens)
    end = datetime.combine(date.min, closes)
    return end - start + (_DAY if closes == MIDNIGHT else _ZERO)
