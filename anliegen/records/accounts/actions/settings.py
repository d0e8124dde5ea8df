"""Settings: the operator, brands, teams, roles, mailboxes, calendars."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db import models

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import verbs
from anliegen.records.accounts.actions.members import insist_on_an_administrator, set_memberships
from anliegen.records.accounts.models import Agent, Calendar, DayOff, Opening, Operator, Role, Team

M = TypeVar("M", bound=models.Model)


class AlreadySetUp(Exception):
    """This instance has its operator already."""


def set_up(*, name: str, actor: Actor, at: datetime, **fields: Any) -> Operator:
    """Create the operator. Raises AlreadySetUp when there is one."""
    with unit():
        if Operator.objects.exists():
            raise AlreadySetUp
        operator = Operator.objects.create(name=name, **fields)
        record(verbs.INSTANCE_SET_UP, operator, actor=actor, at=at)
    return operator


def create(model: type[M], *, actor: Actor, at: datetime, **fields: Any) -> M:
    """Create a setting: brand, team, role, mailbox, calendar."""
    actor.insist_on_a_person()
    with unit():
        row = model._default_manager.create(**fields)
        record(verbs.SETTING_CREATED, row, actor=actor, at=at)
    return row


def change(row: M, *, actor: Actor, at: datetime, **fields: Any) -> M:
    """Change fields of a setting. Says nothing when nothing differs. Raises LastAdministrator."""
    actor.insist_on_a_person()
    with unit():
        row = held(type(row), row.pk)
        changed = [name for name, value in fields.items() if getattr(row, name) != value]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, fields[name])
        row.save(update_fields=changed)
        if isinstance(row, Role):
            insist_on_an_administrator()
        record(verbs.SETTING_CHANGED, row, actor=actor, at=at, fields=sorted(changed))
    return row


def delete(row: models.Model, *, actor: Actor, at: datetime) -> None:
    """Delete a setting that nothing refers to. Raises ProtectedError otherwise."""
    actor.insist_on_a_person()
    with unit():
        subject = ref(row)
        row.delete()
        record(verbs.SETTING_DELETED, subject, actor=actor, at=at)


def make_default(row: M, *, actor: Actor, at: datetime) -> M:
    """Make this brand or calendar the default one instead of the present one."""
    actor.insist_on_a_person()
    with unit():
        # All of them are locked: who chooses another at the same moment waits, and then finds this one.
        for each in type(row)._default_manager.select_for_update().order_by("pk"):
            if each.pk != row.pk:
                change(each, actor=actor, at=at, is_default=False)
        return change(row, actor=actor, at=at, is_default=True)


def set_hours(
    calendar: Calendar,
    *,
    openings: Sequence[tuple[int, time, time]],
    days_off: Sequence[tuple[date, str]],
    actor: Actor,
    at: datetime,
) -> Calendar:
    """Replace the weekly plan (weekday 0 = Monday, from, until) and the days off of a calendar."""
    actor.insist_on_a_person()
    with unit():
        week = calendar.openings.values_list("weekday", "opens", "closes")
        off = calendar.days_off.values_list("on", "name")
        if set(openings) == set(week) and set(days_off) == set(off):
            return calendar
        Opening.objects.filter(calendar=calendar).delete()
        DayOff.objects.filter(calendar=calendar).delete()
        Opening.objects.bulk_create(Opening(calendar=calendar, weekday=d, opens=o, closes=c) for d, o, c in openings)
        DayOff.objects.bulk_create(DayOff(calendar=calendar, on=on, name=name) for on, name in days_off)
        record(verbs.SETTING_CHANGED, calendar, actor=actor, at=at, fields=["days_off", "openings"])
    return calendar


def save_calendar(calendar: Calendar | None, *, actor: Actor, at: datetime, **plan: Any) -> Calendar:
    """Create or change a calendar: its fields, and `openings` and `days_off` as `set_hours` takes them."""
    actor.insist_on_a_person()
    hours = {name: plan.pop(name) for name in ("openings", "days_off")}
    with unit():
        return set_hours(_save(Calendar, calendar, actor, at, plan), **hours, actor=actor, at=at)


def save_team(team: Team | None, *, members: Iterable[Agent], actor: Actor, at: datetime, **fields: Any) -> Team:
    """Create or change a team with the agents that belong to it."""
    actor.insist_on_a_person()
    with unit():
        saved = _save(Team, team, actor, at, fields)
        if set_memberships({"team_id": saved.pk}, "agent_id", {agent.pk for agent in members}):
            record(verbs.SETTING_CHANGED, saved, actor=actor, at=at, fields=["members"])
    return saved


def _save(model: type[M], row: M | None, actor: Actor, at: datetime, fields: dict[str, Any]) -> M:
    return create(model, actor=actor, at=at, **fields) if row is None else change(row, actor=actor, at=at, **fields)
