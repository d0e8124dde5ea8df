"""What everybody notices at once is told in one line, not by the traceback of each: that the database is away, or that
no more files can be opened.
"""

import errno
import logging
import time

import psycopg
import structlog

from anliegen.ground.wake import database_is_away, is_passing

log = structlog.get_logger(__name__)

TOLD_EVERY_S = 30.0
AWAY = "the database is away; work goes on when it is back"
FULL = "too many open files; connections wait until some are closed"
POOL = "psycopg.pool"  # tells of each failed try to connect, without an exception


class Calm(logging.Filter):
    """Lets every record through, except those that say such a thing once more."""

    def __init__(self) -> None:
        super().__init__()
        self._told_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if (why := _why(record)) is not None:
            self._tell(AWAY, noticed_by=record.name, error=why)
        elif _is_full(record.exc_info[1] if record.exc_info else None):
            self._tell(FULL, noticed_by=record.name)
        else:
            return True
        return False

    def _tell(self, words: str, **more: str) -> None:
        if time.monotonic() - self._told_at.get(words, float("-inf")) >= TOLD_EVERY_S:
            self._told_at[words] = time.monotonic()
            log.warning(words, **more)


def _is_full(error: BaseException | None) -> bool:
    """Whether the process, or the machine, can open no more files: asyncio tells of each connection it cannot take."""
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def _why(record: logging.LogRecord) -> str | None:
    """What the database, or the way to it, said; None when the record is about something else."""
    if record.name == POOL and record.levelno >= logging.WARNING:
        return _first_line(record.getMessage())
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        # What wraps it, such as the errors of procrastinate, says nothing by itself.
        if database_is_away(error) or _is_away(error):
            return _first_line(str(error))
        error = error.__cause__
    return None


def _is_away(error: BaseException) -> bool:
    """As `database_is_away`, for connections that are not Django's."""
    if isinstance(error, psycopg.InterfaceError):
        return True
    return isinstance(error, psycopg.OperationalError) and is_passing(error.sqlstate)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
