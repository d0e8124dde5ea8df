"""What a changed target or calendar would do to the tickets that are open, before anybody saves it. Writes nothing."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from anliegen.records.accounts.calendar import BusinessHours
from anliegen.records.accounts.models import Calendar
from anliegen.records.tickets.aims import Yardstick, aims_of, hours_by_team, yardstick
from anliegen.records.tickets.histories import stories_of
from anliegen.records.tickets.models import Target, Ticket
from anliegen.records.tickets.timing import Story, reckon

LOOKED_AT = 500  # the newest open tickets: enough to see what happens, and done in a moment
SHOWN = 8


@dataclass(frozen=True)
class Moved:
    """A ticket that would be due otherwise."""

    number: int
    was: datetime | None
    becomes: datetime | None


@dataclass(frozen=True)
class Effect:
    """Of `looked_at` open tickets (`is_more`: there are more) so many would be due otherwise; late are so many now,
    and would be. `shown` are some of them, those that would be late first."""

    looked_at: int
    is_more: bool
    changed: int
    late_now: int
    late_then: int
    shown: tuple[Moved, ...]


def of_target(row: Target | None, instead_of: Target | None, *, at: datetime) -> Effect:
    """If this row, which is not saved, counted from `at` on in the place of the other; without a row: if that ended."""
    now = yardstick()
    rows = [_ended(each, row, at) if each == instead_of else each for each in Target.objects.order_by("pk")]
    then = tuple(aims_of([*rows, row] if row is not None else rows))
    scope = Q(pk__in=[])  # nobody, until one of them names some
    for one in (row, instead_of):
        if one is not None:
            scope |= _for_whom(one)
    hours = now.hours or hours_by_team()
    return _compare(Yardstick(now.aims, hours), Yardstick(then, hours), scope, at)


def of_calendar(calendar: Calendar, plan: BusinessHours, *, at: datetime) -> Effect:
    """If the service were open like this."""
    now = yardstick()
    if not now.aims:
        return Effect(0, False, 0, 0, 0, ())
    scope = Q(team__calendar=calendar)
    if calendar.is_default:
        scope |= Q(team=None) | Q(team__calendar=None)
    return _compare(now, Yardstick(now.aims, hours_by_team({calendar.pk: plan})), scope, at)


def of_yardstick(now: Yardstick, then: Yardstick, scope: Q, *, at: datetime) -> Effect:
    """If tickets of this scope were measured otherwise."""
    return _compare(now, then, scope, at) if now.aims else Effect(0, False, 0, 0, 0, ())


def _ended(old: Target, new: Target | None, at: datetime) -> Target:
    row = copy(old)
    row.valid_to, row.cuts_off = max(at, old.valid_from), new is None or new.reaches_back
    return row


def _for_whom(target: Target) -> Q:
    scope = Q(pk__isnull=False)  # an empty condition beside others would be none
    if target.team_id is not None:
        scope &= Q(team=target.team_id)
    if target.topic:
        scope &= Q(topic=target.topic)
    if target.priority is not None:
        scope &= Q(priority=target.priority)
    return scope


def _compare(now: Yardstick, then: Yardstick, scope: Q, at: datetime) -> Effect:
    newest = Ticket.objects.open().filter(scope).order_by("-pk")
    tickets = list(
        newest.only("status", "team_id", "topic", "priority", "created_at", "waiting_since")[: LOOKED_AT + 1]
    )
    seen = tickets[:LOOKED_AT]
    stories = stories_of(seen)
    moved = [Moved(pk, _due(story, now, at), _due(story, then, at)) for pk, story in stories.items()]
    others = [one for one in moved if one.was != one.becomes]
    return Effect(
        looked_at=len(seen),
        is_more=len(tickets) > LOOKED_AT,
        changed=len(others),
        late_now=_late((one.was for one in moved), at),
        late_then=_late((one.becomes for one in moved), at),
        shown=tuple(sorted(others, key=lambda one: (one.becomes is None, one.becomes or at, one.number))[:SHOWN]),
    )


def _due(story: Story, by: Yardstick, at: datetime) -> datetime | None:
    moments = [timer.due_at for timer in reckon(story, by.aims, by.hours, at) if timer.is_open]
    return min((moment for moment in moments if moment is not None), default=None)


def _late(moments: Iterable[datetime | None], at: datetime) -> int:
    return sum(moment is not None and moment < at for moment in moments)
