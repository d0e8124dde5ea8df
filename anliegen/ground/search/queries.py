"""Reads over search rows: hits of a query, newest first, and rows an older analyser made."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.expressions import RawSQL

from anliegen.ground.search.analysis import ANALYSER_VERSION
from anliegen.ground.search.models import Indexed

FIRST_LOOK = 3_000  # rows read by time before anything else is asked
FURTHEST_LOOK = 30_000  # rows read by time at most for a page of words that are frequent
FURTHEST_WITHIN = 10_000  # the same without words: each row costs a probe more
FEW_BY_WORDS = 12_000  # rows with a word that are still read and sorted at once; more are read by time
UNKNOWN_SHARE = 0.0051  # of all rows the planner expects a word in of which it knows nothing: half a per cent
FEW_IN_FIRST_LOOK = 7  # such a word, seen in fewer of the newest rows, is taken for a rare one


@dataclass(frozen=True)
class Restriction:
    """A condition in SQL on a search row, which is called `entry` in it; `%s` stands for each of the params."""

    sql: str = "true"
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A search row that matches: its primary key, its time, and what it was folded by."""

    pk: int
    at: datetime
    per: int | None = None


@dataclass(frozen=True)
class Looked:
    """A page of hits, and the (at, pk) from which to look on; None at the end. `is_cut`: it ends where looking became
    too dear and not where the page was full, so that there may be more before it is."""

    hits: list[Hit]
    on: tuple[datetime, int] | None = None
    is_cut: bool = False


@dataclass(frozen=True)
class _Search:
    """One search, with the names of its table quoted. Without a query every row matches."""

    query: str
    table: str
    pk: str
    per: str | None
    only: Restriction

    @property
    def matches(self) -> str:
        return f"({'entry.tsv @@ %s::tsquery AND ' if self.query else ''}({self.only.sql}))"

    @property
    def params(self) -> tuple[Any, ...]:
        return (*([self.query] if self.query else []), *self.only.params)

    @property
    def columns(self) -> str:
        per = f"entry.{self.per}" if self.per else "NULL::bigint"
        return f"entry.{self.pk} AS pk, entry.at AS at, {per} AS per"


def within(column: str, rows: "models.QuerySet[Any]") -> Restriction:
    """Only search rows whose `column` is the key of one of `rows`, for example of the tickets an agent may see."""
    this = RawSQL(f"entry.{connection.ops.quote_name(column)}", ())  # noqa: S611  # a column of our own
    try:
        sql, params = rows.order_by().filter(pk=this).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Restriction("false")
    # OFFSET keeps the planner from turning this round: of a rare word it expects thousands of rows, and would rather
    # read all tickets than look at those of the few rows there are.
    return Restriction(f"EXISTS ({sql} OFFSET 0)", tuple(params))


