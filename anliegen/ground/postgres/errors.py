"""What can go wrong with the database, by what the operator has to do about it."""

from __future__ import annotations

from pathlib import Path


class PostgresError(Exception):
    """Something about PostgreSQL keeps Anliegen from working. The text says what, and what to do."""


class BadUrl(PostgresError):
    """`DATABASE_URL` cannot be understood. The password in it is never repeated in the text."""


class NotReachable(PostgresError):
    """No server answers at the address, or it turns us away. A later try may succeed."""


class TooOld(PostgresError):
    """The server is older than Anliegen needs."""

    def __init__(self, found: str, needed: int) -> None:
        super().__init__(f"PostgreSQL {found} is too old: Anliegen needs {needed} or newer.")


class NoProgram(PostgresError):
    """The embedded PostgreSQL is not installed, or not for this machine."""


class WrongAccount(PostgresError):
    """The embedded server cannot be run by, or for, the account at hand."""


class WrongVersion(PostgresError):
    """The data directory was made by another major version of PostgreSQL."""


class DoesNotStart(PostgresError):
    """The embedded server was started and gave up, or never became ready."""

    def __init__(self, what: str, *, log: Path, lines: str) -> None:
        super().__init__(f"{what}\nThe log is {log}; it ends with:\n{lines or '(nothing)'}")
        self.log = log


class Busy(PostgresError):
    """Another process has been starting or stopping the embedded server for too long."""
