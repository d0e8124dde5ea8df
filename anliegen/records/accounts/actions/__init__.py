"""Every write to accounts. A machine changes none of it: who works here and how is for people to say."""

from anliegen.records.accounts.actions.access import (
    INVITATION_LASTS,
    InvitationInvalid,
    UnknownScope,
    accept_invitation,
    create_token,
    digest,
    invite,
    revoke_token,
    set_password,
)
from anliegen.records.accounts.actions.agents import activate, change_agent, create_agent, create_invited, deactivate
from anliegen.records.accounts.actions.members import LastAdministrator
from anliegen.records.accounts.actions.settings import (
    AlreadySetUp,
    change,
    create,
    delete,
    make_default,
    save_calendar,
    save_team,
    set_hours,
    set_up,
)

__all__ = [
    "INVITATION_LASTS",
    "AlreadySetUp",
    "InvitationInvalid",
    "LastAdministrator",
    "UnknownScope",
    "accept_invitation",
    "activate",
    "change",
    "change_agent",
    "create",
    "create_agent",
    "create_invited",
    "create_token",
    "deactivate",
    "delete",
    "digest",
    "invite",
    "make_default",
    "revoke_token",
    "save_calendar",
    "save_team",
    "set_hours",
    "set_password",
    "set_up",
]
