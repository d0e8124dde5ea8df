"""Where the tickets of a list stand: in which lanes, each along one index in the order of the list.

A list is read in lanes: one for each team within reach, one for what has no team, one for what lies with the agent.
Each lane walks along one index and ends after as many rows as are asked for. One condition with OR over all of them
would read every open ticket of the teams, or those of other teams in between. What a filter asks besides is looked at
on the way; so the narrowest lanes that a filter allows are taken.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models.expressions import RawSQL

from anliegen.ground.search.queries import Restriction
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.filters import words_for
from anliegen.records.tickets.models import NOT_WAITING, OPEN, Ticket, TicketQuerySet
from anliegen.records.tickets.orders import LONGEST_WAITING, NEWEST, Order
from anliegen.records.tickets.search import matching, numbers_with
from anliegen.records.tickets.view_filters import Condition, Filter, conditions, end_of, keys

IS_OPEN = f"status IN ({', '.join(repr(status) for status in OPEN)})"  # as in the conditions of the indexes
MOST_TEXTS = 200  # so many of the newest tickets with rare words are in a list
_NOBODYS = "assignee_id IS NULL"
_TEAMS = "(SELECT id FROM accounts_team) AS lane(key)"
_KEYS = "unnest(%s::bigint[]) AS lane(key)"


@dataclass(frozen=True)
class Lane:
    """Tickets that an index holds in the order of the list; `each` gives the keys that have a lane like this each."""

    condition: str
    params: tuple[Any, ...] = ()
    each: str = ""
    each_params: tuple[Any, ...] = ()
    is_ordered: bool = True  # else an index holds them in no order

    def around(self, rows: str) -> str:
        """SQL for the rows of a lane, for each key that has one."""
        return f"(SELECT found.* FROM {self.each} CROSS JOIN LATERAL ({rows}) AS found)" if self.each else f"({rows})"  # noqa: S608 (words of this file)


@dataclass(frozen=True)
class Plan:
    """What to read: rows of `base` in these lanes, none of which holds a ticket of another, and which of them fit."""

    base: str
    lanes: list[Lane]
    rest: list[Condition] = field(default_factory=list)

    @property
    def fits(self) -> Condition:
        """What is left to look at, as one condition."""
        return " AND ".join(sql for sql, _params in self.rest) or "true", [
            each for _sql, params in self.rest for each in params
        ]


def plan(agent: Agent, wanted: Filter, order: Order, at: datetime, *, to_count: bool = False) -> Plan:
    """The lanes of a filter in this order; together what `visible_to` lets the agent see of it.

    `to_count`: the order does not matter.
    """
    if not agent.is_active or not may(agent, "ticket.read"):
        return Plan("true", [])
    base = _base(wanted)
    if order.moment_is_there:
        base = f"{base} AND {order.key} IS NOT NULL"
    if not wanted.text:
        return _along_lanes(agent, wanted, order, at, base, to_count=to_count)
    words = words_for(agent, wanted.text[0])
    if not words:
        return Plan("true", [])
    numbers = numbers_with(words, _fitting_rows(agent, wanted, base, at), MOST_TEXTS)
    if numbers is not None:
        return Plan("true", [Lane("number = ANY(%s)", (numbers,))])
    found = _along_lanes(agent, wanted, order, at, base, to_count=to_count)
    return replace(found, rest=[*found.rest, (_SAID, [words])])


def _along_lanes(agent: Agent, wanted: Filter, order: Order, at: datetime, base: str, *, to_count: bool) -> Plan:
    lanes, by, is_reach = _narrowest(agent, wanted, order, to_count=to_count)
    lanes = [_until(lane, wanted, order, at) for lane in lanes]
    rest = _asked(agent, wanted, at, but=by | {"snoozed", order.field})
    return Plan(base, lanes, rest if is_reach else [*rest, *_reach(agent)])


def _fitting_rows(agent: Agent, wanted: Filter, base: str, at: datetime) -> Restriction:
    """Of search rows those whose tickets fit, whatever was said in them."""
    asked = [*_asked(agent, wanted, at, but=frozenset({"snoozed"})), *_reach(agent)]
    sql, params = Plan(base, [], asked).fits
    # OFFSET keeps the planner from reading all these tickets: of the rows there are few.
    ticket = f"SELECT FROM tickets_ticket WHERE number = entry.ticket_id AND {base} AND {sql} OFFSET 0"
    return Restriction(f"EXISTS ({ticket})", tuple(params))


def _asked(agent: Agent, wanted: Filter, at: datetime, *, but: frozenset[str]) -> list[Condition]:
    asked = conditions(wanted, agent, at, but=but)
    return [*asked, (_MENTIONED, [agent.pk])] if wanted.mentioned and "mentioned" not in but else asked


def _reach(agent: Agent) -> list[Condition]:
    return [] if agent.role.sees_all_teams else [(_REACH, [agent.team_ids(), agent.pk, agent.pk])]


# OFFSET here keeps it from reading all that was ever said with these words.
_SAID = "EXISTS (SELECT FROM tickets_searchrow said WHERE said.ticket_id = number AND said.tsv @@ %s::tsquery OFFSET 0)"
_REACH = "(team_id IS NULL OR team_id = ANY(%s) OR assignee_id = %s OR guests @> ARRAY[%s]::bigint[])"
_BROUGHT_IN = (
    "(SELECT number FROM tickets_ticket WHERE NOT guests = '{}' AND guests @> ARRAY[%s]::bigint[]) AS lane(key)"
)
_MENTIONED = "number IN (SELECT ticket_id FROM tickets_mention WHERE agent_id = %s AND settled_at IS NULL)"


def _base(wanted: Filter) -> str:
    if wanted.mentioned and not wanted.status:
        return "true"  # a question to a colleague is open until it is settled, whatever became of the ticket
    if wanted.snoozed:
        return f"{IS_OPEN} AND snoozed_until IS NOT NULL"
    return "snoozed_until IS NULL" if wanted.is_about_done else f"{IS_OPEN} AND snoozed_until IS NULL"


Narrowed = tuple[list[Lane], frozenset[str], bool]  # lanes, the fields they answer, whether all in them is within reach


def _narrowest(agent: Agent, wanted: Filter, order: Order, *, to_count: bool) -> Narrowed:
    if wanted.mentioned:
        return [Lane(_MENTIONED, (agent.pk,))], frozenset({"mentioned"}), False
    if wanted.person:
        return [Lane("person_id = %s", tuple(keys(wanted.person)))], frozenset({"person"}), False
    if wanted.organisation:
        people = "(SELECT id FROM customers_person WHERE organisation_id = %s) AS lane(key)"
        lane = Lane("person_id = lane.key", each=people, each_params=tuple(keys(wanted.organisation)))
        return [lane], frozenset({"organisation"}), False
    if wanted.unplaced and not wanted.is_about_done:
        return [Lane("unplaced_since IS NOT NULL")], frozenset({"unplaced"}), False
    if wanted.is_about_done:
        return [Lane("true")], frozenset(), False
    if to_count and wanted.tag and not wanted.snoozed:
        return [Lane("tags @> %s::varchar(60)[]", ([*wanted.tag],), is_ordered=False)], frozenset({"tag"}), False
    whose = _whose(agent, wanted)
    if whose is not None:
        mine = whose == agent.pk
        return [Lane("assignee_id = %s", (whose,))], frozenset({"assignee"}), mine
    if wanted.topic and order is NEWEST and not wanted.snoozed:
        topics = Lane(
            "topic = lane.key AND topic <> ''",
            each="unnest(%s::varchar[]) AS lane(key)",
            each_params=([*wanted.topic],),
        )
        return [topics], frozenset({"topic"}), False
    lanes, by = _of_reach(agent, wanted, order)
    return lanes, by, True


def _whose(agent: Agent, wanted: Filter) -> int | None:
    """The one agent with whom all of it lies, if the filter names one."""
    named = {agent.pk if value == "me" else value for value in wanted.assignee}
    if len(named) != 1 or named == {"none"}:
        return None
    return int(named.pop())


def _of_reach(agent: Agent, wanted: Filter, order: Order) -> tuple[list[Lane], frozenset[str]]:
    """A lane for each team that is wanted and within reach, for what has no team, and for what lies with the agent, or
    to which somebody brought them in, although it is another team's."""
    by = frozenset({"team"}) | ({"assignee"} if wanted.assignee == ("none",) else set())
    also = _NOBODYS if "assignee" in by else "true"
    teams, without, elsewhere = _scope(agent, wanted)
    if teams is None and without and also == "true" and order is NEWEST and not wanted.snoozed:
        return [Lane("true")], by  # only the newest ones have an index over all teams
    lanes = [_of_teams(teams, also)] if teams is None or teams else []
    if without:
        lanes.append(Lane(f"team_id IS NULL AND {also}"))
    if elsewhere is not None:
        lanes += _elsewhere(agent, elsewhere, also)
    return lanes, by


