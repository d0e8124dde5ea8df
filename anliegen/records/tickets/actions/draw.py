"""The next concern for an agent, taken on by being given."""

from collections.abc import Sequence
from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import verbs, waiting
from anliegen.records.tickets.actions.change import assign
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.turn import Turn, turns


def draw(agent: Agent, *, seen: Sequence[int] = (), at: datetime) -> Turn | None:
    """Give the agent the concern whose turn it is; None when nobody waits whom they could answer.

    Two agents who ask at once are given two concerns: one that somebody is being given is passed over. `seen` are those
    they were given just now and left, which come last.
    """
    operator = the_operator()
    formula, heavy = waiting.formula_of(operator), frozenset(operator.heavy_topics)
    mind = waiting.mind_of(agent, at=at, seen=seen)
    for turn in turns(waiting.candidates(agent, heavy, at=at), mind, now=at, formula=formula):
        if _give(turn, agent, at):
            return turn
    return None


def _give(turn: Turn, agent: Agent, at: datetime) -> bool:
    """Whether it could still be given."""
    actor = Actor.agent(agent.pk)
    with unit():
        free = (
            Ticket.objects.visible_to(agent)
            .open()
            .filter(pk=turn.number, waiting_since__isnull=False, snoozed_until=None)
        )
        ticket = free.select_for_update(of=("self",), skip_locked=True).first()
        if ticket is None or ticket.assignee_id not in (None, agent.pk):
            return False
        record(verbs.TICKET_DRAWN, ticket, actor=actor, at=at, reasons=list(turn.reasons))
        assign(ticket, to=agent, actor=actor, at=at)
        Agent.objects.filter(pk=agent.pk, breather_at__isnull=False).update(breather_at=None)
    return True


def take_a_breath(agent: Agent, *, at: datetime) -> None:
    """The agent asks for something lighter next. Without an event: what somebody feels is nobody else's affair."""
    Agent.objects.filter(pk=agent.pk).update(breather_at=at)
