"""Pages of a table, newest first, by keyset: no page shifts while rows are added."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from anliegen.ground import keyset

M = TypeVar("M", bound=Model)

SIZE = 50

Place = tuple[str, int, datetime | None]  # "newer" or "older" than the row of this key (and time)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, newest first, and the cursors of the pages beside them (None where there is none)."""

    items: list[M]
    newer: str | None
    older: str | None


def page(rows: "QuerySet[M]", *, cursor: str | None = None, size: int = SIZE, by_time: bool = False) -> Page[M]:
    """One page. The cursor is one of an earlier page's; a broken one begins anew.

    In the order of the primary key; `by_time`: of the column `at` and the key, for which the table has indexes.
    """
    place = _read(cursor, by_time)
    backwards = place is not None and place[0] == "newer"
    if place is not None:
        rows = _beyond(rows, place)
    order = ("at", "pk") if by_time else ("pk",)
    found = list(rows.order_by(*(order if backwards else (f"-{name}" for name in order)))[: size + 1])
    part = keyset.cut(found, size=size, way=place[0] if place else None)
    return Page(
        part.items,
        _cursor("newer", part.newer, by_time) if part.newer else None,
        _cursor("older", part.older, by_time) if part.older else None,
    )


def _beyond(rows: "QuerySet[M]", place: Place) -> "QuerySet[M]":
    way, key, at = place
    if at is None:
        return rows.filter(pk__gt=key) if way == "newer" else rows.filter(pk__lt=key)
    table = rows.model._meta.db_table
    # A row comparison, which the index answers and the ORM cannot say; the values are parameters.
    condition = f"({table}.at, {table}.id) {'>' if way == 'newer' else '<'} (%s, %s)"
    return rows.extra(where=[condition], params=[at, key])  # noqa: S610


def _cursor(way: str, row: Model, by_time: bool) -> str:
    return f"{way}~{row.pk}" + (f"~{row.at.timestamp():.6f}" if by_time else "")  # type: ignore[attr-defined]


def _read(cursor: str | None, by_time: bool) -> Place | None:
    way, *parts = (cursor or "").split("~")
    if way not in ("newer", "older") or len(parts) != 1 + by_time:
        return None
    key, *at = parts
    if not (key.isascii() and key.isdigit() and int(key) < 2**63):
        return None
    try:
        moment = datetime.fromtimestamp(float(at[0]), UTC) if by_time else None
    except (ValueError, OverflowError, OSError):
        return None
    return way, int(key), moment