def _elsewhere(agent: Agent, others: Condition, also: str) -> list[Lane]:
    """What of these teams lies with the agent, and that to which they were brought in."""
    sql, params = others
    own = [Lane(f"assignee_id = %s AND {sql}", (agent.pk, *params))] if also == "true" else []
    condition = f"number = lane.key AND assignee_id IS DISTINCT FROM %s AND {also} AND {sql}"
    return [*own, Lane(condition, (agent.pk, *params), each=_BROUGHT_IN, each_params=(agent.pk,))]


def _scope(agent: Agent, wanted: Filter) -> tuple[list[int] | None, bool, Condition | None]:
    """The teams (None: all), whether what has no team, and which teams beyond theirs are
    wanted, as a condition."""
    sees_all, own = agent.role.sees_all_teams, agent.team_ids()
    if not wanted.team:
        if sees_all:
            return None, True, None
        return own, True, ("team_id IS NOT NULL AND team_id <> ALL(%s)", [own])
    named = list(dict.fromkeys([*keys(wanted.team), *(own if "mine" in wanted.team else [])]))
    if sees_all:
        return named, "none" in wanted.team, None
    others = [team for team in named if team not in own]
    elsewhere: Condition | None = ("team_id = ANY(%s)", [others]) if others else None
    return [team for team in named if team in own], "none" in wanted.team, elsewhere


