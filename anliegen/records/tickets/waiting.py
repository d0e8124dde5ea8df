"""Who waits for an answer that this agent could give: a bounded number of concerns, read along partial indexes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.turn import Candidate, Mind

EACH = 60  # concerns that are looked at of each kind: those that matter most stand first
JUST_NOW = timedelta(minutes=30)


def candidates(agent: Agent, heavy: frozenset[str]) -> list[Candidate]:
    """The agent's own that wait for us, and what nobody has taken on in the agent's teams or in none. `heavy` are the
    topics and tags that weigh."""
    found = {ticket.pk: ticket for ticket in _waiting(agent)}
    known = _known_to(agent, (ticket.person_id for ticket in found.values()))
    return [_candidate(ticket, agent, known, heavy) for ticket in found.values()]


def mind_of(agent: Agent, *, at: datetime, seen: Sequence[int] = ()) -> Mind:
    """What counts of the agent. They need a breather when they said so, or when what they come from weighs: the last
    of `seen`, the concerns they were given just now."""
    operator = the_operator()
    asked = agent.breather_at is not None and agent.breather_at > at - JUST_NOW
    last = Ticket.objects.filter(pk=seen[-1]).first() if seen else None
    tired = asked or (last is not None and weighs(last, frozenset(operator.heavy_topics)))
    return Mind(
        skills=frozenset(agent.skills),
        languages=frozenset([*agent.speaks, operator.default_language]) if agent.speaks else frozenset(),
        needs_breather=operator.gives_breathers and tired,
        seen=frozenset(seen),
    )


def weighs(ticket: Ticket, heavy: frozenset[str]) -> bool:
    """Whether a concern is hard to hear: by its topic or a tag, as the operator named them."""
    return ticket.topic in heavy or not heavy.isdisjoint(ticket.tags)


def _waiting(agent: Agent) -> Iterable[Ticket]:
    open_ = Ticket.objects.open().filter(snoozed_until=None, waiting_since__isnull=False)
    reach = _reach(agent)
    mine, nobodys = open_.filter(assignee=agent), open_.filter(reach, assignee=None)
    for rows in (mine, nobodys):
        yield from _first(rows, "waiting_since")
        yield from _first(rows.filter(promised_for__isnull=False), "promised_for")
        yield from _first(rows.filter(due_at__isnull=False), "due_at")


def _first(rows: QuerySet[Ticket], moment: str) -> QuerySet[Ticket]:
    return rows.order_by(F(moment).asc(nulls_last=True), "number")[:EACH]


def _reach(agent: Agent) -> Q:
    """The agent's own teams, and what has none. Who is in no team but sees all of them is given from all."""
    teams = agent.team_ids()
    return Q() if not teams and agent.role.sees_all_teams else Q(team__in=teams) | Q(team=None)


def _known_to(agent: Agent, people: Iterable[int]) -> set[int]:
    """Whom of these people the agent has dealt with before."""
    return set(Ticket.objects.filter(assignee=agent, person__in=set(people)).values_list("person", flat=True))


def _candidate(ticket: Ticket, agent: Agent, known: set[int], heavy: frozenset[str]) -> Candidate:
    return Candidate(
        number=ticket.pk,
        is_mine=ticket.assignee_id == agent.pk,
        waiting_since=ticket.waiting_since or ticket.last_message_at,
        promised_for=ticket.promised_for,
        due_at=ticket.due_at,
        priority=ticket.priority,
        topic=ticket.topic,
        language=ticket.language,
        knows_agent=ticket.person_id in known,
        is_heavy=weighs(ticket, heavy),
    )
