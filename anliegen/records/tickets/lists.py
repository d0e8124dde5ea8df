"""The lists of tickets, a page at a time and counted, at the same cost however many tickets there are.

What a filter asks that no lane answers is looked at row by row, in `looking`, and never without end.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from anliegen.ground import clock
from anliegen.ground.compiled import compiled
from anliegen.ground.planned import planned_once
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import looking, queries
from anliegen.records.tickets.lanes import Plan, plan
from anliegen.records.tickets.looking import Count
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.orders import NEWEST, Order, Place
from anliegen.records.tickets.queries import PAGE, Page, UnknownView
from anliegen.records.tickets.view_filters import Filter
from anliegen.records.tickets.views import VIEWS, order_of

_LAST = 2**63 - 1
MOMENTS = "number, last_message_at, waiting_since, due_at, promised_for, snoozed_until"
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
    "promised_for",
    "topic",
    "unplaced_since",
    "version",
    "person__name",
    "team__name",
    "assignee__name",
)


def page(
    agent: Agent, view: str | Filter, *, cursor: str | None = None, order: Order | None = None, size: int = PAGE
) -> Page:
    """One page of a view or filter in this order, else in its usual one. Raises UnknownView.

    Of its tickets only COLUMNS are read: asking one for another column costs a query.
    """
    wanted = filter_of(view)
    order = order or order_of(wanted, None)[1]
    place = queries.read_cursor(cursor)
    found = plan(agent, wanted, order, clock.now())
    if not found.rest:
        lanes, params = _side_by_side(found, place, size + 1, order)
        nearest = f"SELECT number FROM ({lanes}) AS lanes {_next(place, size + 1, order)}"  # noqa: S608 (made by this file)
        with planned_once():
            rows = list(_lines(*params, nearest=nearest, key=order.key, way=order.way(place)))
        return queries.page_of(rows, place, order, size)
    numbers, end = looking.walk(found, place, order, size + 1)
    if end is not None and len(numbers) <= size and wanted.tag:
        rare = looking.by_tags(found, wanted.tag, place, order, size + 1)
        numbers, end = (numbers, end) if rare is None else (rare, None)
    listed = Ticket.objects.filter(pk__in=numbers)
    read = queries.page(listed.only(*COLUMNS), cursor=cursor, order=order, size=size)
    return read if end is None or len(numbers) > size else queries.cut(read, place, end)


@compiled
def _lines(*params: Any, nearest: str, key: str, way: str) -> QuerySet[Ticket]:
    listed = Ticket.objects.filter(pk__in=RawSQL(nearest, params)).only(*COLUMNS)  # noqa: S611 (values are parameters)
    return queries.in_order(listed.select_related("person", "assignee", "team"), key, way)


def filter_of(view: str | Filter) -> Filter:
    """Of a view its filter. Raises UnknownView."""
    if isinstance(view, Filter):
        return view
    if view not in VIEWS:
        raise UnknownView(view)
    return VIEWS[view].filter


def counts(agent: Agent) -> dict[str, int]:
    """How many tickets each view holds, none counted beyond COUNT_TO: show "1000+" then. One query for all views."""
    now = clock.now()
    orders = [order_of(view.filter, None)[1] for view in VIEWS.values()]
    plans = [plan(agent, view.filter, order, now) for view, order in zip(VIEWS.values(), orders, strict=True)]
    asked = [_count(found, None, order) for found, order in zip(plans, orders, strict=True)]
    found = _one(", ".join(sql for sql, _params in asked), [each for _sql, params in asked for each in params])
    return dict(zip(VIEWS, found, strict=True))


def counts_of(agent: Agent, filters: Sequence[Filter]) -> list[Count]:
    """How many tickets each filter finds, counted up to COUNT_TO and at bounded cost. One query for all of them."""
    now = clock.now()
    orders = [order_of(wanted, None)[1] for wanted in filters]
    plans = [plan(agent, wanted, order, now, to_count=True) for wanted, order in zip(filters, orders, strict=True)]
    return looking.tally(list(zip(plans, orders, strict=True)))


def moved_since(agent: Agent, view: str | Filter, since: datetime) -> int:
    """How many tickets of a view had a message after this moment, up to COUNT_TO. Raises UnknownView."""
    found = plan(agent, filter_of(view), NEWEST, clock.now())
    return _one(*_count(found, ("newer", since, _LAST)))[0]


def _side_by_side(
    found: Plan, place: Place | None, limit: int, order: Order = NEWEST, columns: str = MOMENTS
) -> tuple[str, list[Any]]:
    """SQL for the number of the tickets next to the place, and what its order needs; at most `limit` of each lane."""
    if not found.lanes:
        return f"SELECT {columns} FROM tickets_ticket WHERE false", []  # noqa: S608 (words of this file)
    past = f"AND ({order.key}, number) {order.past(place)} (%s, %s)" if place else ""
    fits, fits_params = found.fits
    parts, params = [], []
    for lane in found.lanes:
        # Made of words of this file; every value is a parameter.
        where = f"{found.base} AND {lane.condition} AND {fits} {past} {_next(place, limit, order)}"
        parts.append(lane.around(f"SELECT {columns} FROM tickets_ticket WHERE {where}"))  # noqa: S608
        params += [*lane.each_params, *lane.params, *fits_params, *(place[1:] if place else ())]
    return " UNION ALL ".join(parts), params


def _next(place: Place | None, limit: int, order: Order) -> str:
    way = order.way(place)
    return f"ORDER BY {order.key} {way}, number {way} LIMIT {limit:d}"


def _count(found: Plan, place: Place | None, order: Order = NEWEST) -> tuple[str, list[Any]]:
    """SQL for one number. It ends with the row at which counting stops, in whatever lane that is."""
    rows, params = _side_by_side(found, place, queries.COUNT_TO, order, "number")  # which the index knows by itself
    return f"(SELECT count(*) FROM (SELECT FROM ({rows}) AS lanes LIMIT {queries.COUNT_TO:d}) AS counted)", params  # noqa: S608


def _one(columns: str, params: list[Any]) -> tuple[int, ...]:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", params)
        return tuple(cursor.fetchone() or ())
