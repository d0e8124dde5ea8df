"""Pages are worked out a few at a time, in the order in which they were asked for.

Python works on one page at a moment anyway. Eight begun together are all ready late; two at a time (one draws while
the other waits for the database), the first is ready early and the last no later. What takes long keeps nobody waiting
for longer than `patience`: whoever has waited so long goes without a turn.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

AT_ONCE = 2
PATIENCE_S = 0.25

Application = Callable[..., Iterable[bytes]]


class Turns:
    """Wraps a WSGI application. What it streams after it has begun to answer needs no turn."""

    def __init__(self, application: Application, *, at_once: int = AT_ONCE, patience: float = PATIENCE_S) -> None:
        self._application = application
        self._turns = threading.Semaphore(at_once)
        self._patience = patience

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        has_turn = self._turns.acquire(timeout=self._patience)
        try:
            return self._application(environ, start)
        finally:
            if has_turn:
                self._turns.release()
