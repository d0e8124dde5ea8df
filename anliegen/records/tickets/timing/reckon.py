"""The timers of one ticket: one pure function from what happened to due moments.

Three kinds of timers run on business time. **first**: from the opening until a person answers. **next**: from the
customer's first unanswered words until the answer. **resolution**: from the opening until it is resolved; opened again,
it goes on where it stood. A timer pauses while the ticket waits for the customer, while it is resolved, and, where its
target says so, while it waits for others. Being put aside pauses nothing.

A timer is due at the moment at which its running business time reaches the target's. Each piece of time is counted in
the hours of the team that had the ticket then; the target is the one for where the ticket stands last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from anliegen.records.accounts.calendar import BusinessHours, NeverOpen, add_business_time, business_time_between
from anliegen.records.tickets.timing.stories import (
    DONE,
    WAITS_FOR_CUSTOMER,
    WAITS_FOR_OTHERS,
    Answered,
    Became,
    Happening,
    Place,
    Story,
    Turned,
    Wrote,
)
from anliegen.records.tickets.timing.targets import FIRST, NEXT, RESOLUTION, Aim, choose

RUNNING, PAUSED, MET, MISSED, DROPPED = "running", "paused", "met", "missed", "dropped"
SOON = 0.75  # of the target's time: then it is told that it runs out
_ZERO = timedelta(0)
# Where nobody said when the service is open, every hour counts.
AROUND_THE_CLOCK = BusinessHours("UTC", {day: ((time(0), time(0)),) for day in range(7)})

Hours = Mapping[int | None, BusinessHours]  # by team; those of None for every team without hours of its own


@dataclass(frozen=True)
class Piece:
    """A piece of a timer's time in which nothing changed. `pause` says why it does not count; empty: it counts."""

    start: datetime
    end: datetime | None
    place: Place
    status: str
    pause: str = ""


@dataclass(frozen=True)
class Timer:
    """One timer as it stands `now`.

    `due_at` is None while it pauses (then `left` says what remains) and when the service never opens. `state`: running,
    paused, met, missed (ended late, or late and still open), dropped (the ticket ended without what was waited for).
    """

    kind: str
    started_at: datetime
    ended_at: datetime | None
    aim: Aim
    others: int
    place: Place
    due_at: datetime | None
    soon_at: datetime | None
    used: timedelta
    state: str
    fulfilled: bool  # what was waited for came; only said of one that ended
    pieces: tuple[Piece, ...]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def left(self) -> timedelta:
        """Business time that remains; negative when it is used up."""
        return self.aim.duration - self.used


@dataclass(frozen=True)
class _Waiting:
    kind: str
    start: datetime
    end: datetime | None
    fulfilled: bool


def reckon(story: Story, aims: Sequence[Aim], hours: Hours, now: datetime) -> tuple[Timer, ...]:
    """All timers of the ticket that a target counts for, those that ended too, in the order they began."""
    told = tuple(_in_order(story))
    course = tuple(_course(story, told))
    timers = (_timer(one, course, aims, hours, now) for one in _waitings(story, told, course))
    return tuple(timer for timer in timers if timer is not None)


def _in_order(story: Story) -> Iterator[Happening]:
    """What happened, with times that never run backwards: a clock may have been put back."""
    latest = story.opened_at
    for one in story.happened:
        latest = max(latest, one.at)
        yield one if one.at == latest else replace(one, at=latest)


def _course(story: Story, told: Sequence[Happening]) -> Iterator[Piece]:
    """Status and place over time, without pieces of no length."""
    start, status, place = story.opened_at, story.status, story.place
    for one in told:
        now = (one.status if isinstance(one, Became) else status, one.place if isinstance(one, Turned) else place)
        if now == (status, place):
            continue
        if one.at > start:
            yield Piece(start, one.at, place, status)
            start = one.at
        status, place = now
    yield Piece(start, None, place, status)


def _waitings(story: Story, told: Sequence[Happening], course: Sequence[Piece]) -> Iterator[_Waiting]:
    """From when till when somebody waited, and for what."""
    done_at = _done_since(course)
    kind, since = FIRST, story.opened_at if story.waits else None
    for one in told:
        if isinstance(one, Wrote) and since is None:
            since = one.at
        elif isinstance(one, Answered):
            if since is not None:
                yield _Waiting(kind, since, one.at, True)
            kind, since = NEXT, None
    if since is not None:
        yield _Waiting(kind, since, None if done_at is None else max(done_at, since), False)
    yield _Waiting(RESOLUTION, story.opened_at, done_at, True)


