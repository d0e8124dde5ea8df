"""The embedded server is there while somebody uses it, wherever its directory lies."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from anliegen.ground.postgres import (
    DoesNotStart,
    Server,
    WrongAccount,
    WrongVersion,
    acquire,
    postmaster,
    program,
    where,
)
from anliegen.ground.postgres.layout import Layout

from .conftest import REPOSITORY, ask, pid_of, runs, until

made_before = pytest.mark.usefixtures("made_before")


def python_for_others() -> str:
    """An interpreter that another user may run; ours may lie in root's home."""
    python = "/usr/bin/python3" if Path(sys.executable).resolve().is_relative_to("/root") else sys.executable
    if not Path(python).exists():
        pytest.skip("no interpreter that another user may run")
    return python


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand over to another user")


def test_a_new_directory_gets_a_durable_utf8_database_sorted_by_bytes(data: Path) -> None:
    with acquire(data) as server:
        settings = ask(
            server.dsn,
            "SELECT current_database(), current_setting('server_encoding'), current_setting('data_checksums'),"
            " current_setting('fsync'), current_setting('synchronous_commit'), current_setting('listen_addresses'),"
            " current_setting('TimeZone'), datlocprovider, datlocale FROM pg_database WHERE datname = 'anliegen'",
        )
        assert settings == [("anliegen", "UTF8", "on", "on", "on", "", "UTC", "b", "C.UTF-8")]
        assert ask(server.dsn, "SELECT lower('ÄÖÜ'), 'Z' < 'a', 'z' < 'ä'") == [("äöü", True, True)]


@made_before
def test_what_was_committed_is_there_after_a_stop(data: Path) -> None:
    with acquire(data) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert not runs(data)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT answer FROM kept") == [(42,)]


@made_before
def test_two_users_share_one_server_and_the_last_one_out_stops_it(
    data: Path, user: Callable[[], subprocess.Popen[str]]
) -> None:
    first, second = user(), user()
    server = pid_of(data)
    with acquire(data):
        assert pid_of(data) == server
    first.communicate()
    assert runs(data) and pid_of(data) == server
    second.communicate()
    assert not runs(data)


def test_many_who_come_at_once_get_the_same_server(data: Path) -> None:
    servers: list[Server] = []
    threads = [threading.Thread(target=lambda: servers.append(acquire(data))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers) == 8
    assert len({ask(server.dsn, "SELECT pg_postmaster_start_time()")[0] for server in servers}) == 1
    for server in servers[:-1]:
        server.release()
    assert runs(data)
    servers[-1].release()
    assert not runs(data)


@made_before
def test_release_twice_takes_nothing_from_others(data: Path) -> None:
    first, second = acquire(data), acquire(data)
    first.release()
    first.release()
    assert ask(second.dsn, "SELECT 1") == [(1,)]
    second.release()
    assert not runs(data)


@made_before
def test_a_forked_child_that_releases_does_not_stop_its_parents_server(data: Path) -> None:
    with acquire(data) as server:
        child = os.fork()
        if child == 0:
            server.release()
            os._exit(0)
        os.waitpid(child, 0)
        assert ask(server.dsn, "SELECT 1") == [(1,)]
        with acquire(data):
            pass
        assert ask(server.dsn, "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "name", ["with space and Ümläut ß", "quote'd", "comma,ted", 'double"quote', "x" * 60 + "/" + "y" * 60]
)
def test_any_name_of_a_directory_will_do(new_data: Callable[[str], Path], name: str) -> None:
    data = new_data(name)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]
        assert ask(server.url, "SELECT 1") == [(1,)]
        settings = where(data)
        with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as connection:
            assert connection.info.dbname == "anliegen"
        assert settings["HOST"] == str(server.socket_dir)
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    assert not runs(data)


