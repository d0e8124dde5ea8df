"""Rows as lines of JSON, out of and into the database, as PostgreSQL itself writes and reads them."""

import hashlib
from collections.abc import Iterable, Iterator

from django.db import connection

CHUNK = 1000


def rows(table: str) -> Iterator[str]:
    """Each row of a table as one line of JSON, ordered by primary key, streamed. Inside a transaction only."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {_name(table)} t ORDER BY {_key(table)}")  # noqa: S608
        while chunk := cursor.fetchmany(CHUNK):
            yield from (line for (line,) in chunk)


def insert(table: str, lines: Iterable[str]) -> int:
    """Insert rows given as lines of JSON; return how many. Afterwards new rows get higher keys than these."""
    count = 0
    for chunk in _chunks(lines):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_name(table)} OVERRIDING SYSTEM VALUE"
                f" SELECT (jsonb_populate_recordset(null::{_name(table)}, %s::jsonb)).*",
                ["[" + ",".join(chunk) + "]"],
            )
        count += len(chunk)
    _lift_sequence(table)
    return count


def digest(lines: Iterable[str]) -> tuple[int, str]:
    """Number of lines and SHA-256 over them."""
    sha, count = hashlib.sha256(), 0
    for line in lines:
        sha.update(line.encode() + b"\n")
        count += 1
    return count, sha.hexdigest()


def is_empty(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {_name(table)})")  # noqa: S608
        row = cursor.fetchone()
    return bool(row and row[0])


def prepare() -> None:
    """One way of writing times, floats and bytes, whatever the server's settings."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("SET LOCAL extra_float_digits = 3")
        cursor.execute("SET LOCAL bytea_output = 'hex'")


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _key(table: str) -> str:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_primary_key_columns(cursor, table)
    return ", ".join(connection.ops.quote_name(column) for column in columns or ())


def _lift_sequence(table: str) -> None:
    with connection.cursor() as cursor:
        for sequence in connection.introspection.get_sequences(cursor, table):
            column = connection.ops.quote_name(sequence["column"])
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), max({column})) FROM {_name(table)}"  # noqa: S608
                f" HAVING max({column}) IS NOT NULL",
                [table, sequence["column"]],
            )


def _name(table: str) -> str:
    return connection.ops.quote_name(table)
