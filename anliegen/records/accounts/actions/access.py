"""How agents and their programs get in: invitations, passwords, tokens."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import verbs
from anliegen.records.accounts.models import Agent, ApiToken, Invitation
from anliegen.records.accounts.models.agents import SCOPES, new_secret

INVITATION_LASTS = timedelta(days=3)


class InvitationInvalid(Exception):
    """The link is unknown, used or too old."""


class UnknownScope(Exception):
    """A token can only read or write."""


def invite(agent: Agent, *, actor: Actor, at: datetime) -> str:
    """Make a link secret with which the agent sets a password; older ones stop working. Shown once."""
    actor.insist_on_a_person()
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
    actor.insist_on_a_person()
    with unit():
        agent.set_password(password)
        agent.save(update_fields=["password"])
        record(verbs.PASSWORD_SET, agent, actor=actor, at=at)
    return agent


def create_token(
    agent: Agent, *, scopes: Sequence[str], name: str = "", actor: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make an API token; the secret is returned this once. Raises UnknownScope."""
    actor.insist_on_a_person()
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
    actor.insist_on_a_person()
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