def _of_teams(teams: list[int] | None, also: str) -> Lane:
    """A lane for each of these teams; None: for each that there is."""
    condition = f"team_id = lane.key AND {also}"
    return Lane(condition, each=_TEAMS) if teams is None else Lane(condition, each=_KEYS, each_params=(teams,))


def _until(lane: Lane, wanted: Filter, order: Order, at: datetime) -> Lane:
    """The lane up to where, in this order, nothing fits any more."""
    asked = getattr(wanted, order.field) if order.field else ()
    end = end_of(order.field, asked[0], at) if asked else None
    if end is not None:
        return replace(lane, condition=f"{lane.condition} AND {order.key} <= %s", params=(*lane.params, end))
    if asked and order is LONGEST_WAITING:
        return replace(lane, condition=f"{lane.condition} AND {order.key} < %s", params=(*lane.params, NOT_WAITING))
    return lane


def fitting(tickets: TicketQuerySet, wanted: Filter, agent: Agent, at: datetime) -> TicketQuerySet:
    """Those of these tickets that fulfil what the filter names, done and put aside ones too. Not for `text`."""
    if not wanted:
        return tickets
    asked = conditions(wanted, agent, at)
    where = " AND ".join(sql for sql, _params in asked)
    params = [each for _sql, values in asked for each in values]
    return tickets.filter(pk__in=RawSQL(f"SELECT number FROM tickets_ticket WHERE {where}", params))  # noqa: S608, S611 (made by this file, values are parameters)


def everything(agent: Agent, wanted: Filter, at: datetime) -> TicketQuerySet:
    """All that is in a list, in no order and to the end: for whoever takes it out."""
    asked = [(_base(wanted), []), *conditions(wanted, agent, at)]
    if wanted.mentioned:
        asked.append((_MENTIONED, [agent.pk]))
    where, params = Plan("true", [], asked).fits
    listed = Ticket.objects.visible_to(agent).filter(
        pk__in=RawSQL(f"SELECT number FROM tickets_ticket WHERE {where}", params)  # noqa: S608, S611 (as above)
    )
    return listed.filter(pk__in=matching(agent, wanted.text[0]).values("pk")) if wanted.text else listed
