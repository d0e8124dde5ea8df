"""A data directory whose server is stopped after the test, whatever the test did to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from anliegen.ground.postgres import acquire, postmaster
from anliegen.ground.postgres.layout import Layout

REPOSITORY = Path(__file__).resolve().parents[3]

# A process of its own that uses the server until its standard input ends or it is killed.
USER = """
import sys
from pathlib import Path
from anliegen.ground.postgres import acquire
with acquire(Path(sys.argv[1])) as server:
    print(server.dsn, flush=True)
    sys.stdin.read()
"""


def clean_up(data: Path) -> None:
    layout = Layout.under(data)
    for _ in range(100):
        note = postmaster.note(layout)
        alive = [note.pid] if note and postmaster.lives(note.pid, layout) else []
        if not alive and not postmaster.leftovers(layout):
            break
        for pid in alive + postmaster.leftovers(layout):
            postmaster.send(pid, 9)
        time.sleep(0.02)
    shutil.rmtree(data, ignore_errors=True)
    if layout.socket_dir.parent != layout.root:
        shutil.rmtree(layout.socket_dir, ignore_errors=True)


@pytest.fixture
def new_data() -> Iterator[Callable[[str], Path]]:
    """Makes data directories; the name may be anything a directory can be called."""
    base = Path(tempfile.mkdtemp(prefix="pg-"))
    base.chmod(0o755)
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(base / name)
        made[-1].mkdir(parents=True)
        return made[-1]

    yield make
    for data in made:
        clean_up(data)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def data(new_data: Callable[[str], Path]) -> Path:
    return new_data("data")


@pytest.fixture(scope="session")
def whole_cluster() -> Iterator[Path]:
    """As it is made in a directory that has none."""
    base = Path(tempfile.mkdtemp(prefix="pg-"))
    base.chmod(0o755)
    acquire(base).release()
    yield Layout.under(base).cluster
    clean_up(base)


@pytest.fixture
def made_before(data: Path, whole_cluster: Path) -> None:
    """For tests of a server, not of its making, which takes a second: `data` has its database already."""
    cluster = Layout.under(data).cluster
    cluster.parent.mkdir(mode=0o700)
    shutil.copytree(whole_cluster, cluster)


@pytest.fixture
def user(data: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a process that uses the server; returns when it does."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("host=")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ask(dsn: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = connection.execute(question)
        return found.fetchall() if found.description else []


def pid_of(data: Path) -> int:
    note = postmaster.note(Layout.under(data))
    assert note is not None
    return note.pid


def runs(data: Path) -> bool:
    note = postmaster.note(Layout.under(data))
    return note is not None and postmaster.lives(note.pid, Layout.under(data))


def until(true: Callable[[], bool], *, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
