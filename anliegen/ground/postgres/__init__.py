"""The database: the embedded server (`acquire`), and the way to an operator's own (`parse_url`, `wait_ready`).

Needs neither Django nor, for the embedded server, a database driver: the supervisor of `anliegen run` stays small.
"""

from anliegen.ground.postgres.embedded import Server, acquire, is_there, where
from anliegen.ground.postgres.errors import (
    BadUrl,
    Busy,
    DoesNotStart,
    NoProgram,
    NotReachable,
    PostgresError,
    TooOld,
    WrongAccount,
    WrongVersion,
)
from anliegen.ground.postgres.external import OLDEST, parse_url, wait_ready
from anliegen.ground.postgres.programs import program

__all__ = [
    "OLDEST",
    "BadUrl",
    "Busy",
    "DoesNotStart",
    "NoProgram",
    "NotReachable",
    "PostgresError",
    "Server",
    "TooOld",
    "WrongAccount",
    "WrongVersion",
    "acquire",
    "is_there",
    "parse_url",
    "program",
    "wait_ready",
    "where",
]
