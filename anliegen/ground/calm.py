"""That the database is away is told in one line, not by the traceback of everybody who notices."""

import logging
import time

import psycopg
import structlog

from anliegen.ground.wake import database_is_away, is_passing

log = structlog.get_logger(__name__)

TOLD_EVERY_S = 30.0
POOL = "psycopg.pool"  # tells of each failed try to connect, without an exception


class Calm(logging.Filter):
    """Lets every record through, except those that say once more that the database does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self._told_at = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        why = _why(record)
        if why is None:
            return True
        if time.monotonic() - self._told_at >= TOLD_EVERY_S:
            self._told_at = time.monotonic()
            log.warning("the database is away; work goes on when it is back", noticed_by=record.name, error=why)
        return False


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