def look(
    index: type[Indexed],
    query: str,
    *,
    only: Restriction | None = None,
    few: Callable[[], Restriction | None] = lambda: None,
    per: str | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Looked:
    """The newest rows that match a tsquery, as `search.query` makes it; without one, all that `only` lets through.

    A page costs a bounded number of rows whatever is asked. `only` restricts the rows inside the query, so that rights
    hold for the page and not only for what is shown of it. With `per`, a foreign key such as "ticket", each of its
    values comes once, with its newest hit. The next page is asked for with `before`, the `on` of the last one.

    The newest rows are read first and filtered: that fills a page for every frequent word. For rare words the index of
    words is asked, whose hits are few enough to be sorted. Else `few` is asked: the same restriction with the keys of
    the few rows that fit it, or None when they are many. Then it is read on by time, and the page ends where looking
    became too dear; `on` goes on from there.
    """
    search = _search(index, query, only, per)
    found = _by_time(search, FIRST_LOOK, before)
    if len(found) > limit:
        return _page(found, limit)
    if query and _is_rare(search, before):
        return _page(_by_words(search, before, limit + 1), limit)
    if (narrow := few()) is not None:
        return _page(_by_words(_search(index, query, narrow, per), before, limit + 1), limit)
    looked, furthest = FIRST_LOOK, FURTHEST_LOOK if query else FURTHEST_WITHIN
    while looked < furthest and len(found) <= limit:
        looked = min(furthest, _rows_for(limit + 1, found, looked))
        found = _by_time(search, looked, before)
    if len(found) > limit:
        return _page(found, limit)
    end = _end_of_look(search, before, furthest)
    return Looked(found, end, is_cut=end is not None)


def is_rare(index: type[Indexed], query: str) -> bool:
    """Whether so few rows match that the index of words answers quickly.

    What the planner expects decides, since it knows the frequent words of all times. Of those it does not know it
    expects the same share of any table; of these the newest rows are looked at.
    """
    return _is_rare(_search(index, query, None, None), None)


def _is_rare(search: _Search, before: tuple[datetime, int] | None) -> bool:
    told = _run(f"EXPLAIN (FORMAT JSON) SELECT FROM {search.table} AS entry WHERE tsv @@ %s::tsquery", [search.query])
    expected = float(told[0][0][0]["Plan"]["Plan Rows"])  # of the whole plan, also where workers share it
    if expected <= FEW_BY_WORDS:
        return True
    seen, rows = _seen(search, before)
    is_unknown = rows < 0 or expected <= UNKNOWN_SHARE * rows * _guesses(search.query)
    return is_unknown and seen < FEW_IN_FIRST_LOOK


def _guesses(query: str) -> int:
    """How many terms a tsquery names, spellings of one word among them; a beginning is expected four times as often."""
    return query.count("'") // 2 + 3 * query.count(":*")


def _page(found: list[Hit], limit: int) -> Looked:
    """The hits of a page, of which one more was asked for."""
    kept = found[:limit]
    return Looked(kept, (kept[-1].at, kept[-1].pk) if len(found) > limit else None)


def _seen(search: _Search, before: tuple[datetime, int] | None) -> tuple[int, float]:
    """In how many of the newest rows the words occur, whatever else is asked of them; and how many rows there are, as
    far as the planner knows (-1: it was never told)."""
    sql = (
        f"SELECT count(*), (SELECT reltuples FROM pg_class WHERE oid = '{search.table}'::regclass) FROM"  # noqa: S608
        f" (SELECT tsv FROM {search.table} AS entry WHERE {_earlier('entry', search.pk, before)}"
        f" ORDER BY entry.at DESC, entry.{search.pk} DESC LIMIT {FIRST_LOOK:d}) AS entry WHERE tsv @@ %s::tsquery"
    )
    seen, rows = _run(sql, [*(before or ()), search.query])[0]
    return int(seen), float(rows)


def _end_of_look(search: _Search, before: tuple[datetime, int] | None, furthest: int) -> tuple[datetime, int] | None:
    """The last of so many rows; None when they went to the very end."""
    rows = _run(
        f"SELECT entry.at, entry.{search.pk} FROM {search.table} AS entry"  # noqa: S608
        f" WHERE {_earlier('entry', search.pk, before)}"
        f" ORDER BY entry.at DESC, entry.{search.pk} DESC OFFSET {furthest - 1:d} LIMIT 1",
        before or (),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def stale(index: type[Indexed]) -> "models.QuerySet[Any]":
    """Rows that an older analyser made, in the order of their keys, to be indexed again in batches.

    Work through it with `pk__gt` of the last one done: asking from the start again reads all that is done already.
    """
    return index._default_manager.filter(version__lt=ANALYSER_VERSION).order_by("pk")


def _search(index: type[Indexed], query: str, only: Restriction | None, per: str | None) -> _Search:
    table = connection.ops.quote_name(index._meta.db_table)
    return _Search(query, table, _column(index, "pk"), _column(index, per) if per else None, only or Restriction())


def _column(index: type[Indexed], name: str) -> str:
    field = index._meta.pk if name == "pk" else index._meta.get_field(name)
    assert isinstance(field, models.Field)
    assert field.column is not None
    return connection.ops.quote_name(field.column)


def _by_time(search: _Search, rows: int, before: tuple[datetime, int] | None) -> list[Hit]:
    """Hits among the newest rows. With `per`, what an earlier page has shown by a newer hit is left out."""
    pk, condition = search.pk, _earlier("entry", search.pk, before)
    sql = (
        f"WITH matched AS MATERIALIZED (SELECT {search.columns} FROM (SELECT * FROM {search.table} AS entry"  # noqa: S608
        f" WHERE {condition} ORDER BY entry.at DESC, entry.{pk} DESC LIMIT {rows:d}) AS entry"
        f" WHERE {search.matches})"
        f" SELECT pk, at, per FROM matched"
    )
    params = [*(before or ()), *search.params]
    if search.per and before:
        sql += (
            f" WHERE NOT EXISTS (SELECT 1 FROM {search.table} AS entry"  # noqa: S608
            f" WHERE entry.{search.per} = matched.per AND NOT ({condition})"
            f" AND {search.matches})"
        )
        params += [*before, *search.params]
    found = [Hit(*row) for row in _run(f"{sql} ORDER BY at DESC, pk DESC", params)]
    return _once(found) if search.per else found


def _by_words(search: _Search, before: tuple[datetime, int] | None, limit: int) -> list[Hit]:
    """Hits by the index of words. Materialised, because else the order by time lures the planner away from it."""
    each = f"SELECT {search.columns} FROM {search.table} AS entry WHERE {search.matches}"  # noqa: S608
    once = "SELECT DISTINCT ON (per) * FROM matched ORDER BY per, at DESC, pk DESC" if search.per else "TABLE matched"
    rows = _run(
        f"WITH matched AS MATERIALIZED ({each}), once AS ({once})"  # noqa: S608
        f" SELECT pk, at, per FROM once WHERE {_earlier('once', 'pk', before)}"
        f" ORDER BY at DESC, pk DESC LIMIT {limit:d}",
        [*search.params, *(before or ())],
    )
    return [Hit(*row) for row in rows]


def _rows_for(number: int, found: list[Hit], looked: int) -> int:
    """How many rows are likely to hold so many hits, by what a look found; half as many again for luck."""
    return int(1.5 * number * looked / len(found)) if found else sys.maxsize


def _earlier(table: str, pk: str, before: tuple[datetime, int] | None) -> str:
    return f"({table}.at, {table}.{pk}) < (%s, %s)" if before else "true"


def _once(found: list[Hit]) -> list[Hit]:
    """Each value of `per` with its first hit."""
    first: dict[int | None, Hit] = {}
    for hit in found:
        first.setdefault(hit.per, hit)
    return list(first.values())


def _run(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