def _done_since(course: Sequence[Piece]) -> datetime | None:
    """Since when it is resolved or closed without a break; None while it is open."""
    since = None
    for piece in reversed(course):
        if piece.status not in DONE:
            break
        since = piece.start
    return since


def _timer(one: _Waiting, course: Sequence[Piece], aims: Sequence[Aim], hours: Hours, now: datetime) -> Timer | None:
    clipped = tuple(_clip(course, one.start, one.end))
    place = clipped[-1].place if clipped else _place_at(course, one.start)
    chosen = choose(aims, one.kind, place, started_at=one.start, ended_at=one.end)
    if chosen is None:
        return None
    pieces = tuple(replace(piece, pause=_pause(piece.status, chosen.aim)) for piece in clipped)
    due_at = _moment_at(chosen.aim.duration, pieces, hours)
    return Timer(
        kind=one.kind,
        started_at=one.start,
        ended_at=one.end,
        aim=chosen.aim,
        others=chosen.others,
        place=place,
        due_at=due_at,
        soon_at=_moment_at(chosen.aim.duration * SOON, pieces, hours),
        used=_used(pieces, hours, now),
        state=_state(one, due_at, pieces, now),
        fulfilled=one.end is not None and one.fulfilled,
        pieces=pieces,
    )


def _clip(course: Sequence[Piece], start: datetime, end: datetime | None) -> Iterator[Piece]:
    for piece in course:
        begins = max(piece.start, start)
        ends = end if piece.end is None else piece.end if end is None else min(piece.end, end)
        if ends is None or begins < ends:
            yield replace(piece, start=begins, end=ends)


def _place_at(course: Sequence[Piece], at: datetime) -> Place:
    """For a wait that ended in the moment it began."""
    return next((piece.place for piece in reversed(course) if piece.start <= at), course[0].place)


def _pause(status: str, aim: Aim) -> str:
    """Why the timer stands still in this status; empty when it runs."""
    if status in DONE:
        return "resolved"
    if status == WAITS_FOR_CUSTOMER:
        return "customer"
    return "others" if status == WAITS_FOR_OTHERS and aim.pauses_for_others else ""


def hours_of(place: Place, hours: Hours) -> BusinessHours:
    return hours.get(place.team) or hours.get(None) or AROUND_THE_CLOCK


def _moment_at(duration: timedelta, pieces: Sequence[Piece], hours: Hours) -> datetime | None:
    """When the running pieces have had so much business time; None when they never do."""
    left = duration
    for piece in pieces:
        if piece.pause:
            continue
        plan = hours_of(piece.place, hours)
        open_time = None if piece.end is None else business_time_between(plan, piece.start, piece.end)
        if open_time is None or left <= open_time:
            try:
                return add_business_time(plan, piece.start, left)
            except NeverOpen:
                return None
        left -= open_time
    return None if not pieces or pieces[-1].end is None else _later(pieces[-1], left, hours)


def _later(last: Piece, left: timedelta, hours: Hours) -> datetime | None:
    """It ended before it was due: when it would have been, had it gone on as it was."""
    assert last.end is not None
    try:
        return add_business_time(hours_of(last.place, hours), last.end, left)
    except NeverOpen:
        return None


def _used(pieces: Sequence[Piece], hours: Hours, now: datetime) -> timedelta:
    spans = ((hours_of(one.place, hours), one.start, one.end or max(now, one.start)) for one in pieces if not one.pause)
    return sum((business_time_between(plan, start, end) for plan, start, end in spans), _ZERO)


def _state(one: _Waiting, due_at: datetime | None, pieces: Sequence[Piece], now: datetime) -> str:
    if one.end is not None:
        if due_at is not None and one.end > due_at:
            return MISSED
        return MET if one.fulfilled else DROPPED
    if due_at is not None and now > due_at:
        return MISSED
    return PAUSED if pieces and pieces[-1].pause else RUNNING
