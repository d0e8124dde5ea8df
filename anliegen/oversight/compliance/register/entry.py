"""What the register says of one automated actor, and how a room adds its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Algorithm:
    """One automated actor, in words for everybody.

    `author` is how the journal names it (`rule:mailbox`); where `is_family` is set, how all of its kind begin
    (`model:triage@`).
    `decides` is empty where it follows a fixed course and chooses nothing. `reach` is the class of its effects:
    `reversible`, `delayed`, `irreversible`, or empty. `oversight` says where people step in.
    """

    author: str
    name: str
    purpose: str
    decides: str
    data: tuple[str, ...]
    reach: str
    oversight: str
    responsible: tuple[str, ...]
    version: str = ""
    reviewed_on: date | None = None
    is_on: bool = True
    is_paused: bool = False
    is_family: bool = False
    fairness: str = ""

    def with_fairness(self, words: str) -> "Algorithm":
        return replace(self, fairness=words) if words else self


class Source(Protocol):
    """The entries of one room, as they are at this moment, in the reader's language."""

    def __call__(self) -> Iterable[Algorithm]: ...