@made_before
def test_where_it_will_be_is_not_where_a_dead_one_was(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acquire(data).release()
    layout = Layout.under(data)
    layout.pid_file.write_text(f"999999\n{layout.cluster}\n1\n5432\n/somewhere/else\n\n 1 2\nready   \n")
    assert where(data)["HOST"] == str(layout.socket_dir)


def test_a_socket_directory_prepared_by_a_stranger_is_refused(new_data: Callable[[str], Path], tmp_path: Path) -> None:
    data = new_data("z" * 120)
    socket_dir = Layout.under(data).socket_dir
    socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(WrongAccount, match="socket"):
            acquire(data)
    finally:
        socket_dir.unlink()


def test_the_callers_environment_does_not_reach_the_server(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT current_setting('port'), current_setting('lc_messages')") == [("5432", "C")]


@made_before
def test_personal_data_in_errors_does_not_get_into_the_log(data: Path) -> None:
    with acquire(data) as server:
        ask(server.dsn, "CREATE TABLE person (email text UNIQUE)")
        ask(server.dsn, "INSERT INTO person VALUES ('erika@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            ask(server.dsn, "INSERT INTO person VALUES ('erika@example.org')")
    assert "erika" not in Layout.under(data).log.read_text()


@made_before
def test_a_directory_of_another_version_is_told_and_left_alone(data: Path) -> None:
    acquire(data).release()
    version = Layout.under(data).cluster / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(WrongVersion, match="14"):
        acquire(data)
    assert version.read_text() == "14\n"


@made_before
def test_a_server_that_cannot_start_says_why_and_leaves_no_process(data: Path) -> None:
    acquire(data).release()
    layout = Layout.under(data)
    (layout.cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(DoesNotStart, match="no_such_setting"):
        acquire(data)
    assert not runs(data)


@made_before
def test_a_server_left_by_an_older_release_is_restarted_only_by_a_single_user(
    data: Path, user: Callable[[], subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = user()
    old = pid_of(data)
    monkeypatch.setitem(postmaster.SETTINGS, "work_mem", "9MB")
    with acquire(data):
        assert pid_of(data) == old
    left.kill()
    left.wait()
    with acquire(data) as server:
        assert pid_of(data) != old
        assert ask(server.dsn, "SHOW work_mem") == [("9MB",)]


others_may_enter = pytest.mark.skipif(
    any(not folder.stat().st_mode & 0o001 for folder in (REPOSITORY, *REPOSITORY.parents)),
    reason="the program lies below a folder that other accounts may not enter",
)


@as_root
def test_root_runs_it_as_another_user_and_hands_over_only_its_directory(data: Path) -> None:
    (data / "files").mkdir()
    with acquire(data):
        process = Path(f"/proc/{pid_of(data)}").stat()
        assert process.st_uid != 0
        assert Layout.under(data).cluster.stat().st_uid == process.st_uid
        assert (data.stat().st_uid, (data / "files").stat().st_uid) == (0, 0)


@as_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv of util-linux")
def test_root_may_keep_the_data_where_nobody_else_may_enter(new_data: Callable[[str], Path]) -> None:
    data = new_data("private/data")
    data.parent.chmod(0o700)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]
        # It may read and enter, and not more: no other capability came along.
        status = Path(f"/proc/{pid_of(data)}/status").read_text()
        assert "CapEff:\t0000000000000004\n" in status


@as_root
def test_root_without_setpriv_is_told_what_to_do(
    new_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = new_data("private/data")
    data.parent.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(WrongAccount, match="ordinary user"):
        acquire(data)


@as_root
def test_a_cluster_copied_by_root_belongs_to_the_server_again(data: Path) -> None:
    with acquire(data) as server:
        ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    layout = Layout.under(data)
    subprocess.run(["chown", "-R", "0:0", layout.root], check=True)
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT answer FROM kept") == [(42,)]


@as_root
@others_may_enter
def test_an_ordinary_user_needs_none_of_this(data: Path) -> None:
    nobody = 65534
    os.chown(data, nobody, nobody)
    script = (
        "import sys; from pathlib import Path; from anliegen.ground.postgres import acquire, program\n"
        "import subprocess\n"
        "with acquire(Path(sys.argv[1])) as server:\n"
        "    subprocess.run([program('psql'), server.dsn, '-Atc', 'SELECT 6 * 7'], check=True)\n"
    )
    result = subprocess.run(
        [python_for_others(), "-c", script, str(data)],
        env={"PYTHONPATH": f"{REPOSITORY}:{program('psql').parents[3]}", "PATH": os.defpath},
        cwd=data,
        user=nobody,
        group=nobody,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.returncode) == ("42\n", 0), result.stderr
    assert not runs(data)
    # Root, afterwards, leaves the directory to the one who made it.
    with acquire(data) as server:
        assert ask(server.dsn, "SELECT 1") == [(1,)]
        assert Path(f"/proc/{pid_of(data)}").stat().st_uid == nobody


@as_root
@others_may_enter
def test_a_directory_of_somebody_else_is_told(data: Path) -> None:
    acquire(data).release()
    os.chmod(data, 0o777)
    script = (
        "import sys; from pathlib import Path; from anliegen.ground.postgres import acquire, WrongAccount\n"
        "try:\n    acquire(Path(sys.argv[1]))\nexcept (WrongAccount, PermissionError) as error:\n    print(error)\n"
    )
    result = subprocess.run(
        [python_for_others(), "-c", script, str(data)],
        env={"PYTHONPATH": f"{REPOSITORY}:{program('psql').parents[3]}"},
        cwd=data, user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "belongs to" in result.stdout


@made_before
def test_acquire_waits_for_a_stop_that_is_under_way(data: Path) -> None:
    first = acquire(data)
    stopping = threading.Thread(target=first.release)
    stopping.start()
    with acquire(data) as server:
        stopping.join()
        assert ask(server.dsn, "SELECT 1") == [(1,)]
    until(lambda: not runs(data))
