"""Who has begun to answer what lies with nobody. No event: it holds nobody off, and nobody has to answer for it."""

from datetime import datetime, timedelta

from django.db import connection

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Claim, Ticket

LASTS = timedelta(minutes=5)  # after the last sign of writing

# One statement: of two who begin at the same moment one was first. Whoever else is at it keeps it until it ends.
_CLAIM = """
INSERT INTO tickets_claim (ticket_id, agent_id, since, until)
VALUES (%(ticket)s, %(agent)s, %(at)s, %(until)s)
ON CONFLICT (ticket_id) DO UPDATE SET
    agent_id = excluded.agent_id,
    since = CASE WHEN tickets_claim.until > excluded.since THEN tickets_claim.since ELSE excluded.since END,
    until = excluded.until
WHERE tickets_claim.agent_id = excluded.agent_id OR tickets_claim.until <= excluded.since
"""


def claim(ticket: Ticket, agent: Agent, *, at: datetime) -> bool:
    """Say that this agent has begun to answer. False, and nothing changed, while somebody else is at it.

    Only of what lies with nobody: everything else has its assignee.
    """
    if ticket.assignee_id is not None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"ticket": ticket.pk, "agent": agent.pk, "at": at, "until": at + LASTS})
        return bool(cursor.rowcount == 1)


def unclaim(ticket: Ticket, agent: Agent) -> None:
    """Let go of it: the text was discarded."""
    Claim.objects.filter(ticket=ticket, agent=agent).delete()
