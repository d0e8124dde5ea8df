"""A database that is away is told in one line; everything else is logged as it was."""

import errno
import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DataError, OperationalError
from procrastinate import exceptions
from structlog.testing import capture_logs

from anliegen.ground import calm

AWAY = psycopg.OperationalError("connection failed: no such server\n\tIs it running?")


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """What got through the filter, of a logger of its own."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    handler.addFilter(calm.Calm())
    loggers = [logging.getLogger(name) for name in ("tests.calm", calm.POOL)]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    yield records
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def tell(error: BaseException, *, because: BaseException | None = None) -> None:
    try:
        raise error from because
    except BaseException:
        logging.getLogger("tests.calm").exception("listener error")


def test_however_many_notice_it_is_told_once(said: list[logging.LogRecord]) -> None:
    with capture_logs() as lines:
        tell(exceptions.ConnectorException(), because=AWAY)
        tell(OperationalError("connection failed"), because=AWAY)
        tell(psycopg.InterfaceError("the connection is closed"))
        logging.getLogger(calm.POOL).warning("error connecting in 'pool-1': no such server\n\tIs it running?")
    assert said == []
    assert lines == [
        {
            "event": "the database is away; work goes on when it is back",
            "noticed_by": "tests.calm",
            "error": "connection failed: no such server",
            "log_level": "warning",
        }
    ]


def test_however_many_connections_find_no_file_free_it_is_told_once(said: list[logging.LogRecord]) -> None:
    with capture_logs() as lines:
        for _ in range(100):
            tell(OSError(errno.EMFILE, "Too many open files"))
        tell(OSError(errno.ENOENT, "No such file"))
    assert [record.exc_info[1].errno for record in said if record.exc_info] == [errno.ENOENT]
    assert lines == [{"event": calm.FULL, "noticed_by": "tests.calm", "log_level": "warning"}]


def test_the_next_time_it_goes_away_is_told_again(
    said: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calm, "TOLD_EVERY_S", 0.0)
    with capture_logs() as lines:
        tell(AWAY)
        tell(AWAY)
    assert (said, len(lines)) == ([], 2)


@pytest.mark.parametrize(
    "error", [KeyError("ours"), DataError("value too long"), psycopg.errors.ProgramLimitExceeded("too large")]
)
def test_our_own_faults_and_refusals_are_logged_whole(said: list[logging.LogRecord], error: Exception) -> None:
    with capture_logs() as lines:
        tell(error)
    assert lines == []
    assert [(record.msg, record.exc_info[1] if record.exc_info else None) for record in said] == [
        ("listener error", error)
    ]


def test_what_failed_while_the_database_was_away_but_not_because_of_it_is_our_fault(
    said: list[logging.LogRecord],
) -> None:
    try:
        try:
            raise AWAY
        except psycopg.OperationalError:
            {}["missing"]
    except KeyError as error:
        with capture_logs() as lines:
            logging.getLogger("tests.calm").error("failed", exc_info=error)
    assert (lines, len(said)) == ([], 1)
