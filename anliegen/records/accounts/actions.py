"""Every write to accounts."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import connection, models

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.accounts import verbs
from anliegen.records.accounts.models import (
    Agent,
    ApiToken,
    Calendar,
    DayOff,
    Invitation,
    Membership,
    Opening,
    Operator,
    Role,
    Team,
)
from anliegen.records.accounts.models.agents import SCOPES, new_secret

INVITATION_LASTS = timedelta(days=3)
ADMINISTRATORS = 0x61646D696E  # the advisory lock of those who change who administrates

M = TypeVar("M", bound=models.Model)


class AlreadySetUp(Exception):
    """This instance has its operator already."""


class InvitationInvalid(Exception):
    """The link is unknown, used or too old."""


class LastAdministrator(Exception):
    """The change would leave nobody who may manage settings."""


class UnknownScope(Exception):
    """A token can only read or write."""


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
    with unit():
        row = model._default_manager.create(**fields)
        record(verbs.SETTING_CREATED, row, actor=actor, at=at)
    return row


def change(row: M, *, actor: Actor, at: datetime, **fields: Any) -> M:
    """Change fields of a setting. Says nothing when nothing differs. Raises LastAdministrator."""
    with unit():
        row = held(type(row), row.pk)
        changed = [name for name, value in fields.items() if getattr(row, name) != value]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, fields[name])
        row.save(update_fields=changed)
        if isinstance(row, Role):
            _insist_on_an_administrator()
        record(verbs.SETTING_CHANGED, row, actor=actor, at=at, fields=sorted(changed))
    return row


def delete(row: models.Model, *, actor: Actor, at: datetime) -> None:
    """Delete a setting that nothing refers to. Raises ProtectedError otherwise."""
    with unit():
        subject = ref(row)
        row.delete()
        record(verbs.SETTING_DELETED, subject, actor=actor, at=at)


def make_default(row: M, *, actor: Actor, at: datetime) -> M:
    """Make this brand or calendar the default one instead of the present one."""
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
    hours = {name: plan.pop(name) for name in ("openings", "days_off")}
    with unit():
        return set_hours(_save(Calendar, calendar, actor, at, plan), **hours, actor=actor, at=at)


def save_team(team: Team | None, *, members: Iterable[Agent], actor: Actor, at: datetime, **fields: Any) -> Team:
    """Create or change a team with the agents that belong to it."""
    with unit():
        saved = _save(Team, team, actor, at, fields)
        if _set_memberships({"team_id": saved.pk}, "agent_id", {agent.pk for agent in members}):
            record(verbs.SETTING_CHANGED, saved, actor=actor, at=at, fields=["members"])
    return saved


def create_agent(
    *,
    email: str,
    name: str,
    role: Role,
    teams: Iterable[Team] = (),
    password: str | None = None,
    actor: Actor,
    at: datetime,
    **fields: Any,
) -> Agent:
    """Create an agent. Without a password an invitation is needed to log in."""
    with unit():
        agent = Agent.objects.create_agent(email=email, name=name, role=role, password=password, **fields)
        members = list(teams)
        Membership.objects.bulk_create(Membership(agent=agent, team=team) for team in members)
        named = [ref(team) for team in members]
        record(verbs.AGENT_CREATED, agent, actor=actor, at=at, role=role.slug, teams=named)
    return agent


def change_agent(
    agent: Agent, *, teams: Iterable[Team] | None = None, actor: Actor, at: datetime, **fields: Any
) -> Agent:
    """Change an agent's name, role, teams or preferences. Raises LastAdministrator."""
    with unit():
        agent = held(Agent, agent.pk)
        changed = sorted(name for name, value in fields.items() if getattr(agent, name) != value)
        for name in changed:
            setattr(agent, name, fields[name])
        if changed:
            agent.save(update_fields=changed)
        if teams is not None and _set_memberships({"agent_id": agent.pk}, "team_id", {team.pk for team in teams}):
            changed.append("teams")
        if changed:
            _insist_on_an_administrator()
            record(verbs.AGENT_CHANGED, agent, actor=actor, at=at, fields=changed)
    return agent


def deactivate(agent: Agent, *, actor: Actor, at: datetime) -> Agent:
    """The agent can no longer log in; history keeps the name. Raises LastAdministrator."""
    return _set_active(agent, False, verbs.AGENT_LEFT, actor, at)


