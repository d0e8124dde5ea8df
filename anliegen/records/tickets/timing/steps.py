"""Why a timer is due when it is, step by step in the order of time. Pure; faces put the steps into words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from anliegen.records.accounts.calendar import BusinessHours, business_time_between
from anliegen.records.tickets.timing.reckon import Hours, Piece, Timer, hours_of
from anliegen.records.tickets.timing.stories import Place, PutAside, Story, Woke

MOST_SKIPPED = 20  # days that are named; a calendar that is closed for months is not told day by day
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """One step. `kind` is one of:

    `start`; `target`; `run` (business time `amount` was used from `at` to `until`); `pause` (with `reason`); `turn`
    (the ticket changed to `place`); `aside` and `woke`; `closed` (no service on `day`: `reason` is `holiday` or
    `day_off`); `end`; `due`.
    """

    kind: str
    at: datetime
    until: datetime | None = None
    amount: timedelta = timedelta(0)
    reason: str = ""
    place: Place | None = None
    day: date | None = None


def steps(timer: Timer, story: Story, hours: Hours, now: datetime) -> tuple[Step, ...]:
    """All steps of this timer of this story; the amounts until it is due are together what the target asks for."""
    found = [Step("start", timer.started_at), Step("target", timer.started_at, amount=timer.aim.duration)]
    found += sorted(_on_the_way(timer, story, hours, now), key=lambda step: step.at)
    ends = (("due", timer.due_at), ("end", timer.ended_at))
    found += sorted((Step(kind, at) for kind, at in ends if at is not None), key=lambda step: step.at)
    return tuple(found)


def _on_the_way(timer: Timer, story: Story, hours: Hours, now: datetime) -> Iterator[Step]:
    yield from _turns(timer.pieces)
    yield from _asides(timer, story, now)
    for (pause, _plan), pieces in groupby(
        timer.pieces, key=lambda one: (one.pause, "" if one.pause else id(hours_of(one.place, hours)))
    ):
        first, *others = pieces
        whole = replace(first, end=others[-1].end) if others else first
        if pause:
            yield Step("pause", whole.start, whole.end, reason=pause)
        else:
            yield from _run(whole, timer, hours)


def _turns(pieces: Sequence[Piece]) -> Iterator[Step]:
    for before, after in pairwise(pieces):
        if before.place != after.place:
            yield Step("turn", after.start, place=after.place)


def _asides(timer: Timer, story: Story, now: datetime) -> Iterator[Step]:
    for one in story.happened:
        if isinstance(one, PutAside | Woke) and timer.started_at <= one.at <= (timer.ended_at or now):
            yield Step("aside" if isinstance(one, PutAside) else "woke", one.at)


def _run(piece: Piece, timer: Timer, hours: Hours) -> Iterator[Step]:
    """The business time of a piece, as far as it leads to the due moment, and the days on which nobody was there."""
    plan = hours_of(piece.place, hours)
    until = min((moment for moment in (piece.end, timer.due_at) if moment is not None), default=None)
    if until is None or until < piece.start:
        return
    yield Step("run", piece.start, until, amount=business_time_between(plan, piece.start, until), place=piece.place)
    for day, reason in closed_days(plan, piece.start, until):
        yield Step("closed", max(piece.start, _midnight(plan, day)), day=day, reason=reason, place=piece.place)


def closed_days(plan: BusinessHours, start: datetime, end: datetime) -> list[tuple[date, str]]:
    """Days between the two on which the week has hours and yet nobody was there, with `holiday` or `day_off`."""
    zone = ZoneInfo(plan.timezone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    found: list[tuple[date, str]] = []
    while day <= last and len(found) < MOST_SKIPPED:
        if plan.weekly.get(day.weekday()) and (day in plan.holidays or day in plan.days_off):
            found.append((day, "holiday" if day in plan.holidays else "day_off"))
        day += _DAY
    return found


def _midnight(plan: BusinessHours, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(plan.timezone))
