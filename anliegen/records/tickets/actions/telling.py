"""What soon runs out and what has run out is told once: by the clock, and after a standstill made up for."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.due import keep, record_of, take_turns
from anliegen.records.tickets.models import Deadline, Timer
from anliegen.records.tickets.queries import carried_on

AT_ONCE = 200

Told = TypeVar("Told", Timer, Deadline)


def tell_due(*, actor: Actor, at: datetime, most: int = AT_ONCE, of: Collection[int] | None = None) -> int:
    """Tell of targets and deadlines whose moment has come, at most so many of each; return how many. `of`: of these
    tickets alone.

    Before a target is told of, its ticket is looked at again: what was answered a moment ago is not late.
    """
    with unit():
        take_turns()
        timers, deadlines = _open(of)
        keep({timer.ticket_id for timer in _whose_time_has_come(timers, at, most)}, actor=actor, at=at)
        come = _whose_time_has_come(timers, at, most)
        for timer in come:
            for verb in _news_of(timer, verbs.TARGET_AT_RISK, verbs.TARGET_MISSED, at):
                record_of(verb, timer, actor, at)
        over = _whose_time_has_come(deadlines.select_related("ticket"), at, most)
        for deadline in over:
            for verb in _news_of(deadline, verbs.DEADLINE_AT_RISK, verbs.DEADLINE_MISSED, at):
                _record(verb, deadline, actor, at)
    return len(come) + len(over)


def forget_early(*, at: datetime) -> int:
    """What bears a time that is yet to come was told by a clock that was ahead: it is told anew when it is true."""
    return sum(
        rows.filter(**{f"{field}__gt": at}).update(**{field: None})
        for rows in _open(None)
        for field in ("soon_told_at", "missed_told_at")
    )


def to_tell(at: datetime) -> list[int]:
    """The numbers of the tickets of which something is to be told by now."""
    timers, deadlines = _open(None)
    found = [*timers.filter(_has_come(at)).values_list("ticket", flat=True)]
    found += deadlines.filter(_has_come(at)).values_list("ticket", flat=True)
    return sorted(set(found))


def _open(of: Collection[int] | None) -> "tuple[QuerySet[Timer], QuerySet[Deadline]]":
    which = Q() if of is None else Q(ticket__in=of)
    return Timer.objects.filter(which, ended_at=None), Deadline.objects.open().filter(which)


def _has_come(at: datetime) -> Q:
    return Q(soon_told_at=None, soon_at__lte=at) | Q(missed_told_at=None, due_at__lt=at)


def _whose_time_has_come(rows: "QuerySet[Told]", at: datetime, most: int) -> list[Told]:
    return list(rows.filter(_has_come(at)).order_by("due_at", "pk")[:most])


def _news_of(row: Told, soon: Verb, missed: Verb, at: datetime) -> list[Verb]:
    """What has not been told of it; from now on it counts as told. After a standstill both are, in their order."""
    news = []
    if row.soon_told_at is None:
        row.soon_told_at = at
        news.append(soon)
    if row.missed_told_at is None and row.due_at is not None and row.due_at < at:
        row.missed_told_at = at
        news.append(missed)
    row.save(update_fields=["soon_told_at", "missed_told_at"])
    return news


def _record(verb: Verb, deadline: Deadline, actor: Actor, at: datetime) -> None:
    kind, until = f"deadlinekind:{deadline.kind_id}", deadline.last_on.isoformat()
    ticket = carried_on(deadline.ticket)
    record(verb, ticket, actor=actor, at=at, deadline=ref(deadline), kind=kind, until=until)