def activate(agent: Agent, *, actor: Actor, at: datetime) -> Agent:
    return _set_active(agent, True, verbs.AGENT_RETURNED, actor, at)


def invite(agent: Agent, *, actor: Actor, at: datetime) -> str:
    """Make a link secret with which the agent sets a password; older ones stop working. Shown once."""
    with unit():
        Invitation.objects.filter(agent=agent, used_at=None).delete()
        secret = new_secret("inv")
        Invitation.objects.create(
            agent=agent,
            digest=digest(secret),
            created_at=at,
            created_by_id=actor.pk if actor.kind == "agent" else None,
            expires_at=at + INVITATION_LASTS,
        )
        record(verbs.AGENT_INVITED, agent, actor=actor, at=at)
    return secret


def create_invited(*, actor: Actor, at: datetime, **fields: Any) -> tuple[Agent, str]:
    """Create an agent, and the secret of the link by which the first password is set."""
    with unit():
        agent = create_agent(actor=actor, at=at, **fields)
        return agent, invite(agent, actor=actor, at=at)


def accept_invitation(secret: str, *, password: str, at: datetime) -> Agent:
    """Set the password by an invitation. Raises InvitationInvalid."""
    with unit():
        invitation = (
            Invitation.objects.select_for_update()
            .filter(digest=digest(secret), used_at=None, expires_at__gt=at, agent__is_active=True)
            .first()
        )
        if invitation is None:
            raise InvitationInvalid
        invitation.used_at = at
        invitation.save(update_fields=["used_at"])
        return set_password(invitation.agent, password=password, actor=Actor.agent(invitation.agent_id), at=at)


def set_password(agent: Agent, *, password: str, actor: Actor, at: datetime) -> Agent:
    with unit():
        agent.set_password(password)
        agent.save(update_fields=["password"])
        record(verbs.PASSWORD_SET, agent, actor=actor, at=at)
    return agent


def create_token(
    agent: Agent, *, scopes: Sequence[str], name: str = "", actor: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make an API token; the secret is returned this once. Raises UnknownScope."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise UnknownScope(", ".join(scopes))
    secret = new_secret("anl")
    with unit():
        token = ApiToken.objects.create(
            agent=agent, name=name, digest=digest(secret), scopes=sorted(set(scopes)), created_at=at
        )
        record(verbs.TOKEN_CREATED, token, actor=actor, at=at, agent=ref(agent), scopes=token.scopes)
    return token, secret


def revoke_token(token: ApiToken, *, actor: Actor, at: datetime) -> ApiToken:
    with unit():
        token = held(ApiToken, token.pk)
        if token.revoked_at is None:
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])
            record(verbs.TOKEN_REVOKED, token, actor=actor, at=at, agent=f"agent:{token.agent_id}")
    return token


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256. Enough, since the secret is 256 bits of chance, not a password."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _set_memberships(own: dict[str, int], other: str, wanted: set[int]) -> bool:
    """Make exactly these the teams of an agent, or the agents of a team; say whether they were others."""
    kept = Membership.objects.filter(**own)
    present = set(kept.values_list(other, flat=True))
    kept.filter(**{f"{other}__in": present - wanted}).delete()
    Membership.objects.bulk_create(Membership(**own, **{other: pk}) for pk in wanted - present)
    return present != wanted


def _save(model: type[M], row: M | None, actor: Actor, at: datetime, fields: dict[str, Any]) -> M:
    return create(model, actor=actor, at=at, **fields) if row is None else change(row, actor=actor, at=at, **fields)


def _set_active(agent: Agent, active: bool, verb: Verb, actor: Actor, at: datetime) -> Agent:
    with unit():
        agent = held(Agent, agent.pk)
        if agent.is_active == active:
            return agent
        agent.is_active = active
        agent.save(update_fields=["is_active"])
        _insist_on_an_administrator()
        record(verb, agent, actor=actor, at=at)
    return agent


def _insist_on_an_administrator() -> None:
    # One after the other: two who deactivate each other at the same moment must not both find the other still there.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINISTRATORS])
    if not Agent.objects.filter(is_active=True, role__permissions__contains=["settings.manage"]).exists():
        raise LastAdministrator
