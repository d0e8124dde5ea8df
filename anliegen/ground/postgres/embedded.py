"""The PostgreSQL that comes with Anliegen: there while somebody uses it, gone after the last one.

Three locks, which the kernel gives back however their holder ends, carry everything:

- `start.lock`, exclusive: whoever starts, heals or stops is alone;
- `users.lock`, shared by all who use the server: the last one out can take it exclusively, and stops the server;
- `server.lock`, held by the server and inherited by its backends: whoever can take it knows that none of them is
  alive, whatever number stands in a pid file, on this machine or in another container on the same directory.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from anliegen.ground.postgres import cluster, locks, postmaster
from anliegen.ground.postgres.account import account_for
from anliegen.ground.postgres.errors import Busy, DoesNotStart, NotReachable
from anliegen.ground.postgres.layout import DATABASE, PORT, USER, Layout

# A backend that is busy when its server is killed goes on until its query ends, unless it is asked to stop.
LEFTOVERS_ASK = 0.5
LEFTOVERS_KILL = 5.0
LEFTOVERS_PATIENCE = 20.0
# While it restarts after a crash of a backend, a server is silent for a moment.
SILENCE_PATIENCE = 5.0


class Server:
    """A running embedded server that is ours to use until `release`. Also a context manager."""

    def __init__(self, layout: Layout, users: int, process: subprocess.Popen[bytes] | None, socket_dir: Path) -> None:
        self.layout = layout
        self.socket_dir = socket_dir
        self._users: int | None = users
        self._process = process
        self._pid = os.getpid()

    @property
    def dsn(self) -> str:
        """For psycopg and libpq."""
        host = str(self.socket_dir).replace("\\", "\\\\").replace("'", "\\'")
        return f"host='{host}' port={PORT} user={USER} dbname={DATABASE}"

    @property
    def url(self) -> str:
        """The same as an address, for programs that take `DATABASE_URL`."""
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}&port={PORT}"

    def is_alive(self) -> bool:
        """Cheap enough to ask every second."""
        found = postmaster.note(self.layout)
        return found is not None and postmaster.lives(found.pid, self.layout)

    def heal(self) -> bool:
        """Start the server again if it died under its users; True if it had."""
        if self.is_alive():
            return False
        with locks.alone(self.layout.start_lock, patience=postmaster.START_PATIENCE):
            before = self._process
            self._process, self.socket_dir = _running(self.layout, nobody_else=False)
            if before is not None:
                before.poll()
        return self._process is not None

    def release(self) -> None:
        """Give the server back. The last one to do so stops it and returns when it is gone. A second call does nothing.

        In a forked child this only forgets: the lock is one with the parent's.
        """
        users, self._users = self._users, None
        if users is None:
            return
        if os.getpid() != self._pid:
            os.close(users)
            return
        with locks.alone(self.layout.start_lock, patience=postmaster.START_PATIENCE):
            try:
                found = postmaster.note(self.layout)
                if locks.taken(users, fcntl.LOCK_EX) and found and postmaster.lives(found.pid, self.layout):
                    postmaster.stop(found.pid, self.layout)
            finally:
                os.close(users)
        if self._process is not None:
            self._process.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def acquire(data: Path) -> Server:
    """The server of this data directory, started, healed or joined as needed, and ready when this returns.

    Takes 1 s for a new directory, 0.1 s to start one again, 10 ms to join. After a crash it waits for recovery.
    Raises PostgresError: NoProgram, WrongAccount, WrongVersion, DoesNotStart, NotReachable, Busy.
    """
    layout = Layout.under(data)
    cluster.make_directories(layout)
    with locks.alone(layout.start_lock, patience=postmaster.START_PATIENCE):
        users = locks.opened(layout.users_lock)
        try:
            nobody_else = locks.taken(users, fcntl.LOCK_EX)
            # Never waits: exclusive is only held under the start lock, and that is ours.
            fcntl.flock(users, fcntl.LOCK_SH)
            process, socket_dir = _running(layout, nobody_else=nobody_else)
        except BaseException:
            os.close(users)
            raise
    return Server(layout, users, process, socket_dir)


def is_there(data: Path) -> bool:
    """Whether this data directory has a database already; makes none."""
    return Layout.under(data).cluster.is_dir()


def where(data: Path) -> dict[str, Any]:
    """One entry of `DATABASES` without starting anything: for commands that only need to know the kind of database."""
    layout = Layout.under(data)
    found = postmaster.note(layout)
    runs = found is not None and postmaster.lives(found.pid, layout)
    return _django_settings(_socket_dir(layout) if runs else layout.socket_dir)


def _running(layout: Layout, *, nobody_else: bool) -> tuple[subprocess.Popen[bytes] | None, Path]:
    """Make sure that the server runs; its process if we started it, and where its socket is."""
    server_lock = locks.opened(layout.server_lock)
    try:
        found = postmaster.note(layout)
        alive = found is not None and postmaster.lives(found.pid, layout)
        if found and alive and _joined(layout, found.pid, nobody_else=nobody_else):
            return None, _socket_dir(layout)
        _wait_for_leftovers(layout, server_lock)
        return _started(layout, server_lock), layout.socket_dir
    finally:
        os.close(server_lock)


def _joined(layout: Layout, pid: int, *, nobody_else: bool) -> bool:
    """Use the server that is there. False when it went away, or was stopped because it was of no use to anybody."""
    if nobody_else and not _is_current(layout, pid):
        postmaster.stop(pid, layout)
        return False
    began = heard = time.monotonic()
    while postmaster.lives(pid, layout):
        found = postmaster.note(layout)
        state = postmaster.state(found.socket_dir) if found else postmaster.State.STARTING
        if state is postmaster.State.READY:
            return True
        if state is not postmaster.State.SILENT:
            heard = time.monotonic()
        # Somebody removed its socket, and nobody can use it any more.
        if nobody_else and time.monotonic() - heard > SILENCE_PATIENCE:
            postmaster.stop(pid, layout)
            return False
        if time.monotonic() - began > postmaster.START_PATIENCE:
            raise NotReachable(f"The database server (process {pid}) runs but does not answer. Its log: {layout.log}")
        time.sleep(0.05)
    return False


def _is_current(layout: Layout, pid: int) -> bool:
    """Was it started with today's program and settings? After an upgrade a server left behind is not."""
    return postmaster.command_of(pid) == " ".join(str(word) for word in postmaster.command(layout))


