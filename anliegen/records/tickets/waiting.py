"""Who waits for an answer that this agent could give: a bounded number of concerns, read along partial indexes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import OPEN, Deadline, Ticket
from anliegen.records.tickets.precedence import PRIORITIES, Formula
from anliegen.records.tickets.queries import COUNT_TO
from anliegen.records.tickets.turn import DUE_WITHIN, Candidate, Mind

EACH = 60  # concerns that are looked at of each kind: those that matter most stand first
OF_A_CLASS = 30  # of each priority those that wait longest; within one the formula knows no other order
JUST_NOW = timedelta(minutes=30)


def formula_of(operator: Operator) -> Formula:
    """The open formula with the operator's weights and ceilings."""
    weights = (operator.low_weight, operator.normal_weight, operator.high_weight, operator.urgent_weight)
    hours = (
        *(operator.low_within_hours, operator.starves_after_hours),
        *(operator.high_within_hours, operator.urgent_within_hours),
    )
    low, normal, high, urgent = (timedelta(hours=each) for each in hours)
    one, two, three, four = (float(each) for each in weights)
    return Formula((one, two, three, four), (low, normal, high, urgent), float(operator.ageing_weight))


def candidates(agent: Agent, heavy: frozenset[str], *, at: datetime) -> list[Candidate]:
    """The agent's own that wait for us, and what nobody has taken on in the agent's teams or in none. `heavy` are the
    topics and tags that weigh."""
    legal = _legally_due(at)
    found = {ticket.pk: ticket for ticket in _waiting(agent, legal)}
    known = _known_to(agent, (ticket.person_id for ticket in found.values()))
    return [_candidate(ticket, agent, known, heavy, legal) for ticket in found.values()]


def beyond(formula: Formula, *, at: datetime) -> int:
    """How many concerns wait longer than their priority allows; counted to COUNT_TO."""
    over = Q()
    for priority in PRIORITIES:
        over |= Q(priority=priority, waiting_since__lte=at - formula.ceiling(priority))
    rows = Ticket.objects.open().filter(over, snoozed_until=None).order_by()
    return rows[:COUNT_TO].count()


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


def _waiting(agent: Agent, legal: Mapping[int, datetime]) -> Iterable[Ticket]:
    open_ = Ticket.objects.open().filter(snoozed_until=None, waiting_since__isnull=False)
    reach = _reach(agent)
    mine, nobodys = open_.filter(assignee=agent), open_.filter(reach, assignee=None)
    for rows in (mine, nobodys):
        yield from _longest_of_each_class(rows)
        yield from _first(rows.filter(promised_for__isnull=False), "promised_for")
        yield from _first(rows.filter(due_at__isnull=False), "due_at")
        if legal:
            yield from rows.filter(pk__in=legal)


def _longest_of_each_class(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Each priority has its own ceiling: a hundred normal ones must not hide an urgent one that has waited less."""
    place = Window(RowNumber(), partition_by="priority", order_by=[F("waiting_since").asc(), F("number").asc()])
    return rows.annotate(place=place).filter(place__lte=OF_A_CLASS)


def _legally_due(at: datetime) -> dict[int, datetime]:
    """What the law sets for now, whatever target of ours is due before it."""
    open_ = Deadline.objects.open().filter(due_at__lte=at + DUE_WITHIN, ticket__status__in=OPEN)
    found: dict[int, datetime] = {}
    for ticket, due_at in open_.order_by("due_at", "pk").values_list("ticket_id", "due_at")[: 2 * EACH]:
        found.setdefault(ticket, due_at)
    return found


def _first(rows: QuerySet[Ticket], moment: str) -> QuerySet[Ticket]:
    return rows.order_by(F(moment).asc(nulls_last=True), "number")[:EACH]


def _reach(agent: Agent) -> Q:
    """The agent's own teams, and what has none. Who is in no team but sees all of them is given from all."""
    teams = agent.team_ids()
    return Q() if not teams and agent.role.sees_all_teams else Q(team__in=teams) | Q(team=None)


def _known_to(agent: Agent, people: Iterable[int]) -> set[int]:
    """Whom of these people the agent has dealt with before."""
    return set(Ticket.objects.filter(assignee=agent, person__in=set(people)).values_list("person", flat=True))


def _candidate(
    ticket: Ticket, agent: Agent, known: set[int], heavy: frozenset[str], legal: Mapping[int, datetime]
) -> Candidate:
    return Candidate(
        number=ticket.pk,
        is_mine=ticket.assignee_id == agent.pk,
        waiting_since=ticket.waiting_since or ticket.last_message_at,
        promised_for=ticket.promised_for,
        due_at=ticket.due_at,
        legally_due_at=legal.get(ticket.pk),
        priority=ticket.priority,
        topic=ticket.topic,
        language=ticket.language,
        knows_agent=ticket.person_id in known,
        is_heavy=weighs(ticket, heavy),
    )
