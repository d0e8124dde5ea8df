"""Many rows in one statement that is the same for one row and for a thousand.

Django writes a placeholder for each value: for a hundred mails that are thousands, which the driver has to find and the
server to parse, and neither can keep. Here the rows go as one JSON value, which the server spreads over the columns
(`json_populate_recordset`), so that the statement is short and stays prepared.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model
from psycopg import Binary
from psycopg.types.json import Jsonb

Column: TypeAlias = "tuple[str, Field[Any, Any]]"


def add(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Write new rows of one model, all with a key or all without; those without get theirs, in their order.

    With `ignore_conflicts` a row that breaks a unique rule is left out, and no row gets a key. Signals are not sent,
    expressions not taken. Raises TypeError for a value that has no place in JSON, and what the database raises.
    """
    if not rows:
        return
    model, has_keys = type(rows[0]), rows[0].pk is not None
    text = _as_json(rows, _columns(model, has_keys), new=True)
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, has_keys, ignore_conflicts), [text])
        keys = [] if has_keys or ignore_conflicts else [key for (key,) in cursor.fetchall()]
    for row, key in zip(rows, keys, strict=False):
        row.pk = key
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def change(rows: Sequence[Model], fields: tuple[str, ...]) -> None:
    """Write these fields of rows of one model that are there already; values only. Raises as `add`."""
    model = type(rows[0])
    with connection.cursor() as cursor:
        cursor.execute(_update(model, fields), [_as_json(rows, _chosen(model, fields), new=False)])


def _as_json(rows: Sequence[Model], columns: Sequence[Column], *, new: bool) -> str:
    prepared = [
        {name: field.get_db_prep_save(field.pre_save(row, new), connection) for name, field in columns} for row in rows
    ]
    return json.dumps(prepared, default=_plain, check_circular=False)


@cache
def _columns(model: type[Model], has_keys: bool) -> list[Column]:
    own = model._meta.local_concrete_fields
    return [_column(field) for field in own if not field.generated and (has_keys or not field.primary_key)]


@cache
def _chosen(model: type[Model], fields: tuple[str, ...]) -> list[Column]:
    return [_column(model._meta.pk), *(_column(model._meta.get_field(name)) for name in fields)]


def _column(field: Any) -> Column:
    return str(field.column), field


@cache
def _insert(model: type[Model], has_keys: bool, ignore_conflicts: bool) -> str:
    table, names = _table(model), _names(_columns(model, has_keys))
    key = _names([_column(model._meta.pk)])
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else "" if has_keys else f" RETURNING {key}"
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s){end}"  # noqa: S608  # names of our own models


@cache
def _update(model: type[Model], fields: tuple[str, ...]) -> str:
    table, (key, *names) = _table(model), [_names([column]) for column in _chosen(model, fields)]
    sets = ", ".join(f"{name} = new.{name}" for name in names)
    new = f"json_populate_recordset(NULL::{table}, %s) AS new"
    return f"UPDATE {table} SET {sets} FROM {new} WHERE {table}.{key} = new.{key}"  # noqa: S608  # names of our own models


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name, _field in columns)


def _plain(value: object) -> object:
    """A value that JSON does not know, as the server reads it."""
    if isinstance(value, Jsonb):
        return value.obj if value.dumps is None else json.loads(value.dumps(value.obj))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Binary):
        return "\\x" + bytes(value.obj).hex()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    raise TypeError(f"cannot be written into a row: {type(value).__name__}")
