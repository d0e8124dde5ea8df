"""How many may talk to the receiver at once. It listens for the operator's own mail servers, so there are few.

Without a bound one peer could hold every file descriptor of the process, and the mail server would not get in.
"""

import time
from collections import Counter

import structlog

log = structlog.get_logger(__name__)

MOST = 100  # conversations at once
MOST_OF_ONE = 50  # of one peer; Postfix holds at most 20 to one destination unless told otherwise
TOLD_EVERY_S = 60.0  # a flood of connections is no flood of log lines


OTHERS = 32  # files that the process has open anyway: its database connections, mails being stored


def as_wide_as(files: int) -> "Door":
    """A door through which no more come than a process with so many open files can bear: each has a line and a file."""
    most = max(1, min(MOST, (files - OTHERS - backlog(files)) // 2))
    return Door(most=most, most_of_one=max(1, min(MOST_OF_ONE, most // 2)))


def backlog(files: int) -> int:
    """How many may knock at the same moment: so many lines are opened before anybody is turned away."""
    return max(1, min(MOST, files // 12))


class Door:
    """Counts who is inside. Used from one event loop only."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._inside: Counter[str] = Counter()
        self._turned_away = 0
        self._told_at = float("-inf")

    def enter(self, peer: str) -> bool:
        """Let one more in, unless there are as many as may be. Whoever got in has to `leave`."""
        if self._inside.total() >= self._most or self._inside[peer] >= self._most_of_one:
            self._turn_away()
            return False
        self._inside[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        self._inside[peer] -= 1
        if not self._inside[peer]:
            del self._inside[peer]

    def _turn_away(self) -> None:
        self._turned_away += 1
        if time.monotonic() - self._told_at < TOLD_EVERY_S:
            return
        log.warning("too many connections, senders asked to try again", turned_away=self._turned_away)
        self._told_at, self._turned_away = time.monotonic(), 0
