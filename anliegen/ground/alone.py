"""One at a time, in all processes on all machines: advisory locks, which PostgreSQL gives back when a holder dies."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

LOOK_S = 0.05  # between two looks for a free place


@contextmanager
def alone(kind: int, key: int) -> Iterator[bool]:
    """Hold the lock of this kind and key while inside; yields False at once when somebody else holds it.

    It belongs to the connection of the calling thread: should that break, the lock is free again.
    """
    mine = _asks("SELECT pg_try_advisory_lock(%s, %s)", kind, key)
    try:
        yield mine
    finally:
        if mine:
            with suppress(DatabaseError, InterfaceError):  # gone with its connection
                _asks("SELECT pg_advisory_unlock(%s, %s)", kind, key)


@contextmanager
def one_of(kind: int, most: int, *, patience: float = 0.0) -> Iterator[bool]:
    """Be one of at most so many inside; yields False when that many still are after `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        for key in range(most):
            with alone(kind, key) as mine:
                if mine:
                    yield True
                    return
        if time.monotonic() >= until:
            break
        time.sleep(LOOK_S)
    yield False


def _asks(question: str, kind: int, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [kind, key % 2**31])
        row = cursor.fetchone()
    return bool(row and row[0])
