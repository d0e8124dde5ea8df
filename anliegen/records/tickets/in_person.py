"""Concerns that people alone see to, or that went up: the customer is told by name who is next."""

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

USUAL = 1  # the level of the team


def who_is_next(ticket: Ticket) -> Agent | None:
    """Who has it, else who leads its team, or who answers for its mailbox where no team has it; None when it is an
    ordinary concern or nobody can be named yet."""
    if ticket.by_hand_since is None and ticket.level <= USUAL:
        return None
    return next(
        (agent for agent in (ticket.assignee, _stands_for(ticket)) if agent is not None and agent.is_active), None
    )


def _stands_for(ticket: Ticket) -> Agent | None:
    if ticket.team is not None:
        return ticket.team.lead
    return ticket.mailbox.responsible if ticket.mailbox is not None else None