def _socket_dir(layout: Layout) -> Path:
    """Where the server says it is: it may have been started with another temporary directory than ours."""
    found = postmaster.note(layout)
    return found.socket_dir if found else layout.socket_dir


def _django_settings(socket_dir: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": "",
        "HOST": str(socket_dir),
        "PORT": str(PORT),
    }


def _wait_for_leftovers(layout: Layout, server_lock: int) -> None:
    """Take the server's lock: backends that outlived their server are waited for, then asked, then ended.

    That loses nothing: what they had committed is in the log, and the next start replays it.
    """
    began = time.monotonic()
    while not locks.taken(server_lock, fcntl.LOCK_EX):
        waited = time.monotonic() - began
        if waited > LEFTOVERS_PATIENCE:
            raise Busy(f"Something holds {layout.server_lock} and is no server of ours: {_holders(layout)}")
        if waited > LEFTOVERS_ASK:
            for pid in postmaster.leftovers(layout):
                postmaster.send(pid, signal.SIGKILL if waited > LEFTOVERS_KILL else signal.SIGQUIT)
        time.sleep(0.02)


def _started(layout: Layout, server_lock: int) -> subprocess.Popen[bytes]:
    account = account_for(layout)
    cluster.hand_over(layout, account)
    cluster.make(layout, account)
    cluster.make_socket_directory(layout, account)
    _clear_stale_notes(layout)
    for pause in (0.1, 0.3, 1.0, 3.0, 10.0):
        try:
            return postmaster.start(layout, account, server_lock)
        except DoesNotStart:
            # Seen where file locks do not reach the backends (network file systems): the server sees them itself.
            if "shared memory block" not in layout.log_tail():
                raise
            time.sleep(pause)
    return postmaster.start(layout, account, server_lock)


def _clear_stale_notes(layout: Layout) -> None:
    """Remove notes of a dead server whose number now belongs to another program.

    PostgreSQL only looks whether the number is in use and would refuse to start. A note with an unused number stays:
    PostgreSQL finds more in it to check than we do. We hold the server's lock, so that nobody else can be meant.
    """
    for stale in (layout.pid_file, layout.socket_dir / f".s.PGSQL.{PORT}.lock"):
        try:
            pid = abs(int(stale.read_text(errors="replace").split("\n", 1)[0]))
        except FileNotFoundError:
            continue
        except ValueError:
            stale.unlink()
            continue
        if postmaster.send(pid, 0) and not postmaster.lives(pid, layout):
            stale.unlink()


def _holders(layout: Layout) -> str:
    pids = postmaster.leftovers(layout)
    return f"processes {', '.join(map(str, pids))}" if pids else "no process of this machine"
