"""Pages of a table, newest first, by keyset on the primary key: no page shifts while rows are added."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

SIZE = 50


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, newest first, and the cursors of the pages beside them (None where there is none)."""

    items: list[M]
    newer: str | None
    older: str | None


def page(rows: "QuerySet[M]", *, cursor: str | None = None, size: int = SIZE) -> Page[M]:
    """One page. The cursor is one of an earlier page's; a broken one begins anew."""
    place = _read(cursor)
    backwards = place is not None and place[0] == "newer"
    if place is not None:
        rows = rows.filter(pk__gt=place[1]) if backwards else rows.filter(pk__lt=place[1])
    found = list(rows.order_by("pk" if backwards else "-pk")[: size + 1])
    more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    has_newer, has_older = (more, True) if backwards else (place is not None, more)
    return Page(
        items,
        f"newer~{items[0].pk}" if items and has_newer else None,
        f"older~{items[-1].pk}" if items and has_older else None,
    )


def _read(cursor: str | None) -> tuple[str, int] | None:
    way, _sign, key = (cursor or "").partition("~")
    if way in ("newer", "older") and key.isascii() and key.isdigit() and int(key) < 2**63:
        return way, int(key)
    return None
