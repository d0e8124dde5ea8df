"""What routing knows of the people of a team: what they can, what waits with them, and whether they are at work now.

Read for each batch anew, in a fixed number of questions along indexes, and written down nowhere. Who is at a ticket
just now is known to the open pages alone (decision 0023), so whether somebody is at work is told by what they did
themselves: logged in, began an answer, or anything else that stands in the journal anyway. Only whether, never how
much.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Value

from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.routes import Colleague
from anliegen.records.accounts.models import Agent, Membership
from anliegen.records.tickets.models import OPEN, Ticket

AT_WORK_FOR = timedelta(hours=1)  # who did something so lately counts as at work
LAST_GIVEN = 500  # decisions of routing in which is looked for who was given something last
NEEDED = ["ticket.read", "ticket.reply"]

# One look into an index for each agent, for the newest row: asked by EXISTS, all events of the hour would be read.
_AT_WORK = """
    SELECT id FROM accounts_agent AS agent
    WHERE id = ANY(%(agents)s) AND is_active AND (
        last_login > %(since)s
        OR %(since)s < (
            SELECT at FROM journal_event WHERE actor = 'agent:' || agent.id AND at <= %(now)s
            ORDER BY at DESC, id DESC LIMIT 1
        )
        OR EXISTS (SELECT FROM tickets_claim WHERE agent_id = agent.id AND until > %(now)s)
    )
"""
# The newest twenty concerns of each customer, and in them the newest answer that a person gave.
_KNOWN = """
    SELECT person, last.agent_id
    FROM unnest(%s::bigint[]) AS person
    CROSS JOIN LATERAL (
        SELECT said.agent_id
        FROM (
            SELECT number FROM tickets_ticket WHERE person_id = person ORDER BY last_message_at DESC LIMIT 20
        ) AS ticket
        JOIN tickets_message AS said ON said.ticket_id = ticket.number
        WHERE said.direction = 'out' AND said.agent_id IS NOT NULL AND said.rule = '' AND NOT said.is_forward
        ORDER BY said.created_at DESC, said.id DESC LIMIT 1
    ) AS last
"""


@dataclass(frozen=True)
class Given:
    """What routing has given and offered lately. `waits`: offers that nobody has said anything of, by ticket. `nobody`:
    tickets for which it has found nobody."""

    last_at: Mapping[int, datetime] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)
    nobody: frozenset[int] = frozenset()


def of_teams(teams: Iterable[int]) -> dict[int, list[Agent]]:
    """Who can be given concerns of each team: its active members who may answer customers."""
    rows = Membership.objects.filter(
        team__in=set(teams), agent__is_active=True, agent__role__permissions__contains=NEEDED
    )
    found: dict[int, list[Agent]] = defaultdict(list)
    for row in rows.select_related("agent").order_by("team", "agent"):
        found[row.team_id].append(row.agent)
    return found


def loads(agents: Iterable[int], heavy: Iterable[str]) -> dict[int, tuple[int, int]]:
    """How many open concerns wait with each, and how many of these are hard to hear: for the giving out alone."""
    codes = list(heavy)
    weighs = Q(topic__in=codes) | Q(tags__overlap=codes)
    waiting = Ticket.objects.open().filter(assignee__in=set(agents), snoozed_until=None, waiting_since__isnull=False)
    counts: dict[str, Any] = {"waits": Count("pk"), "hard": Count("pk", filter=weighs) if codes else Value(0)}
    rows: Any = waiting.order_by().values_list("assignee").annotate(**counts)
    return {agent: (waits, hard) for agent, waits, hard in rows}


def at_work(agents: Iterable[int], *, at: datetime) -> set[int]:
    """Which of these are at work now, by what they did themselves within the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, {"agents": list(agents), "since": at - AT_WORK_FOR, "now": at})
        return {agent for (agent,) in cursor.fetchall()}


def known_to(people: Iterable[int]) -> dict[int, int]:
    """Who answered each of these customers last, in this or another concern."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [sorted(set(people))])
        return dict(cursor.fetchall())


def given(author: str) -> Given:
    """Bounded: of who was given nothing in the last LAST_GIVEN decisions it is not known, and they come first."""
    columns = ("choice", "made_at", "applied_at", "settled_at", "ticket", "ticket__assignee", "ticket__status")
    last_at: dict[int, datetime] = {}
    waits: dict[int, int] = {}
    newest: dict[int, str] = {}
    for row in Decision.objects.filter(author=author).order_by("-id").values(*columns)[:LAST_GIVEN]:
        is_newest = row["ticket"] not in newest
        newest.setdefault(row["ticket"], row["choice"])
        if not row["choice"]:
            continue
        agent = int(value_of(row["choice"]))
        last_at.setdefault(agent, row["made_at"])
        is_unsaid = row["applied_at"] is None and row["settled_at"] is None
        if is_newest and is_unsaid and row["ticket__assignee"] is None and row["ticket__status"] in OPEN:
            waits[row["ticket"]] = agent
    nobody = frozenset(ticket for ticket, choice in newest.items() if not choice)
    return Given(last_at, waits, nobody)


def colleagues(
    agents: Sequence[Agent], heavy: Iterable[str], given_out: Given, *, at: datetime
) -> dict[int, Colleague]:
    """Each of these with what counts of them. What was offered to them and waits for a word counts as theirs."""
    keys = [agent.pk for agent in agents]
    carried, here = loads(keys, heavy), at_work(keys, at=at)
    offered = list(given_out.waits.values())
    return {
        agent.pk: Colleague(
            agent=agent.pk,
            is_at_work=agent.pk in here,
            waiting=carried.get(agent.pk, (0, 0))[0] + offered.count(agent.pk),
            heavy=carried.get(agent.pk, (0, 0))[1],
            skills=frozenset(agent.skills),
            speaks=frozenset(agent.speaks),
            last_given_at=given_out.last_at.get(agent.pk),
        )
        for agent in agents
    }
