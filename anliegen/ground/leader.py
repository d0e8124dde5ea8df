"""One process at a time for a piece of work, over all machines: by a lock that PostgreSQL holds for a connection."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

LOOK_S = 5.0  # seconds between two tries to become the one


@contextmanager
def alone(number: int, stop: threading.Event) -> Iterator[Callable[[], bool]]:
    """Wait until nobody else holds the lock of this number, then hold it. Gives a question to be asked now and then:
    whether it is still held. With the database the lock is gone, and so the work must end.

    Raises psycopg.OperationalError when the database is away, and Stopped when `stop` is set while waiting.
    """
    with _connect() as holder:
        while not _try(holder, number):
            if stop.wait(LOOK_S):
                raise Stopped
        yield lambda: _lives(holder)


class Stopped(Exception):
    """The waiting ended because it was to end."""


def _try(holder: psycopg.Connection, number: int) -> bool:
    row = holder.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()
    return row is not None and bool(row[0])


def _lives(holder: psycopg.Connection) -> bool:
    try:
        holder.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _connect() -> psycopg.Connection:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)
