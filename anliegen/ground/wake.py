"""Waiting for PostgreSQL's notifications, in one way for sealer, readers, intake and stream."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection
from psycopg import sql

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 15.0

# SQLSTATE of what passes by itself: connection lost, deadlock, no room or no connection left, shut down or starting.
# Not among them: class 54, a value that is larger than PostgreSQL takes. Trying that again would never end.
PASSING = ("08", "40", "53", "57P", "58")


Told = Callable[[str, str], object]  # a channel, and what a notification on it says


def listen(
    channels: list[str],
    stop: threading.Event,
    *,
    patience: float,
    rest: float = 0.0,
    told: Told | None = None,
) -> Iterator[set[str]]:
    """Yield the names of the channels that were notified; at the start, and after `patience` seconds, the empty set.

    Yields at most once in `rest` seconds: the first notification after a pause is told at once, and what comes while
    much is going on is told together, so that whoever works in batches gets batches.

    The empty set means "look anyway": whatever was notified while nobody listened is found so. When the database goes
    away this waits and connects again. Ends when `stop` is set. `told` gets what a
    notification says, if it says something.
    """
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            with _connect() as listener:
                for channel in channels:
                    listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = FIRST_PAUSE_S
                yield set()
                yield from _notified(listener, stop, patience, rest, told)
        except psycopg.OperationalError:
            if pause == FIRST_PAUSE_S:  # told once each time the database goes away
                log.warning("listening again when the database is back", channels=channels)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def work_when_woken(
    channels: list[str],
    work: Callable[[set[str]], object],
    stop: threading.Event,
    *,
    patience: float,
    rest: float = 0.0,
    told: Told | None = None,
) -> None:
    """Call `work` each time something may have happened, and after a failure again, until it succeeds.

    Outlives a database that goes away, and a fault of our own: that is logged whole, and other threads go on meanwhile.
    """
    for woken in listen(channels, stop, patience=patience, rest=rest, told=told):
        pause = FIRST_PAUSE_S
        while not stop.is_set() and not _succeeds(work, woken):
            woken = set()  # by now more may have happened than what woke us
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def database_is_away(error: BaseException) -> bool:
    """Whether the database could not answer just now: nobody's fault, so the caller waits and asks again.

    False for what it refuses, however it words that: the same question would be refused for ever.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    return is_passing(getattr(error.__cause__, "sqlstate", None))


def is_passing(sqlstate: str | None) -> bool:
    """Whether what this code of an OperationalError means passes by itself; without a code nobody answered."""
    return sqlstate is None or sqlstate.startswith(PASSING)


def _succeeds(work: Callable[[set[str]], object], woken: set[str]) -> bool:
    try:
        work(woken)
    except Exception as error:
        if database_is_away(error):
            log.warning("the database is away", error=str(error).strip().partition("\n")[0])
        else:
            log.exception("our own fault, tried again")
        connection.close()
        return False
    return True


def _connect() -> psycopg.Connection:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)


def _notified(
    listener: psycopg.Connection, stop: threading.Event, patience: float, rest: float, told: Told | None
) -> Iterator[set[str]]:
    waited = 0.0
    step = min(patience, 1.0)  # so that a stop is noticed
    while not stop.is_set():
        notes = list(listener.notifies(timeout=step, stop_after=1))
        # Take what came at the same moment, too: one look serves them all.
        notes += listener.notifies(timeout=0) if notes else ()
        woken = {note.channel for note in notes}
        for note in notes:
            if told is not None and note.payload:
                told(note.channel, note.payload)
        waited = 0.0 if woken else waited + step
        if woken or waited >= patience:
            waited, began = 0.0, time.monotonic()
            yield woken
            stop.wait(max(0.0, began + rest - time.monotonic()))
