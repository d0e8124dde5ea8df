"""When each ticket is due: timers and `Ticket.due_at`, kept by what happened.

All of it is computed anew from the journal (`histories`, `timing.reckon`), so it does not matter how often that is
done, nor what was missed. Whoever computes takes the advisory lock KEEPING: two never work with different knowledge,
and no agent waits for them.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import connection

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.accounts import hours
from anliegen.records.accounts.calendar import NeverOpen, add_business_time
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import verbs
from anliegen.records.tickets.aims import Yardstick, yardstick
from anliegen.records.tickets.histories import stories_of
from anliegen.records.tickets.models import Deadline, Ticket, Timer
from anliegen.records.tickets.models.time import DEADLINE, PLACE
from anliegen.records.tickets.timing import AROUND_THE_CLOCK, reckon
from anliegen.records.tickets.timing import Timer as Reckoned

KEEPING = 0x64756520  # the advisory lock of those who keep due moments
READ = (
    *("status", "team_id", "joined_into_id", "topic", "priority"),
    *("created_at", "waiting_since", "due_at", "due_for", "unplaced_since"),
)
COLUMNS = ("target_id", "team_id", "topic", "due_at", "soon_at", "ended_at", "outcome", "used")
Key = tuple[int, str, datetime]
Due = tuple[datetime, str]


@dataclass(frozen=True)
class _Kept:
    """What is there: the tickets with the tickets joined into them, and their timers."""

    tickets: Mapping[int, Ticket]
    timers: Mapping[Key, Timer]


def keep(
    numbers: Collection[int], *, actor: Actor, at: datetime, tells: bool = True, by: Yardstick | None = None
) -> int:
    """Bring timers and due moments of these tickets up to date; return how many tickets are due otherwise than before.

    What ended stays as it was judged then, whatever targets say now. An answer that came late while nobody kept watch
    is told now, unless `tells` is False: then it counts as told.
    """
    with unit():
        take_turns()
        kept = _read(numbers)
        by = by or yardstick()
        reckoned = _reckon(kept, by, at) if by.aims or kept.timers else {}
        timers = _save(kept, reckoned)
        _tell_late(timers, actor, at, tells)
        return _set_due(kept.tickets, [timer for timer in timers if timer.ended_at is None])


def take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEEPING])


def _read(numbers: Collection[int]) -> _Kept:
    tickets = Ticket.objects.filter(pk__in=set(numbers)).only(*READ).in_bulk()
    timers = Timer.objects.filter(ticket__in=tickets)
    return _Kept(tickets, {(one.ticket_id, one.kind, one.started_at): one for one in timers})


def _reckon(kept: _Kept, by: Yardstick, at: datetime) -> dict[Key, Reckoned]:
    found = stories_of(kept.tickets.values())
    return {
        (number, timer.kind, timer.started_at): timer
        for number, story in found.items()
        for timer in reckon(story, by.aims, by.hours, at)
    }


def _save(kept: _Kept, reckoned: Mapping[Key, Reckoned]) -> list[Timer]:
    """Write what differs; return all timers as they stand."""
    gone = [timer.pk for key, timer in kept.timers.items() if key not in reckoned]
    changed: list[Timer] = []
    new: list[Timer] = []
    same: list[Timer] = []
    for key, found in reckoned.items():
        row = kept.timers.get(key)
        if row is None:
            new.append(_filled(Timer(ticket_id=key[0], kind=key[1], started_at=key[2]), found))
        elif row.ended_at is not None and row.ended_at == found.ended_at:
            same.append(row)
        else:
            before = [getattr(row, name) for name in COLUMNS]
            is_same = before == [getattr(_filled(row, found), name) for name in COLUMNS]
            (same if is_same else changed).append(row)
    if gone:
        Timer.objects.filter(pk__in=gone).delete()
    Timer.objects.bulk_create(new)
    if changed:
        Timer.objects.bulk_update(changed, COLUMNS, batch_size=500)
    return [*same, *changed, *new]


def _filled(row: Timer, found: Reckoned) -> Timer:
    row.target_id, row.team_id, row.topic = found.aim.target, found.place.team, found.place.topic
    row.due_at, row.soon_at, row.ended_at = found.due_at, found.soon_at, found.ended_at
    row.outcome = "" if found.is_open else found.state
    # While it is open the time used changes by the minute: it is computed when it is shown.
    row.used = row.used if found.is_open else found.used
    return row


def _tell_late(timers: Iterable[Timer], actor: Actor, at: datetime, tells: bool) -> None:
    """What ended late, and nobody has told."""
    late = [one for one in timers if one.outcome == "missed" and one.missed_told_at is None]
    for timer in late:
        timer.missed_told_at = at
        if tells:
            record_missed(timer, actor, at)
    if late:
        Timer.objects.bulk_update(late, ["missed_told_at"])


def _set_due(tickets: Mapping[int, Ticket], timers: Iterable[Timer]) -> int:
    """Write the earliest open timer or deadline to each ticket that says otherwise."""
    earliest: dict[int, Due] = {}
    dues = [(one.ticket_id, (one.due_at, one.kind)) for one in timers if one.due_at is not None]
    for number, due in [*dues, *_deadlines(tickets), *_places(tickets)]:
        earliest[number] = min(due, earliest.get(number, due))
    changed: list[Ticket] = []
    for number, ticket in tickets.items():
        due_at, due_for = earliest.get(number, (None, ""))
        if (ticket.due_at, ticket.due_for) != (due_at, due_for):
            ticket.due_at, ticket.due_for = due_at, due_for
            changed.append(ticket)
    if changed:
        # In the order of their numbers, as everybody who holds several; and neither version nor activity changes.
        keys = [ticket.pk for ticket in changed]
        list(Ticket.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
        Ticket.objects.bulk_update(changed, ["due_at", "due_for"], batch_size=500)
    return len(changed)


def _places(tickets: Mapping[int, Ticket]) -> list[tuple[int, Due]]:
    """Until when somebody is to look at what has no place: the operator's minutes of service hours."""
    waiting = [one for one in tickets.values() if one.unplaced_since is not None and one.is_open]
    if not waiting:
        return []
    within, plan = timedelta(minutes=the_operator().unplaced_minutes), hours.of_team(None) or AROUND_THE_CLOCK
    found: list[tuple[int, Due]] = []
    for ticket in waiting:
        with suppress(NeverOpen):
            due_at = add_business_time(plan, cast(datetime, ticket.unplaced_since), within)
            found.append((ticket.pk, (due_at, PLACE)))
    return found


def _deadlines(tickets: Mapping[int, Ticket]) -> list[tuple[int, Due]]:
    """Open deadlines by the ticket in which each is carried on: they go along when tickets are joined."""
    if not Deadline.objects.open().exists():
        return []
    goes_on = {number: number for number, ticket in tickets.items() if ticket.joined_into_id is None}
    below = list(goes_on)
    while below:
        joined = Ticket.objects.filter(joined_into__in=below).values_list("pk", "joined_into_id")
        further = {pk: goes_on[into] for pk, into in joined if into is not None}
        goes_on |= further
        below = list(further)
    found = Deadline.objects.open().filter(ticket__in=goes_on).values_list("ticket_id", "due_at")
    return [(goes_on[number], (due_at, DEADLINE)) for number, due_at in found]


def record_missed(timer: Timer, actor: Actor, at: datetime) -> None:
    record_of(verbs.TARGET_MISSED, timer, actor, at)


def record_of(verb: Verb, timer: Timer, actor: Actor, at: datetime) -> None:
    due = int(timer.due_at.timestamp()) if timer.due_at is not None else None
    record(verb, f"ticket:{timer.ticket_id}", actor=actor, at=at, timer=ref(timer), kind=timer.kind, due=due)
