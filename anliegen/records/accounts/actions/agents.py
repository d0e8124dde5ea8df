"""Agents: who works here, with which role and in which teams."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.accounts import verbs
from anliegen.records.accounts.actions.access import invite
from anliegen.records.accounts.actions.members import insist_on_an_administrator, set_memberships
from anliegen.records.accounts.models import Agent, Membership, Role, Team


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
    actor.insist_on_a_person()
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
    actor.insist_on_a_person()
    with unit():
        agent = held(Agent, agent.pk)
        changed = sorted(name for name, value in fields.items() if getattr(agent, name) != value)
        for name in changed:
            setattr(agent, name, fields[name])
        if changed:
            agent.save(update_fields=changed)
        if teams is not None and set_memberships({"agent_id": agent.pk}, "team_id", {team.pk for team in teams}):
            changed.append("teams")
        if changed:
            insist_on_an_administrator()
            record(verbs.AGENT_CHANGED, agent, actor=actor, at=at, fields=changed)
    return agent


def deactivate(agent: Agent, *, actor: Actor, at: datetime) -> Agent:
    """The agent can no longer log in; history keeps the name. Raises LastAdministrator."""
    actor.insist_on_a_person()
    return _set_active(agent, False, verbs.AGENT_LEFT, actor, at)


def activate(agent: Agent, *, actor: Actor, at: datetime) -> Agent:
    actor.insist_on_a_person()
    return _set_active(agent, True, verbs.AGENT_RETURNED, actor, at)


def create_invited(*, actor: Actor, at: datetime, **fields: Any) -> tuple[Agent, str]:
    """Create an agent, and the secret of the link by which the first password is set."""
    actor.insist_on_a_person()
    with unit():
        agent = create_agent(actor=actor, at=at, **fields)
        return agent, invite(agent, actor=actor, at=at)


def _set_active(agent: Agent, active: bool, verb: Verb, actor: Actor, at: datetime) -> Agent:
    with unit():
        agent = held(Agent, agent.pk)
        if agent.is_active == active:
            return agent
        agent.is_active = active
        agent.save(update_fields=["is_active"])
        insist_on_an_administrator()
        record(verb, agent, actor=actor, at=at)
    return agent
