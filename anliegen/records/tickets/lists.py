"""The lists of open tickets, a page at a time and counted, at the same cost however many tickets there are.

A list is read in lanes: one for each team within reach, one for what has no team, one for what lies with the agent.
Each lane walks along one index in the order of the list and ends after as many rows as are asked for. One condition
with OR over all of them would read every open ticket of the teams, or those of other teams in between.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import OPEN, Ticket
from anliegen.records.tickets.queries import NEWEST, PAGE, VIEWS, Order, Page, Place, UnknownView

_OPEN = f"status IN ({', '.join(repr(status) for status in OPEN)})"  # as in the condition of the indexes
_LAST = 2**63 - 1
MOMENTS = "number, last_message_at, waiting_since"
# What a line of a list shows.
COLUMNS = (
    "subject",
    "status",
    "priority",
    "channel",
    "tags",
    "last_message_at",
    "waiting_since",
    "snoozed_until",
    "snooze_reason",
    "due_at",
    "due_for",
    "person__name",
    "team__name",
    "assignee__name",
)


@dataclass(frozen=True)
class Lane:
    """Tickets that an index holds in the order of the list; `each` gives the teams that have a lane like this each."""

    condition: str
    params: tuple[Any, ...] = ()
    each: str = ""
    teams: tuple[Any, ...] = ()


def page(agent: Agent, view: str, *, cursor: str | None = None, order: Order = NEWEST, size: int = PAGE) -> Page:
    """One page of a built-in view in this order, as `queries.page` gives it. Raises UnknownView.

    Of its tickets only COLUMNS are read: asking one for another column costs a query.
    """
    place = queries.read_cursor(cursor)
    lanes, params = _side_by_side(_lanes(agent, view, order), place, size + 1, order)
    nearest = f"SELECT number FROM ({lanes}) AS lanes {_next(place, size + 1, order)}"  # noqa: S608 (made by this file)
    listed = Ticket.objects.filter(pk__in=RawSQL(nearest, params)).only(*COLUMNS)  # noqa: S611 (values are parameters)
    return queries.page(listed, cursor=cursor, order=order, size=size)


def counts(agent: Agent) -> dict[str, int]:
    """How many tickets each view holds, none counted beyond COUNT_TO: show "1000+" then. One query for all views."""
    asked = [_count(_lanes(agent, view), None) for view in VIEWS]
    found = _one(", ".join(sql for sql, _params in asked), [each for _sql, params in asked for each in params])
    return dict(zip(VIEWS, found, strict=True))


def moved_since(agent: Agent, view: str, since: datetime) -> int:
    """How many tickets of a view had a message after this moment, up to COUNT_TO. Raises UnknownView."""
    return _one(*_count(_lanes(agent, view), ("newer", since, _LAST)))[0]


def _lanes(agent: Agent, view: str, order: Order = NEWEST) -> list[Lane]:
    """The lanes of a view, none of which holds a ticket of another; together what `visible_to` lets the agent see."""
    if view not in VIEWS:
        raise UnknownView(view)
    if not may(agent, "ticket.read"):
        return []
    nobodys = "assignee_id IS NULL"
    match view:
        case "mine":
            return [Lane("assignee_id = %s", (agent.pk,))]
        case "team":
            return [_of_teams(agent.team_ids())]
        case "unassigned":
            teams = None if agent.role.sees_all_teams else agent.team_ids()
            return [_of_teams(teams, nobodys), Lane(f"team_id IS NULL AND {nobodys}")]
    if agent.role.sees_all_teams:
        # Only the newest ones have an index over all teams.
        return [Lane("true")] if order is NEWEST else [_of_teams(None), Lane("team_id IS NULL")]
    elsewhere = Lane("assignee_id = %s AND team_id IS NOT NULL AND team_id <> ALL(%s)", (agent.pk, agent.team_ids()))
    return [_of_teams(agent.team_ids()), Lane("team_id IS NULL"), elsewhere]


def _of_teams(teams: list[int] | None, also: str = "true") -> Lane:
    """A lane for each of these teams; None: for each that there is."""
    condition = f"team_id = lane.team AND {also}"
    if teams is None:
        return Lane(condition, each="(SELECT id FROM accounts_team) AS lane(team)")
    return Lane(condition, each="unnest(%s::bigint[]) AS lane(team)", teams=(teams,))


def _side_by_side(lanes: list[Lane], place: Place | None, limit: int, order: Order = NEWEST) -> tuple[str, list[Any]]:
    """SQL for the number of the tickets next to the place, and what its order needs; at most `limit` of each lane."""
    if not lanes:
        return f"SELECT {MOMENTS} FROM tickets_ticket WHERE false", []  # noqa: S608 (words of this file)
    past = f"AND ({order.key}, number) {order.past(place)} (%s, %s)" if place else ""
    end = f"{past} {_next(place, limit, order)}"
    params = [each for lane in lanes for each in (*lane.teams, *lane.params, *(place[1:] if place else ()))]
    return " UNION ALL ".join(_lane(lane, end) for lane in lanes), params


def _next(place: Place | None, limit: int, order: Order) -> str:
    way = order.way(place)
    return f"ORDER BY {order.key} {way}, number {way} LIMIT {limit:d}"


def _lane(lane: Lane, end: str) -> str:
    # Made of words of this file; every value is a parameter.
    rows = f"SELECT {MOMENTS} FROM tickets_ticket WHERE {_OPEN} AND {lane.condition} {end}"  # noqa: S608
    return f"(SELECT found.* FROM {lane.each} CROSS JOIN LATERAL ({rows}) AS found)" if lane.each else f"({rows})"  # noqa: S608


def _count(lanes: list[Lane], place: Place | None) -> tuple[str, list[Any]]:
    """SQL for one number. It ends with the row at which counting stops, in whatever lane that is."""
    rows, params = _side_by_side(lanes, place, queries.COUNT_TO)
    return f"(SELECT count(*) FROM (SELECT FROM ({rows}) AS lanes LIMIT {queries.COUNT_TO:d}) AS counted)", params  # noqa: S608


def _one(columns: str, params: list[Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", params)
        return tuple(cursor.fetchone() or ())
