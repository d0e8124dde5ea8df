"""What lies on an agent's desk besides the lists: saved views and pinned tickets, read together."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.models import SavedView
from anliegen.records.tickets.view_filters import Filter

MOST_VIEWS = 60

# One statement for both, since every page asks for them.
_LAID_OUT = """
    (SELECT 'view', id, name, symbol, reach, filter::text, "order" FROM tickets_savedview
    WHERE (reach = 'own' AND owner_id = %(agent)s) OR reach = 'all' OR (reach = 'team' AND team_id = ANY(%(teams)s))
    ORDER BY reach = 'own', place, id LIMIT %(most)s)
    UNION ALL
    (SELECT 'pin', ticket.number, ticket.subject, ticket.status, '', '', ''
    FROM tickets_pin AS pin JOIN tickets_ticket AS ticket ON ticket.number = pin.ticket_id
    WHERE pin.agent_id = %(agent)s
    AND (%(all)s OR ticket.team_id IS NULL OR ticket.team_id = ANY(%(teams)s) OR ticket.assignee_id = %(agent)s
        OR ticket.guests @> ARRAY[%(agent)s]::bigint[])
    ORDER BY pin.pinned_at, pin.id)
"""


@dataclass(frozen=True)
class Saved:
    """A saved view, as far as a list of them needs it."""

    pk: int
    name: str
    symbol: str
    is_shared: bool
    filter: Filter
    order: str


@dataclass(frozen=True)
class Pinned:
    """A pinned ticket that the agent may still see."""

    number: int
    subject: str
    status: str


@dataclass(frozen=True)
class LaidOut:
    """All of it: shared views before one's own, pins in the order in which they were set."""

    views: list[Saved] = field(default_factory=list)
    pins: list[Pinned] = field(default_factory=list)


def laid_out(agent: Agent) -> LaidOut:
    if not may(agent, "ticket.read"):
        return LaidOut()
    found = LaidOut()
    params: dict[str, Any] = {
        "agent": agent.pk,
        "teams": agent.team_ids(),
        "all": agent.role.sees_all_teams,
        "most": MOST_VIEWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LAID_OUT, params)
        for what, key, name, symbol, reach, values, order in cursor.fetchall():
            if what == "pin":
                found.pins.append(Pinned(key, name, symbol))
            else:
                wanted = Filter.read(json.loads(values))
                found.views.append(Saved(key, name, symbol, reach != "own", wanted, order))
    return found


def views_of(agent: Agent) -> "QuerySet[SavedView]":
    """Those the agent may open, shared ones first; who sees all teams may open those of each."""
    theirs = Q(reach="own", owner=agent) | Q(reach="all") | Q(reach="team", team__in=agent.team_ids())
    if agent.role.sees_all_teams:
        theirs |= Q(reach="team")
    return SavedView.objects.filter(theirs).select_related("team", "owner")


def may_change(agent: Agent, view: SavedView) -> bool:
    """One's own, and with the right to share what others see too."""
    if not view.is_shared:
        return view.owner_id == agent.pk
    return may(agent, "view.share")
