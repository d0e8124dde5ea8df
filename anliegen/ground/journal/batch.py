"""Many actions in one transaction: without savepoints between them, their events written in one go at its end.

For loops that take a whole batch back when one of its actions fails, and then go one by one. There a savepoint for each
action protects nothing and costs two statements.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from django.db import transaction

from anliegen.ground import spread
from anliegen.ground.journal.models import Event

_waiting: ContextVar[list[Event] | None] = ContextVar("events waiting to be written", default=None)


@contextmanager
def together() -> Iterator[None]:
    """One transaction for all actions in the block. An exception takes back the whole block."""
    with transaction.atomic():
        token = _waiting.set([])
        try:
            yield
            write_waiting()
        finally:
            _waiting.reset(token)


def unit() -> AbstractContextManager[None]:
    """The transaction of one action; inside `together` it is part of the larger one."""
    return transaction.atomic(savepoint=_waiting.get() is None)


@contextmanager
def attempt() -> Iterator[None]:
    """A part of a larger block that may fail alone: then what it did is taken back, its events too. For the caller to
    catch; the rest of the block goes on. Not for rows that wait (`rows.deferred`).
    """
    outer = _waiting.get()
    token = _waiting.set(None if outer is None else [])
    try:
        with transaction.atomic():
            yield
        if outer is not None:
            outer.extend(_waiting.get() or ())
    finally:
        _waiting.reset(token)


def take(event: Event) -> bool:
    """Keep an event for the end of the block; False when there is no block."""
    waiting = _waiting.get()
    if waiting is None:
        return False
    waiting.append(event)
    return True


def write_waiting() -> None:
    """Write what waits, in the order it was recorded."""
    waiting = _waiting.get()
    if waiting:
        spread.add(waiting)
        waiting.clear()
