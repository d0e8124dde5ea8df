"""kill -9 of anything at any moment loses nothing that was committed, and the next start heals by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from anliegen.ground.postgres import Busy, acquire, embedded, locks, postmaster
from anliegen.ground.postgres.layout import Layout

from .conftest import REPOSITORY, ask, pid_of, runs, until

pytestmark = [pytest.mark.kill, pytest.mark.usefixtures("made_before")]


class Writer(threading.Thread):
    """Inserts numbers one by one until the connection breaks, and knows which ones were confirmed."""

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self.dsn = dsn
        self.confirmed = 0

    def run(self) -> None:
        try:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                while True:
                    connection.execute("INSERT INTO numbers VALUES (%s)", [self.confirmed + 1])
                    self.confirmed += 1
        except psycopg.OperationalError:
            return


def backends(data: Path) -> list[int]:
    return postmaster.leftovers(Layout.under(data))


def nothing_was_lost(dsn: str, writer: Writer) -> bool:
    """All confirmed numbers, and at most the one that was under way, in order and without a gap."""
    [(count, highest)] = ask(dsn, "SELECT count(*), coalesce(max(n), 0) FROM numbers")
    return count == highest and highest in {writer.confirmed, writer.confirmed + 1}


def write(dsn: str) -> Writer:
    ask(dsn, "CREATE TABLE IF NOT EXISTS numbers (n bigint PRIMARY KEY)")
    writer = Writer(dsn)
    writer.start()
    until(lambda: writer.confirmed > 50)
    return writer


KILLS: dict[str, Callable[[Path], list[int]]] = {
    "the postmaster": lambda data: [pid_of(data)],
    "all backends": backends,
    "the postmaster, then all backends": lambda data: [pid_of(data), *backends(data)],
    "all backends, then the postmaster": lambda data: [*backends(data), pid_of(data)],
}


@pytest.mark.parametrize("victims", KILLS)
def test_the_next_user_finds_everything_that_was_confirmed(
    data: Path, user: Callable[[], subprocess.Popen[str]], victims: str
) -> None:
    holder = user()
    with acquire(data) as server:
        dsn = server.dsn
    writer = write(dsn)
    holder.kill()
    for pid in KILLS[victims](data):
        postmaster.send(pid, signal.SIGKILL)
    writer.join(10)
    with acquire(data) as server:
        assert nothing_was_lost(server.dsn, writer)
    assert not runs(data)


def test_a_server_whose_users_were_all_killed_is_adopted_not_doubled(
    data: Path, user: Callable[[], subprocess.Popen[str]]
) -> None:
    first, second = user(), user()
    left = pid_of(data)
    for process in (first, second):
        process.kill()
        process.wait()
    assert runs(data)
    with acquire(data):
        assert pid_of(data) == left
    assert not runs(data)


def test_users_that_stay_are_healed_when_the_server_dies(data: Path) -> None:
    with acquire(data) as first, acquire(data) as second:
        writer = write(first.dsn)
        assert not first.heal()
        os.kill(pid_of(data), signal.SIGKILL)
        writer.join(10)
        assert not second.is_alive()
        assert second.heal()
        assert not first.heal()
        assert nothing_was_lost(first.dsn, writer)
    assert not runs(data)


def test_one_killed_backend_takes_no_server_with_it(data: Path) -> None:
    with acquire(data) as server:
        before = pid_of(data)
        writer = write(server.dsn)
        [(backend,)] = ask(server.dsn, "SELECT pid FROM pg_stat_activity WHERE query LIKE 'INSERT%'")
        assert isinstance(backend, int)
        os.kill(backend, signal.SIGKILL)
        writer.join(10)
        with acquire(data) as again:
            assert nothing_was_lost(again.dsn, writer)
        assert pid_of(data) == before


def test_a_backend_that_is_busy_when_its_server_dies_is_ended(
    data: Path, user: Callable[[], subprocess.Popen[str]]
) -> None:
    holder = user()
    with acquire(data) as server:
        dsn = server.dsn
    ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    # Counts in memory without ever waiting, so that it does not notice the death of its server.
    busy = "DO $$ DECLARE i bigint := 0; BEGIN LOOP i := i + 1; END LOOP; END $$"

    def count() -> None:
        with pytest.raises(psycopg.OperationalError):
            ask(dsn, busy)

    counting = threading.Thread(target=count)
    counting.start()
    running = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %'"
    until(lambda: ask(dsn, running) != [])
    [(backend,)] = ask(dsn, running)
    holder.kill()
    os.kill(pid_of(data), signal.SIGKILL)
    time.sleep(0.2)
    assert backend in backends(data)
    with acquire(data) as server:
        assert backend not in backends(data)
        assert ask(server.dsn, "SELECT answer FROM kept") == [(42,)]
    counting.join(10)


def test_nobody_starts_a_second_server_while_something_holds_the_first_ones_lock(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire(data).release()
    monkeypatch.setattr(embedded, "LEFTOVERS_PATIENCE", 0.3)
    other_container = locks.opened(Layout.under(data).server_lock)
    assert locks.taken(other_container, 2)
    with pytest.raises(Busy, match=r"server\.lock"):
        acquire(data)
    os.close(other_container)
    acquire(data).release()


def test_a_number_that_now_belongs_to_another_program_does_not_keep_it_from_starting(data: Path) -> None:
    with acquire(data) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    layout = Layout.under(data)
    owner = layout.cluster.stat()
    # Of the server's own user, since PostgreSQL itself takes only those for servers.
    options = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "60"], **options)  # type: ignore[call-overload]
    try:
        note = f"{stranger.pid}\n{layout.cluster}\n1700000000\n5432\n{layout.socket_dir}\n\n 1 2\nready   \n"
        for place in (layout.pid_file, layout.socket_dir / ".s.PGSQL.5432.lock"):
            place.write_text(note)
        with acquire(data) as server:
            assert ask(server.dsn, "SELECT answer FROM kept") == [(42,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("rest", ["", "12", "not a number\n", "-5\n/x\n"])
def test_a_note_that_was_cut_off_does_not_keep_it_from_starting(data: Path, rest: str) -> None:
    acquire(data).release()
    Layout.under(data).pid_file.write_text(rest)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]


def test_a_socket_left_behind_does_not_keep_it_from_starting(
    data: Path, user: Callable[[], subprocess.Popen[str]]
) -> None:
    holder = user()
    socket = Layout.under(data).socket_dir / ".s.PGSQL.5432"
    holder.kill()
    os.kill(pid_of(data), signal.SIGKILL)
    until(lambda: not backends(data))
    assert socket.exists()
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]


def test_a_socket_that_somebody_removed_comes_back(data: Path, user: Callable[[], subprocess.Popen[str]]) -> None:
    holder = user()
    holder.kill()
    holder.wait()
    shutil.rmtree(Layout.under(data).socket_dir)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]


def test_a_stop_during_recovery_from_a_crash_does_not_hang(data: Path) -> None:
    for pause in (0.0, 0.01, 0.03, 0.06):
        server = acquire(data)
        for pid in backends(data):
            postmaster.send(pid, signal.SIGKILL)
        time.sleep(pause)
        began = time.monotonic()
        server.release()
        assert time.monotonic() - began < 5
        assert not runs(data)


def test_a_half_made_cluster_is_thrown_away_and_made_anew(new_data: Callable[[str], Path]) -> None:
    data = new_data("from nothing")
    script = (
        "import sys; from pathlib import Path; from anliegen.ground.postgres import acquire; acquire(Path(sys.argv[1]))"
    )
    layout = Layout.under(data)
    for pause in (0.1, 0.25, 0.4):
        process = subprocess.Popen([sys.executable, "-c", script, str(data)], cwd=REPOSITORY)
        until(lambda: any(layout.root.glob("cluster.unfinished-*")) if layout.root.exists() else False)
        time.sleep(pause)
        process.kill()
        process.wait()
        if layout.cluster.exists():
            break
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT current_database()") == [("anliegen",)]
    assert not list(layout.root.glob("cluster.unfinished-*"))


def test_the_power_may_go_again_and_again(data: Path) -> None:
    confirmed = 0
    for _ in range(4):
        server = acquire(data)
        ask(server.dsn, "CREATE TABLE IF NOT EXISTS rounds (n int)")
        ask(server.dsn, "INSERT INTO rounds SELECT 1 FROM generate_series(1, 1000)")
        confirmed += 1000
        for pid in [pid_of(data), *backends(data)]:
            postmaster.send(pid, signal.SIGKILL)
        server.release()
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT count(*) FROM rounds") == [(confirmed,)]
