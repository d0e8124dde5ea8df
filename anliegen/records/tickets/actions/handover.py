"""Giving a ticket to a colleague or a team with a line that says where it stands, and giving it back with a reason."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.change import Change, change
from anliegen.records.tickets.models import Handover, Ticket
from anliegen.records.tickets.models.together import LONGEST_SUMMARY


class NoSummary(Exception):
    """Whoever gives a ticket away says in a line where it stands."""


class CannotGiveBack(Exception):
    """It lies with somebody else by now, or this was itself a return."""


def pass_on(
    ticket: Ticket,
    *,
    to: Agent | Team,
    summary: str,
    actor: Actor,
    at: datetime,
    expected_version: int | None = None,
) -> Handover:
    """Give the ticket to a colleague or a team. A team gets it without the agent who is none of theirs.

    Raises NoSummary, or Changed when `expected_version` is no longer the ticket's.
    """
    line = _line(summary)
    with unit():
        ticket = held(Ticket, ticket.pk)
        before = (ticket.assignee_id, ticket.team_id)
        change(ticket, _given(ticket, to), actor=actor, at=at, expected_version=expected_version)
        return _write(ticket, to, line, before, actor, at, is_return=False)


def give_back(handover: Handover, *, reason: str, actor: Actor, at: datetime) -> Handover:
    """Give a ticket back to whoever had it, and to the team it came from. Raises NoSummary, CannotGiveBack."""
    line = _line(reason)
    with unit():
        ticket = held(Ticket, handover.ticket_id)
        handover = Handover.objects.select_related("giver", "was_agent", "was_team").get(pk=handover.pk)
        if handover.is_return or _newest(ticket) != handover.pk:
            raise CannotGiveBack
        before = (ticket.assignee_id, ticket.team_id)
        to = handover.was_agent or handover.giver
        change(ticket, Change(assignee=to, team=handover.was_team), actor=actor, at=at)
        return _write(ticket, to, line, before, actor, at, is_return=True)


def take_handover(ticket: Ticket, agent: Agent | int, *, how: str, actor: Actor, at: datetime) -> int:
    """Whoever got the ticket has seen to the handover: wrote something (`written`) or said so (`said`)."""
    key = agent if isinstance(agent, int) else agent.pk
    with unit():
        waiting = Handover.objects.select_for_update(of=("self",)).filter(ticket=ticket, taken_at=None)
        theirs = [one for one in waiting.filter(created_at__lt=at).order_by("pk") if _is_for(one, key)]
        for each in theirs:
            each.taken_at = at
            each.save(update_fields=["taken_at"])
            record(verbs.HANDOVER_TAKEN, ticket, actor=actor, at=at, handover=ref(each), how=how)
    return len(theirs)


def _line(text: str) -> str:
    line = " ".join(text.split())[:LONGEST_SUMMARY]
    if not line:
        raise NoSummary
    return line


def _given(ticket: Ticket, to: Agent | Team) -> Change:
    if isinstance(to, Agent):
        return Change(assignee=to)
    stays = ticket.assignee_id is None or to.agents.filter(pk=ticket.assignee_id).exists()
    return Change(team=to) if stays else Change(team=to, assignee=None)


def _write(
    ticket: Ticket,
    to: Agent | Team,
    line: str,
    before: tuple[int | None, int | None],
    actor: Actor,
    at: datetime,
    *,
    is_return: bool,
) -> Handover:
    giver = Agent.objects.get(pk=actor.pk or 0)  # whoever hands over is a person: a rule moves without a word
    Handover.objects.filter(ticket=ticket, taken_at=None).update(taken_at=at)  # it has been given on
    row = Handover.objects.create(
        ticket=ticket,
        giver=giver,
        agent=to if isinstance(to, Agent) else None,
        team=to if isinstance(to, Team) else None,
        was_agent_id=before[0],
        was_team_id=before[1],
        is_return=is_return,
        summary=line,
        created_at=at,
    )
    verb = verbs.TICKET_RETURNED if is_return else verbs.TICKET_HANDED_OVER
    record(verb, ticket, actor=actor, at=at, handover=ref(row), to=ref(to))
    return row


def _newest(ticket: Ticket) -> int | None:
    return Handover.objects.filter(ticket=ticket).order_by("-pk").values_list("pk", flat=True).first()


def _is_for(handover: Handover, agent: int) -> bool:
    if handover.agent_id is not None:
        return handover.agent_id == agent
    return handover.team is not None and handover.team.agents.filter(pk=agent).exists()
