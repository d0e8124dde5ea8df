"""Two ways to start a child: a program of its own, or a fork of one that has everything imported already."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from anliegen.config.processes.children import Child, Ended
from anliegen.ground.apart import PARENT

PRELOAD_PATIENCE = 120.0


class LauncherGone(Exception):
    """The launcher cannot start anything any more; what it had started ends by itself."""


class Launcher(Protocol):
    """Starts children and tells who ended. Closing it ends nothing that was not ended before."""

    def start(self, child: Child, *, output: int, errors: int) -> int: ...

    def ended(self) -> list[Ended]: ...

    def watched(self) -> int | None: ...

    def close(self) -> None: ...


class Exec:
    """Each child is a program of its own."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "anliegen")) -> None:
        self._command = command
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, child: Child, *, output: int, errors: int) -> int:
        """Its own session keeps Ctrl-C in the terminal from reaching it before the supervisor decides."""
        process = subprocess.Popen(
            [*self._command, *child.arguments],
            env=os.environ | child.environment | {PARENT: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        self._running[process.pid] = process
        return process.pid

    def ended(self) -> list[Ended]:
        gone = [Ended(pid, process.returncode) for pid, process in self._running.items() if process.poll() is not None]
        for each in gone:
            del self._running[each.pid]
        return gone

    def watched(self) -> int | None:
        """Nothing to watch: the kernel signals the end of a child."""
        return None

    def close(self) -> None:
        """Nothing to give back."""


class Fork:
    """Children are forked from a nursery."""

    def __init__(self, outputs: Sequence[int], *, preload: str, program: str) -> None:
        """`outputs` are the descriptors that children may be started with.

        Returns at once: importing goes on while the caller does something else. `wait` comes before the first start.
        """
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "anliegen.config.processes.nursery", preload, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(outputs),
            start_new_session=True,
        )
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._orders, self._replies = self._nursery.stdin.fileno(), self._nursery.stdout.fileno()
        self._imported = False
        self._rest = b""
        self._ended: list[Ended] = []
        self._alive: set[int] = set()
        self._orphans: set[int] = set()

    def wait(self) -> None:
        """Until everything is imported. Raises LauncherGone when that fails, or when it left threads behind."""
        answer = self._answer("ready", PRELOAD_PATIENCE)
        self._imported = True
        if answer["threads"]:
            raise LauncherGone(f"importing started threads ({', '.join(answer['threads'])})")

    def start(self, child: Child, *, output: int, errors: int) -> int:
        order = {
            "arguments": child.arguments,
            "environment": dict(child.environment),
            "output": output,
            "errors": errors,
            "parent": self._nursery.pid,
        }
        try:
            os.write(self._orders, json.dumps(order).encode() + b"\n")
        except OSError as error:
            raise LauncherGone("the process that children are forked from is gone") from error
        pid = int(self._answer("started", 10.0)["started"])
        self._alive.add(pid)
        return pid

    def ended(self) -> list[Ended]:
        while select.select([self._replies], [], [], 0)[0]:
            if not self._read():
                self._orphans |= self._alive
                self._alive.clear()
                break
        self._ended += [Ended(pid, -signal.SIGKILL) for pid in self._orphans if not _exists(pid)]
        self._orphans = {pid for pid in self._orphans if _exists(pid)}
        found, self._ended = self._ended, []
        return found

    def watched(self) -> int | None:
        return self._replies if self._nursery.poll() is None else None

    def close(self) -> None:
        """Closing the line ends the nursery, and it ends whatever it still has."""
        for stream in (self._nursery.stdin, self._nursery.stdout):
            if stream is not None:
                stream.close()
        if not self._imported:
            # It does not listen yet, and has no children.
            self._nursery.kill()
        try:
            self._nursery.wait(timeout=12)
        except subprocess.TimeoutExpired:
            self._nursery.kill()
            self._nursery.wait()

    def _answer(self, key: str, patience: float) -> dict[str, Any]:
        """The next reply with this key; those about ended children are kept for later."""
        until = time.monotonic() + patience
        while True:
            while b"\n" in self._rest:
                line, self._rest = self._rest.split(b"\n", 1)
                reply: dict[str, Any] = json.loads(line)
                if key in reply:
                    return reply
                self._note(reply)
            left = max(0.0, until - time.monotonic())
            if not select.select([self._replies], [], [], left)[0] or not self._fill():
                raise LauncherGone("the process that children are forked from does not answer")

    def _read(self) -> bool:
        """Take in what is there; False when nothing will come any more."""
        if not self._fill():
            return False
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._note(json.loads(line))
        return True

    def _fill(self) -> bool:
        more = os.read(self._replies, 65536)
        self._rest += more
        return bool(more)

    def _note(self, reply: dict[str, Any]) -> None:
        if "ended" in reply:
            self._alive.discard(reply["ended"])
            self._ended.append(Ended(reply["ended"], reply["code"]))


class ForkOrExec:
    """Forks, unless importing everything beforehand turns out not to be possible."""

    def __init__(self, fork: Fork, say: Callable[[str], None], instead: Launcher) -> None:
        self._fork = fork
        self._say = say
        self._instead = instead
        self._chosen: Launcher | None = None

    def start(self, child: Child, *, output: int, errors: int) -> int:
        if self._chosen is None:
            self._chosen = self._choose()
        return self._chosen.start(child, output=output, errors=errors)

    def ended(self) -> list[Ended]:
        return self._chosen.ended() if self._chosen else []

    def watched(self) -> int | None:
        return self._chosen.watched() if self._chosen else None

    def close(self) -> None:
        (self._chosen or self._fork).close()

    def _choose(self) -> Launcher:
        try:
            self._fork.wait()
        except LauncherGone as gone:
            self._fork.close()
            self._say(f"{gone}; each process imports for itself")
            return self._instead
        return self._fork


def _exists(pid: int) -> bool:
    """Children of a killed nursery are not ours to wait for, only to look after."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
