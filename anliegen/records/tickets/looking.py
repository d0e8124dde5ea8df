"""Looking at rows one by one for what no lane answers, never at more than LOOKED_AT of a list.

A list goes on from the row at which looking was broken off; a count says that there are at least so many. Filters that
look at the same rows share one look. How many rows that may be was measured: see docs/decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from anliegen.records.tickets import queries
from anliegen.records.tickets.lanes import Lane, Plan
from anliegen.records.tickets.orders import Order, Place
from anliegen.records.tickets.view_filters import Condition

LOOKED_AT = 5000
LOOKED_AT_IN_ALL = 20_000  # by all counts of a rail together
FEWEST = 300  # rows of a lane, however many lanes there are


@dataclass(frozen=True)
class Count:
    """How many tickets; `is_least`: there may be more, which were not looked at."""

    number: int
    is_least: bool = False


def walk(found: Plan, place: Place | None, order: Order, limit: int) -> tuple[list[int], tuple[datetime, int] | None]:
    """The numbers of the tickets next to the place that fit, and where looking was broken off (None: it was not).

    What lies beyond that in one lane was not looked at, so it counts in none.
    """
    if not found.lanes:
        return [], None
    rows, params = _looked_at(found, [found.fits], order, place, LOOKED_AT)
    way = order.way(place)
    along, beyond = f"ORDER BY moment {way}, number {way}", "<" if way == "DESC" else ">"
    sql = f"""
        WITH looked AS MATERIALIZED ({rows}),
        edge AS (SELECT moment, number FROM looked WHERE is_last {along} LIMIT 1),
        fit AS (
            SELECT number FROM looked WHERE fits_0
            AND NOT EXISTS (SELECT FROM edge WHERE (looked.moment, looked.number) {beyond} (edge.moment, edge.number))
            {along} LIMIT {limit:d}
        )
        SELECT number, NULL FROM fit UNION ALL SELECT number, moment FROM edge
    """  # noqa: S608 (words of this file; every value is a parameter)
    read = _run(sql, params)
    ends = [(moment, number) for number, moment in read if moment is not None]
    return [number for number, moment in read if moment is None], ends[0] if ends else None


def by_tags(found: Plan, tags: Sequence[str], place: Place | None, order: Order, limit: int) -> list[int] | None:
    """The same numbers by the index of tags, for tags that are rare on the way; None when they are too many to sort."""
    sql, params = found.fits
    past = f"({order.key}, number) {order.past(place)} (%s, %s)" if place else "true"
    way = order.way(place)
    read = _run(
        f"""
        WITH tagged AS MATERIALIZED (
            SELECT * FROM tickets_ticket WHERE {found.base} AND tags @> %s::varchar(60)[] LIMIT {LOOKED_AT:d}
        )
        SELECT (SELECT count(*) FROM tagged), ARRAY(
            SELECT number FROM tagged WHERE {sql} AND {past} ORDER BY {order.key} {way}, number {way} LIMIT {limit:d}
        )
        """,  # noqa: S608 (words of this file; every value is a parameter)
        [list(tags), *params, *(place[1:] if place else ())],
    )
    how_many, numbers = read[0]
    return numbers if how_many < LOOKED_AT else None


def tally(plans: Sequence[tuple[Plan, Order]]) -> list[Count]:
    """How many tickets each plan finds, in one query; those that look at the same rows do so together."""
    together: dict[str, tuple[Plan, Order, list[int]]] = {}
    for place, (found, order) in enumerate(plans):
        together.setdefault(repr((found.base, found.lanes, order.key)), (found, order, []))[2].append(place)
    counted = [Count(0)] * len(plans)
    looks = [look for look in together.values() if look[0].lanes]
    if not looks:
        return counted
    rows = max(FEWEST, min(LOOKED_AT, LOOKED_AT_IN_ALL // len(looks)))
    asked = [_tallied(found, order, [plans[place][0].fits for place in places], rows) for found, order, places in looks]
    read = _run(" UNION ALL ".join(sql for sql, _params in asked), [each for _sql, params in asked for each in params])
    for (numbers, is_cut), (_found, _order, places) in zip(read, looks, strict=True):
        for place, number in zip(places, numbers, strict=True):
            counted[place] = Count(min(number, queries.COUNT_TO), is_cut)
    return counted


def _tallied(found: Plan, order: Order, fits: list[Condition], most: int) -> tuple[str, list[Any]]:
    rows, params = _looked_at(found, fits, order, None, most)
    numbers = ", ".join(f"count(*) FILTER (WHERE fits_{place:d})" for place in range(len(fits)))
    return f"(SELECT ARRAY[{numbers}], coalesce(bool_or(is_last), false) FROM ({rows}) AS looked)", params  # noqa: S608 (words of this file)


def _looked_at(
    found: Plan, fits: list[Condition], order: Order, place: Place | None, most: int
) -> tuple[str, list[Any]]:
    """SQL for the rows next to the place, which of the conditions each fulfils, and whether its lane was left there."""
    limit = max(FEWEST, most // sum(map(_breadth, found.lanes)))
    past = f"AND ({order.key}, number) {order.past(place)} (%s, %s)" if place else ""
    fitting = ", ".join(f"({sql}) AS fits_{number:d}" for number, (sql, _params) in enumerate(fits))
    asked = [each for _sql, values in fits for each in values]
    parts, params = [], []
    for lane in found.lanes:
        along = f"ORDER BY {order.key} {order.way(place)}, number {order.way(place)}" if lane.is_ordered else ""
        rows = (
            f"SELECT number, {order.key} AS moment, {fitting}, row_number() OVER ({along}) = {limit:d} AS is_last"  # noqa: S608 (words of this file)
            f" FROM tickets_ticket WHERE {found.base} AND {lane.condition} {past} {along} LIMIT {limit:d}"
        )
        parts.append(lane.around(rows))
        params += [*lane.each_params, *asked, *lane.params, *(place[1:] if place else ())]
    return " UNION ALL ".join(parts), params


def _breadth(lane: Lane) -> int:
    """How many lanes it stands for; of those the database counts, as many as a house of some size has teams."""
    if not lane.each:
        return 1
    return len(lane.each_params[0]) if lane.each_params and isinstance(lane.each_params[0], list) else 10


def _run(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
