"""May this agent do that? One answer for pages, API and stream."""

from typing import Protocol

from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent

PERMISSIONS = {
    "ticket.read": _("read concerns"),
    "ticket.reply": _("reply to customers"),
    "ticket.note": _("write internal notes"),
    "ticket.open": _("open concerns"),
    "ticket.assign": _("assign concerns"),
    "ticket.change": _("change status, priority, topic and tags"),
    "ticket.export": _("export lists of concerns"),
    "view.share": _("save views for colleagues"),
    "concession.ask": _("decide within the leeway, and ask for more"),
    "concession.approve": _("decide what others ask beyond their leeway"),
    "text.share": _("write text blocks and macros for everybody"),
    "customer.read": _("read customer data"),
    "customer.change": _("change customer data"),
    "intake.read": _("see the intake ledger"),
    "intake.retry": _("take a set-aside mail in again"),
    "audit.read": _("read the journal"),
    "settings.manage": _("change settings, agents and roles"),
}


class UnknownPermission(Exception):
    """A face asks for a permission that nobody declared."""


class InTeam(Protocol):
    """Something that belongs to a team and perhaps to an agent, such as a ticket."""

    team_id: int | None
    assignee_id: int | None


def may(agent: Agent, permission: str, subject: InTeam | None = None) -> bool:
    """Whether the agent's role allows it and, given a subject, whether that lies within the agent's teams.

    What belongs to no team yet is open to all who have the permission, so that nothing is overlooked.
    """
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)
    if not agent.is_active or permission not in agent.role.permissions:
        return False
    return subject is None or reaches(agent, subject)


def reaches(agent: Agent, subject: InTeam) -> bool:
    return (
        agent.role.sees_all_teams
        or subject.team_id is None
        or subject.assignee_id == agent.pk
        or agent.pk in getattr(subject, "guests", ())  # somebody brought them in
        or subject.team_id in agent.team_ids()
    )
