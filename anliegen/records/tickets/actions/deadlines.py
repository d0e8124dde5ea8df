"""Legal deadlines: a person sets one and a person settles it, each with a reason. Nothing else ends it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.calendar import Rule
from anliegen.records.accounts.hours import calendar_of
from anliegen.records.accounts.verbs import SETTING_CHANGED, SETTING_CREATED
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.due import keep, take_turns
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket
from anliegen.records.tickets.queries import carried_on
from anliegen.records.tickets.shipped import SHIPPED
from anliegen.records.tickets.timing import Ending, Length, Unit, period_of


class NoReason(Exception):
    """A deadline is neither set nor settled without a reason."""


class NotInForce(Exception):
    """The law was another one on that day: this kind does not hold for it."""


@dataclass(frozen=True)
class Where:
    """Whose holidays count, and whose midnight."""

    state: str = ""
    catholic: bool = False
    timezone: str = "Europe/Berlin"


def where(ticket: Ticket) -> Where:
    """By the calendar of the ticket's team, else the default one."""
    calendar = calendar_of(ticket.team)
    return Where(calendar.state, calendar.catholic, calendar.timezone) if calendar is not None else Where()


def ending_of(kind: DeadlineKind, starts_on: date, place: Where) -> Ending:
    """Where a deadline of this kind ends, with its steps."""
    length = Length(
        kind.amount, Unit(kind.unit), Rule(kind.rule), moves=kind.moves, counts_first_day=kind.counts_first_day
    )
    return period_of(
        length,
        starts_on,
        state=place.state,
        catholic=place.catholic,
        timezone=place.timezone,
        remind_days=kind.remind_days,
    )


def is_in_force(kind: DeadlineKind, on: date) -> bool:
    """Whether the law was this one on that day."""
    return kind.valid_from <= on and (kind.valid_to is None or on <= kind.valid_to)


def set_deadline(
    ticket: Ticket, kind: DeadlineKind, *, starts_on: date, why: str, actor: Actor, at: datetime
) -> Deadline:
    """Set a legal deadline whose event was on `starts_on`. Raises NoReason, NotInForce.

    One that is over already is set all the same: that it was missed is told at once.
    """
    if not why.strip():
        raise NoReason
    if not is_in_force(kind, starts_on):
        raise NotInForce
    with unit():
        take_turns()  # before any row, so that two who hold what the other wants do not wait for each other
        ticket = carried_on(Ticket.objects.select_related("team__calendar").get(pk=ticket.pk))
        place = where(ticket)
        row = Deadline(ticket=ticket, kind=kind, starts_on=starts_on, why=why.strip()[:300], set_at=at)
        row.set_by_id = actor.pk if actor.kind == "agent" else None
        row.state, row.catholic, row.timezone = place.state, place.catholic, place.timezone
        _ends(row, ending_of(kind, starts_on, place))
        row.save()
        starts, until = starts_on.isoformat(), row.last_on.isoformat()
        record(verbs.DEADLINE_SET, ticket, actor=actor, at=at, **_named(row), starts=starts, until=until)
        keep([ticket.pk], actor=actor, at=at)
    return row


def fulfil(deadline: Deadline, *, why: str, actor: Actor, at: datetime) -> Deadline:
    """What the law asks for was done; `why` says how. Does nothing to one that is settled. Raises NoReason."""
    return _settle(deadline, "fulfilled", why, actor, at)


def withdraw(deadline: Deadline, *, why: str, actor: Actor, at: datetime) -> Deadline:
    """It was set by mistake, or holds no longer. Does nothing to one that is settled. Raises NoReason."""
    return _settle(deadline, "withdrawn", why, actor, at)


def move_deadlines(*, after: int, most: int, actor: Actor, at: datetime) -> int | None:
    """Compute open deadlines anew whose calendar of holidays was changed, a batch at a time, each with its event.

    Returns where the next batch begins; None when this was the last.
    """
    with unit():
        take_turns()
        rows = Deadline.objects.open().filter(pk__gt=after).select_related("kind", "ticket__team__calendar")
        batch = list(rows.select_for_update(of=("self",)).order_by("pk")[:most])
        for row in batch:
            _move(row, where(carried_on(row.ticket)), actor, at)
    return batch[-1].pk if len(batch) == most else None


def save_kind(kind: DeadlineKind | None, *, actor: Actor, at: datetime, **fields: Any) -> DeadlineKind:
    """Create or change a kind of deadline. Deadlines that were set stay as they were set."""
    with unit():
        if kind is None:
            row = DeadlineKind.objects.create(**fields)
            record(SETTING_CREATED, row, actor=actor, at=at)
            return row
        row = held(DeadlineKind, kind.pk)
        changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, fields[name])
        if changed:
            row.save(update_fields=changed)
            record(SETTING_CHANGED, row, actor=actor, at=at, fields=changed)
    return row


def ship_kinds(*, actor: Actor, at: datetime) -> int:
    """Bring in the kinds that came with this version of the program; what is there already stays as it is."""
    known = set(DeadlineKind.objects.values_list("code", "valid_from"))
    new = [one for one in SHIPPED if (one["code"], one["valid_from"]) not in known]
    with unit():
        for fields in new:
            save_kind(None, actor=actor, at=at, is_shipped=True, **fields)
    return len(new)


def _settle(deadline: Deadline, how: str, why: str, actor: Actor, at: datetime) -> Deadline:
    if not why.strip():
        raise NoReason
    verb = verbs.DEADLINE_FULFILLED if how == "fulfilled" else verbs.DEADLINE_WITHDRAWN
    with unit():
        take_turns()
        row = held(Deadline, deadline.pk, "ticket")
        if row.settled_at is not None:
            return row
        row.settled_at, row.settled_by_id, row.settled_as, row.settled_why = at, actor.pk, how, why.strip()[:300]
        row.save(update_fields=["settled_at", "settled_by", "settled_as", "settled_why"])
        ticket = carried_on(row.ticket)
        record(verb, ticket, actor=actor, at=at, **_named(row))
        keep([ticket.pk], actor=actor, at=at)
    return row


def _move(row: Deadline, place: Where, actor: Actor, at: datetime) -> None:
    was = row.last_on
    row.state, row.catholic, row.timezone = place.state, place.catholic, place.timezone
    _ends(row, ending_of(row.kind, row.starts_on, place))
    if row.last_on == was:
        return
    row.soon_told_at = row.missed_told_at = None
    row.save()
    ticket = carried_on(row.ticket)
    until = row.last_on.isoformat()
    record(verbs.DEADLINE_MOVED, ticket, actor=actor, at=at, **_named(row), until=until, was=was.isoformat())
    keep([ticket.pk], actor=actor, at=at)


def _ends(row: Deadline, ending: Ending) -> None:
    row.last_on, row.due_at, row.soon_at = ending.last_on, ending.due_at, ending.soon_at


def _named(row: Deadline) -> dict[str, str]:
    return {"deadline": ref(row), "kind": f"deadlinekind:{row.kind_id}"}
