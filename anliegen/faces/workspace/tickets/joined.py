"""Which tickets were joined with the one that is shown, and which of them can be parted from it here."""

from collections.abc import Sequence
from dataclasses import dataclass

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import Ticket


@dataclass(frozen=True)
class Joined:
    """One that is carried on here. The subject only where the agent may see that ticket."""

    number: int
    subject: str | None
    may_part: bool


def joined_here(ticket: Ticket, agent: Agent, numbers: Sequence[int]) -> list[Joined]:
    """Those of `numbers`, which the journal says were joined with it, in their order. Asks nothing when it is none."""
    if not numbers:
        return []
    rows = Ticket.objects.visible_to(agent).filter(pk__in=numbers, joined_into=ticket)
    seen = {one.pk: one for one in rows.only("subject", "team_id", "assignee_id", "guests")}
    may_here = may(agent, "ticket.change", ticket)
    return [
        Joined(
            number,
            seen[number].subject if number in seen else None,
            may_here and number in seen and may(agent, "ticket.change", seen[number]),
        )
        for number in numbers
    ]
