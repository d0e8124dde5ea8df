"""Waiting for PostgreSQL's notifications, in one way for sealer, readers, intake and stream."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import structlog
from django.db import OperationalError, close_old_connections, connection
from psycopg import sql

log = structlog.get_logger(__name__)

LONGEST_PAUSE_S = 15.0


def listen(channels: list[str], stop: threading.Event, *, patience: float) -> Iterator[set[str]]:
    """Yield the names of the channels that were notified; at the start, and after `patience` seconds, the empty set.

    The empty set means "look anyway": whatever was notified while nobody listened is found so. When the database goes
    away this waits and connects again. Ends when `stop` is set.
    """
    pause = 0.2
    while not stop.is_set():
        try:
            with _connect() as listener:
                for channel in channels:
                    listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = 0.2
                yield set()
                yield from _notified(listener, stop, patience)
        except psycopg.OperationalError:
            log.warning("listening again soon", channels=channels, seconds=pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def work_when_woken(
    channels: list[str], work: Callable[[set[str]], object], stop: threading.Event, *, patience: float
) -> None:
    """Call `work` each time something may have happened; outlive a database that goes away."""
    for woken in listen(channels, stop, patience=patience):
        try:
            work(woken)
        except OperationalError as error:
            log.warning("the database is away", error=str(error).strip().partition("\n")[0])
            close_old_connections()
            connection.close()
            stop.wait(0.5)


def _connect() -> psycopg.Connection:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)


def _notified(listener: psycopg.Connection, stop: threading.Event, patience: float) -> Iterator[set[str]]:
    waited = 0.0
    step = min(patience, 1.0)  # so that a stop is noticed
    while not stop.is_set():
        woken = {note.channel for note in listener.notifies(timeout=step, stop_after=1)}
        # Take what came at the same moment, too: one look serves them all.
        woken |= {note.channel for note in listener.notifies(timeout=0)} if woken else set()
        waited = 0.0 if woken else waited + step
        if woken or waited >= patience:
            waited = 0.0
            yield woken
