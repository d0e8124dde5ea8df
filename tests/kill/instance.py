"""A real instance on a data directory of its own, its processes by name, and what its database says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg

from anliegen.ground.postgres import postmaster
from anliegen.ground.postgres.layout import DATABASE, PORT, USER, Layout
from tests import template

REPOSITORY = Path(__file__).resolve().parents[2]
MAILBOX = "service@musterstadt.example"
NURSERY = "anliegen.config.processes.nursery"
STALLED_AFTER_S = 6  # instead of a minute, so that jobs of killed workers are taken up within the test


def until(true: Callable[[], object], seconds: float, what: str = "", *, pause: float = 0.1) -> None:
    """Wait until it is true. Raises AssertionError with `what` when it does not become so in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what or true}"
        time.sleep(pause)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Instance:
    """`anliegen run` in a directory. `start` and `stop` as often as a test likes."""

    def __init__(self, place: Path, **environment: str) -> None:
        self.place, self.data = place, place / "data"
        self.port, self.smtp_port = free_port(), free_port()
        self.log = place / "log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_"))}
        self.environment = clean | {
            "ANLIEGEN_DATA": str(self.data),
            "ANLIEGEN_PORT": str(self.port),
            "ANLIEGEN_SMTP_PORT": str(self.smtp_port),
            "ANLIEGEN_BASE_URL": f"http://127.0.0.1:{self.port}",
            "ANLIEGEN_STALLED_AFTER_S": str(STALLED_AFTER_S),
            "PYTHONPATH": str(REPOSITORY),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.others: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        for pid in [*self.server_pids(), *self.running()]:
            postmaster.send(pid, signal.SIGKILL)

    # What a person types.

    def anliegen(self, *arguments: str) -> dict[str, Any]:
        """Run a command to its end; its JSON. Raises AssertionError with what it said when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "anliegen", *arguments, "--json"],
            env=self.environment,
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def set_up(self) -> Self:
        template.migrated(self.data)
        self.anliegen("setup", "--organisation", "Stadtwerke Musterstadt", "--admin", MAILBOX, "--state", "SN")
        return self

    def start(self, seconds: float = 120) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "anliegen", "run", "--port", str(self.port)],
                env=self.environment,
                cwd=self.place,
                stdout=log,
                stderr=log,
            )
        until(lambda: self.is_well() or self.process is None or self.process.poll() is not None, seconds, self.said())
        assert self.is_well(), self.said()
        # Far more mails in a few minutes than an operator gets: what is tested here is that none is lost, not the pace.
        self.ask("UPDATE accounts_operator SET sends_per_minute = 30000 RETURNING id")
        self.ask(
            "INSERT INTO channels_guard (id, most_per_address, most_per_ticket, most_answers, trusted_servers)"
            " VALUES (1, 30000, 30000, 30000, '{}') ON CONFLICT (id) DO NOTHING RETURNING id"
        )
        return self

    def also(self, *arguments: str) -> subprocess.Popen[bytes]:
        """One more process beside it, such as a second worker."""
        with self.log.open("ab") as log:
            other = subprocess.Popen(
                [sys.executable, "-m", "anliegen", *arguments],
                env=self.environment,
                cwd=self.place,
                stdout=log,
                stderr=log,
            )
        self.others.append(other)
        return other

    def stop(self) -> None:
        for process in [*self.others, *([self.process] if self.process else [])]:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.process, self.others = None, []

    # How it is.

    def is_well(self) -> bool:
        """Ready for everything: healthy, and taking mail."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                healthy = answer.status == 200
            socket.create_connection(("127.0.0.1", self.smtp_port), timeout=2).close()
        except (OSError, urllib.error.URLError):
            return False
        return healthy

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        place = {"host": str(self._socket()), "port": PORT, "user": USER, "dbname": DATABASE}
        with psycopg.connect(**place, autocommit=True) as connection:  # type: ignore[arg-type]
            return connection.execute(question, values or None).fetchall()  # type: ignore[arg-type]

    def one(self, question: str, *values: object) -> Any:
        [(answer,)] = self.ask(question, *values)
        return answer

    def outbox(self) -> list[Path]:
        return sorted((self.data / "outbox").glob("*.eml"))

    # Its processes.

    def supervisor(self) -> int:
        assert self.process is not None
        return self.process.pid

    def nursery(self) -> int:
        [pid] = [pid for pid in _children(self.supervisor()) if NURSERY in postmaster.command_of(pid)]
        return pid

    def web(self) -> int:
        return self._listening_on(self.port)

    def receiver(self) -> int:
        return self._listening_on(self.smtp_port)

    def worker(self) -> int:
        """The one that listens nowhere."""
        [pid] = [pid for pid in _children(self.nursery()) if pid not in (self.web(), self.receiver())]
        return pid

    def postmaster(self) -> int:
        note = postmaster.note(Layout.under(self.data))
        assert note is not None
        return note.pid

    def backend(self) -> int:
        """The backend that is, or was last, in the middle of something for the worker."""
        return int(
            self.one(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " AND query !~* '^(listen|commit)' ORDER BY (state <> 'idle') DESC, state_change DESC LIMIT 1"
            )
        )

    def running(self) -> list[int]:
        """Supervisor, nursery and children."""
        if self.process is None or self.process.poll() is not None:
            return []
        found, below = [], [self.process.pid]
        while below:
            found += below
            below = [child for pid in below for child in _children(pid)]
        server = set(self.server_pids())
        return [pid for pid in found if pid not in server]

    def server_pids(self) -> list[int]:
        layout = Layout.under(self.data)
        note = postmaster.note(layout)
        alive = [note.pid] if note and postmaster.lives(note.pid, layout) else []
        return alive + postmaster.leftovers(layout)

    def _listening_on(self, port: int) -> int:
        inodes = _listening(port)
        pids = [pid for pid in self.running() if _sockets(pid) & inodes]
        assert len(pids) == 1, f"processes {pids} listen on {port}"
        return pids[0]

    def _socket(self) -> Path:
        note = postmaster.note(Layout.under(self.data))
        return note.socket_dir if note else Layout.under(self.data).socket_dir


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _listening(port: int) -> set[str]:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}


def _sockets(pid: int) -> set[str]:
    found = set()
    try:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(each)
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        return found
    return found
