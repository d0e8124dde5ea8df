"""One supervisor for each data directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class AlreadyRunning(Exception):
    """Somebody else supervises this data directory."""


class Held:
    """The directory is ours until this is released or the process is gone, however it goes."""

    def __init__(self, data: Path) -> None:
        """Raises AlreadyRunning with the other's number and address."""
        self._file = data / "run.lock"
        data.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, address = os.read(self._descriptor, 1000).decode(errors="replace").partition(" ")
            os.close(self._descriptor)
            raise AlreadyRunning(
                f"Anliegen already runs on {data}: process {pid}, {address or 'still starting'}. "
                f"Stop it there with Ctrl-C, or with: kill {pid}"
            ) from None
        # A clean end leaves it empty.
        self.was_left = os.pread(self._descriptor, 1, 0) != b""
        self.note("")

    def note(self, address: str) -> None:
        """Who and where we are, for the message to the next one."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()} {address}".encode(), 0)

    def release(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
