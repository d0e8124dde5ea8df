"""Who is at a ticket just now, told from process to process and kept nowhere.

A page that is open at a ticket is presence by itself: its stream says so (faces/realtime). Here is what a stream does
not show: that somebody types, that a program is at it, and that an agent's bell should look again.
"""

from anliegen.ground.whisper import whisper
from anliegen.records.accounts.models import Agent, ApiToken
from anliegen.records.tickets.models import Ticket

CHANNEL = "anliegen_presence"
BELL = "anliegen_bell"
WRITES_S, PROGRAM_S = 20.0, 30.0  # so long what was told counts unless it is told again

Place = tuple[int | None, ...]  # the team, then the agents who see the ticket whatever their teams


def place_of(ticket: Ticket) -> Place:
    """Where it lies: what the stream compares with an agent's teams."""
    return (ticket.team_id, ticket.assignee_id, *ticket.guests)


def writes(ticket: Ticket, agent: Agent, *, tab: str, still: bool = True) -> None:
    """Somebody types at this ticket, in this tab of theirs; or no longer does."""
    whisper(CHANNEL, {"writes": [f"agent:{agent.pk}", tab, ticket.pk, WRITES_S if still else 0]})


def is_at(ticket: Ticket, actor: str, name: str, *, writing: bool) -> None:
    """An automated actor is at it: a program by its token, a rule, a model. `actor` as in the journal."""
    whisper(CHANNEL, {"program": [actor, name[:80], ticket.pk, place_of(ticket), writing, PROGRAM_S]})


def program_is_at(ticket: Ticket, token: ApiToken, *, writing: bool) -> None:
    is_at(ticket, f"apitoken:{token.pk}", token.name or token.agent.name, writing=writing)


def ring(*agents: int) -> None:
    """There is a new notice for these agents."""
    for start in range(0, len(agents), 500):
        whisper(BELL, agents[start : start + 500])
