"""Targets are set, replaced and ended. What counted before stays as it was for what it counted for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Team
from anliegen.records.accounts.verbs import SETTING_CHANGED, SETTING_CREATED, SETTING_DELETED
from anliegen.records.tickets.models import Target

TIMES = ("first_minutes", "next_minutes", "resolution_minutes", "pauses_for_others")


class TargetTaken(Exception):
    """There is a target for exactly this team, topic and priority already; `target` is it."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.pk)
        self.target = target


@dataclass(frozen=True)
class Wanted:
    """A target as it is to be: for whom, and how many minutes of business time; None says nothing about that."""

    team: Team | None = None
    topic: str = ""
    priority: int | None = None
    first_minutes: int | None = None
    next_minutes: int | None = None
    resolution_minutes: int | None = None
    pauses_for_others: bool = False


def as_row(wanted: Wanted, *, reaches_back: bool, at: datetime) -> Target:
    """The row it would be, not saved: for saving it and for showing its effect before."""
    return Target(**vars(wanted), valid_from=at, reaches_back=reaches_back)


def set_target(
    wanted: Wanted, *, instead_of: Target | None = None, reaches_back: bool, actor: Actor, at: datetime
) -> Target:
    """Let a target count for what begins from now on, and with `reaches_back` for what runs already.

    `instead_of` is the one that it replaces. Says nothing when nothing differs. Raises TargetTaken.
    """
    with unit():
        old = _in_force(instead_of)
        if old is not None and not reaches_back and _is_same(old, wanted):
            return old
        taken = Target.objects.in_force().filter(_for_whom(wanted)).first()
        if taken is not None and taken != old:
            raise TargetTaken(taken)
        if old is not None:
            _end(old, cuts_off=reaches_back, at=at)
        row = as_row(wanted, reaches_back=reaches_back, at=at)
        row.save()
        if old is None:
            record(SETTING_CREATED, row, actor=actor, at=at)
        else:
            record(SETTING_CHANGED, row, actor=actor, at=at, fields=_changed(old, row))
    return row


def end_target(target: Target, *, actor: Actor, at: datetime) -> None:
    """It counts no longer, neither for what begins nor for what runs. What it judged stays."""
    with unit():
        if (row := _in_force(target)) is None:
            return
        _end(row, cuts_off=True, at=at)
        record(SETTING_DELETED, row, actor=actor, at=at)


def _in_force(target: Target | None) -> Target | None:
    if target is None:
        return None
    return Target.objects.in_force().select_for_update(of=("self",)).filter(pk=target.pk).first()


def _end(row: Target, *, cuts_off: bool, at: datetime) -> None:
    row.valid_to, row.cuts_off = max(at, row.valid_from), cuts_off
    row.save(update_fields=["valid_to", "cuts_off"])


def _for_whom(wanted: Wanted) -> Q:
    return Q(team=wanted.team, topic=wanted.topic, priority=wanted.priority)


def _is_same(row: Target, wanted: Wanted) -> bool:
    return all(getattr(row, name) == value for name, value in vars(wanted).items())


def _changed(old: Target, new: Target) -> list[str]:
    names = [name for name in ("team_id", "topic", "priority", *TIMES) if getattr(old, name) != getattr(new, name)]
    return sorted(name.removesuffix("_id") for name in names) or ["reaches_back"]
