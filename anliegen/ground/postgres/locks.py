"""File locks that the kernel gives back when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anliegen.ground.postgres.errors import Busy


def opened(path: Path) -> int:
    """A descriptor for locking. Not inherited by programs we start, unless they are told to."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def taken(descriptor: int, kind: int) -> bool:
    """Take the lock if that is possible at once. A lock of another kind that we hold on it is lost if it is not."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path, *, patience: float) -> Iterator[None]:
    """Only one process at a time is inside. Raises Busy after `patience` seconds."""
    descriptor = opened(path)
    try:
        until = time.monotonic() + patience
        while not taken(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise Busy(f"Another process has been holding {path} for more than {patience:.0f} seconds.")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
