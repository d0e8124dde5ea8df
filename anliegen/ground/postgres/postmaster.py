"""The server process: is it there, is it ours, start it, stop it."""

from __future__ import annotations

import enum
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from anliegen.ground.postgres import programs
from anliegen.ground.postgres.account import Account
from anliegen.ground.postgres.errors import DoesNotStart
from anliegen.ground.postgres.layout import DATABASE, LONGEST_LOG, PORT, USER, Layout

# Linux. Elsewhere `ps` tells the same, more slowly.
HAS_PROC = Path("/proc/self/cmdline").exists()

# Recovery after a crash replays at most `max_wal_size`; a slow disk may take minutes for it, a dead server no time.
START_PATIENCE = 600.0
STOP_PATIENCE = 15.0

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # One set of processes takes up to 40 under load, each further worker 13. A place that nobody takes costs little.
    "max_connections": "100",
    # Memory: the whole product idles in 350 MB, and pages of a small instance lie in the cache of the system anyway.
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "48MB",
    "effective_cache_size": "512MB",
    "huge_pages": "off",
    "jit": "off",
    # No processes that nothing here needs: reads without workers of their own, no replication, no parallel plans.
    "io_method": "sync",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    # Durability is not for sale; the rest is about the size of the log and when it is written.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "minimal",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors go to the program that made them, and not, with names and addresses in them, into a file.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class State(enum.Enum):
    READY = enum.auto()
    STARTING = enum.auto()
    SILENT = enum.auto()


@dataclass(frozen=True)
class Note:
    """What the server writes about itself into `postmaster.pid`."""

    pid: int
    socket_dir: Path
    ready: bool


def note(layout: Layout) -> Note | None:
    """None when there is no file, or one that was cut off while it was written."""
    try:
        lines = os.fsdecode(layout.pid_file.read_bytes()).split("\n")
        return Note(abs(int(lines[0])), Path(lines[4]), lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def lives(pid: int, layout: Layout) -> bool:
    """Is this process our server? A number alone says nothing: it may belong to another program by now."""
    if pid <= 1:
        return False
    command = command_of(pid)
    return "postgres" in command.split(" -D ", 1)[0] and f" -D {layout.cluster} " in f"{command} "


def command_of(pid: int) -> str:
    """The command line of a process; empty for one that is gone, a zombie, or not ours to see."""
    if HAS_PROC:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0")
            return os.fsdecode(words.replace(b"\0", b" "))
        except OSError:
            return ""
    return _ps("-o", "command=", "-p", str(pid)).strip()


def leftovers(layout: Layout) -> list[int]:
    """Backends of our server, by their title. They outlive it for a moment, a busy one until its query is done."""
    title = f"postgres: {layout.cluster_name}: "
    if HAS_PROC:
        everybody = {int(entry): command_of(int(entry)) for entry in os.listdir("/proc") if entry.isdigit()}
    else:
        lines = [line.split(None, 1) for line in _ps("-axo", "pid=,command=").splitlines()]
        everybody = {int(line[0]): line[1] for line in lines if len(line) > 1}
    return [pid for pid, command in everybody.items() if command.startswith(title)]


def state(socket_dir: Path) -> State:
    """What the server says when it is asked for a connection."""
    place = ["--host", str(socket_dir), "--port", str(PORT), "--username", USER, "--dbname", DATABASE]
    asked = [str(programs.program("pg_isready")), "--quiet", "--timeout", "3", *place]
    code = subprocess.run(asked, stdin=subprocess.DEVNULL, check=False).returncode
    return {0: State.READY, 1: State.STARTING}.get(code, State.SILENT)


def command(layout: Layout) -> list[str | Path]:
    settings = SETTINGS | {"cluster_name": layout.cluster_name}
    line: list[str | Path] = [programs.program("postgres"), "-D", layout.cluster, "-k", layout.socket_dir]
    for name, value in settings.items():
        line += ["-c", f"{name}={value}"]
    return line


def start(layout: Layout, account: Account, server_lock: int) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own and wait until it accepts connections.

    It inherits `server_lock`, and its backends after it. Raises DoesNotStart with the end of its log.
    """
    _turn_over(layout.log)
    with open(layout.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
        process = account.popen(
            command(layout),
            cwd=layout.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, pass_fds=(server_lock,),
        )  # fmt: skip
    try:
        _wait_until_ready(layout, process)
    except BaseException:
        process.send_signal(signal.SIGQUIT)
        raise
    return process


def _wait_until_ready(layout: Layout, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_PATIENCE
    while process.poll() is None:
        found = note(layout)
        if found and found.pid == process.pid and found.ready:
            return
        if time.monotonic() > until:
            raise DoesNotStart("The database server does not become ready.", log=layout.log, lines=layout.log_tail())
        time.sleep(0.01)
    raise DoesNotStart(
        f"The database server stopped by itself (exit code {process.returncode}).",
        log=layout.log,
        lines=layout.log_tail(),
    )


def stop(pid: int, layout: Layout) -> None:
    """Fast shutdown: sessions are ended, everything is written. If that takes too long, the next start recovers.

    A server that is just recovering from a crash is stopped at once instead: asked for a fast shutdown then, its
    recovery waits for a process that the shutdown has already ended (seen with PostgreSQL 18).
    """
    found = note(layout)
    fast = found is not None and state(found.socket_dir) is State.READY
    steps = [(signal.SIGINT, STOP_PATIENCE)] if fast else []
    for sign, patience in (*steps, (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if not send(pid, sign) or _gone(pid, layout, patience):
            return


def send(pid: int, sign: int) -> bool:
    """False when there is no such process. Signal 0 only asks."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _gone(pid: int, layout: Layout, patience: float) -> bool:
    until = time.monotonic() + patience
    while lives(pid, layout):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _turn_over(log: Path) -> None:
    """Keep one older log, so that neither grows for ever."""
    try:
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
    except FileNotFoundError:
        return


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", "-ww", *arguments], capture_output=True, text=True, check=False).stdout  # noqa: S607
