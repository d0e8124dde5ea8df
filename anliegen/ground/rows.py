"""Rows of many actions, written in few statements.

An action says `insert`, `update` and `locked` as it would say `save` and `get`. Alone it is served at once. Inside
`deferred` the rows wait for the end of the block and go out together: one statement for all new rows of a model, one
for all changes of the same columns, one lock for each row however often it is asked for.

What waits, a query does not see. Whoever asks the database inside such a block for rows that may wait calls `write`
first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from anliegen.ground import spread

M = TypeVar("M", bound=Model)

MOST_AT_ONCE = 1000  # rows deleted in one statement


class _Waiting:
    """What a block has not written yet, and the rows it has under lock."""

    def __init__(self, many: int) -> None:
        self.many = many
        self.new: dict[type[Model], list[Model]] = defaultdict(list)
        self.new_keys: set[tuple[type[Model], Any]] = set()
        self.changed: dict[tuple[type[Model], Any], tuple[Model, dict[str, None]]] = {}
        self.held: dict[tuple[type[Model], Any], Model] = {}
        self.keys: dict[type[Model], list[int]] = defaultdict(list)

    def next_key(self, model: type[Model]) -> int:
        if not self.keys[model]:
            self.keys[model] = _reserve(model, self.many)
        return self.keys[model].pop()


_waiting: ContextVar[_Waiting | None] = ContextVar("rows waiting to be written", default=None)


@contextmanager
def deferred(many: int) -> Iterator[None]:
    """Let rows wait until the end of the block, inside the caller's transaction.

    `many` is how many keys to reserve at once, best the number of items the block works on. An exception writes
    nothing; the caller's transaction then takes back what `write` had written before.
    """
    token = _waiting.set(_Waiting(max(1, many)))
    try:
        yield
        write()
    finally:
        _waiting.reset(token)


def is_deferred() -> bool:
    """Whether rows wait just now: a refusal by the database then comes at the end of the block, for the whole of it."""
    return _waiting.get() is not None


def insert(row: M) -> M:
    """A new row, with its key."""
    waiting = _waiting.get()
    if waiting is None:
        row.save(force_insert=True)
        return row
    row.pk = waiting.next_key(type(row))
    row._state.adding, row._state.db = False, connection.alias
    waiting.new[type(row)].append(row)
    waiting.new_keys.add((type(row), row.pk))
    waiting.held[type(row), row.pk] = row
    return row


def update(row: Model, *fields: str) -> None:
    """Save these fields of a row that the caller has under lock. Values only, no expressions."""
    waiting = _waiting.get()
    if waiting is None:
        row.save(update_fields=fields)
        return
    if (type(row), row.pk) in waiting.new_keys:
        return  # it goes out as it is at the end
    _row, names = waiting.changed.setdefault((type(row), row.pk), (row, {}))
    names.update(dict.fromkeys(fields))


def locked(rows: QuerySet[M], pk: object) -> M:
    """The row of this key under lock: inside a block always the same object. Raises the model's DoesNotExist."""
    waiting = _waiting.get()
    if waiting is not None and (known := waiting.held.get((rows.model, pk))) is not None:
        return known  # type: ignore[return-value]
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if waiting is not None:
        waiting.held[rows.model, pk] = row
    return row


def lock(rows: QuerySet[M], pks: Iterable[object]) -> dict[Any, M]:
    """These rows by their keys, locked in the order of the keys; what is not there is left out."""
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).filter(pk__in=set(pks)).order_by("pk")}
    if (waiting := _waiting.get()) is not None:
        waiting.held.update({(rows.model, pk): row for pk, row in found.items()})
    return found


def write() -> None:
    """Write what waits, and let go of what was held, so that a query sees it and the next `locked` reads again."""
    waiting = _waiting.get()
    if waiting is None:
        return
    new, changed = waiting.new, waiting.changed
    waiting.new, waiting.new_keys, waiting.changed, waiting.held = defaultdict(list), set(), {}, {}
    for rows in new.values():
        spread.add(rows)
    alike: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
    for (model, _pk), (row, names) in changed.items():
        alike[model, tuple(sorted(names))].append(row)
    for (_model, fields), several in alike.items():
        spread.change(several, fields)


def forget(old: QuerySet[M], *, most: int = 500_000) -> int:
    """Delete rows that count for nothing any more, a bounded number in each statement; return how many.

    So no lock and no transaction is held for long. What is more than `most` waits for the next call.
    """
    gone = 0
    while gone < most and (keys := list(old.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])):
        old.model._base_manager.filter(pk__in=keys).delete()
        gone += len(keys)
    return gone


def _reserve(model: type[Model], many: int) -> list[int]:
    """The next keys of the model's sequence, the lowest last."""
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, many],
        )
        return sorted((row[0] for row in cursor.fetchall()), reverse=True)
