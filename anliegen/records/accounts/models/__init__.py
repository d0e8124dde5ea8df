"""Who runs the service: operator, brands, teams, agents, roles, mailboxes, calendars, tokens."""

from anliegen.records.accounts.models.agents import Agent, ApiToken, Invitation, Membership, Role
from anliegen.records.accounts.models.calendars import Calendar, DayOff, Opening
from anliegen.records.accounts.models.leeway import PERIODS, ConcessionKind, Frame
from anliegen.records.accounts.models.operator import Brand, Mailbox, Operator, Team
from anliegen.records.accounts.models.recourses import Recourse
from anliegen.records.accounts.models.topics import Topic

__all__ = [
    "PERIODS",
    "Agent",
    "ApiToken",
    "Brand",
    "Calendar",
    "ConcessionKind",
    "DayOff",
    "Frame",
    "Invitation",
    "Mailbox",
    "Membership",
    "Opening",
    "Operator",
    "Recourse",
    "Role",
    "Team",
    "Topic",
]
