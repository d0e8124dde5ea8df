"""What the supervisor runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Child:
    """One process: `anliegen ARGUMENTS...`, with a short name for its lines in the log.

    What a child that is `held` says on standard output is not passed on line by line, but kept for its starter.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True)
class Ended:
    """A process that is gone. `code` is negative for a signal, as everywhere in Python."""

    pid: int
    code: int

    def __str__(self) -> str:
        return f"killed by signal {-self.code}" if self.code < 0 else f"exit code {self.code}"
