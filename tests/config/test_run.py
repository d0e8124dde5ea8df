"""`anliegen run` as a whole: database, children, address, one at a time. Only what the children do is made up."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anliegen.config.processes.lock import AlreadyRunning, Held
from anliegen.ground import postgres
from anliegen.ground.postgres import postmaster
from anliegen.ground.postgres.layout import Layout

pytestmark = pytest.mark.kill

HERE = Path(__file__).parent
RUN = """
import sys
from anliegen.config.processes import __main__ as run
run.PRELOAD, run.PROGRAM = "fakes:preload", "fakes:anliegen"
sys.exit(run.main())
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Stack:
    def __init__(self, data: Path, number: int, *arguments: str, **env: str) -> None:
        self.data, self.port, self.smtp_port = data, free_port(), free_port()
        self.out, self.err = data.parent / f"out{number}", data.parent / f"err{number}"
        given = {"ANLIEGEN_DATA": str(data), "ANLIEGEN_PORT": str(self.port), "ANLIEGEN_SMTP_PORT": str(self.smtp_port)}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("ANLIEGEN_", "DATABASE_URL"))}
        self.env = clean | {"PYTHONPATH": f"{HERE.parents[1]}:{HERE}"} | given | env
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, *arguments], env=self.env, stdout=out, stderr=err
            )

    @property
    def told(self) -> str:
        return self.out.read_text()

    @property
    def said(self) -> str:
        return self.err.read_text()

    def is_told(self, words: str, seconds: float = 90.0) -> bool:
        return in_time(lambda: words in self.told or self.process.poll() is not None, seconds) and words in self.told

    def pids(self) -> list[int]:
        """Everybody: supervisor, nursery, children, database with its backends."""
        layout = Layout.under(self.data)
        note = postmaster.note(layout)
        children = [int(pid) for pid in re.findall(r" is (\d+)", self.said)]
        below = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        server = [note.pid] if note else []
        return [*dict.fromkeys([self.process.pid, *map(int, below), *children, *server, *postmaster.leftovers(layout)])]


def in_time(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if postmaster.command_of(pid)]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    made: list[Stack] = []
    data = tmp_path / "data"
    data.mkdir()

    def start(*arguments: str, **env: str) -> Stack:
        made.append(Stack(data, len(made), *arguments, **env))
        return made[-1]

    yield start
    for stack in made:
        if stack.process.poll() is None:
            stack.process.terminate()
            try:
                stack.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                stack.process.kill()
                stack.process.wait()
    layout = Layout.under(data)
    for pid in [note.pid for note in [postmaster.note(layout)] if note] + postmaster.leftovers(layout):
        if postmaster.lives(pid, layout) or pid in postmaster.leftovers(layout):
            postmaster.send(pid, signal.SIGKILL)


Start = Callable[..., Stack]


def test_it_starts_tells_where_it_is_and_stops(run: Start) -> None:
    stack = run("--demo")
    address = f"http://127.0.0.1:{stack.port}"
    assert stack.is_told(f"Anliegen runs: {address}\nprepare is "), stack.said
    assert "Logins: jana ['--demo']\nCtrl-C stops it." in stack.told
    assert urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200
    everybody = stack.pids()
    assert len(alive(everybody)) >= 6
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(timeout=15) == 0
    assert alive(everybody) == []


def test_the_second_on_one_directory_is_told_who_is_there(run: Start) -> None:
    first = run()
    assert first.is_told("Anliegen runs")
    second = run()
    assert second.process.wait(timeout=15) == 1
    assert f"process {first.process.pid}, http://127.0.0.1:{first.port}" in second.said
    assert first.process.poll() is None


@pytest.mark.parametrize(("which", "advice"), [("port", "--port"), ("smtp_port", "ANLIEGEN_SMTP_PORT")])
def test_a_port_in_use_is_told_and_nothing_is_started(run: Start, tmp_path: Path, which: str, advice: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        variable = {"port": "ANLIEGEN_PORT", "smtp_port": "ANLIEGEN_SMTP_PORT"}[which]
        stack = run(**{variable: str(port)})
        assert stack.process.wait(timeout=15) == 1
    assert f"Port {port} on 127.0.0.1 is in use" in stack.said and advice in stack.said
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_port_given_on_the_command_line_counts(run: Start) -> None:
    port = free_port()
    stack = run("--port", str(port))
    assert stack.is_told(f"Anliegen runs: http://127.0.0.1:{port}\n")


@pytest.mark.parametrize("setting", [{"ANLIEGEN_HOST": "192.0.2.1"}, {"ANLIEGEN_PORT": "many"}])
def test_a_setting_that_cannot_be_is_told(run: Start, setting: dict[str, str]) -> None:
    stack = run(**setting)
    assert stack.process.wait(timeout=15) == 1
    assert ("192.0.2.1" in stack.said or "must be a number" in stack.said) and "Traceback" not in stack.said


@pytest.mark.kill
def test_everything_may_be_killed_at_once_and_starts_again(run: Start) -> None:
    first = run()
    assert first.is_told("Anliegen runs")
    everybody = first.pids()
    for pid in everybody:
        os.kill(pid, signal.SIGKILL)
    assert in_time(lambda: alive(everybody) == [])
    second = run()
    assert second.is_told("Anliegen runs"), second.said
    second.process.terminate()
    assert second.process.wait(timeout=15) == 0


@pytest.mark.kill
def test_a_killed_supervisor_takes_its_children_along_and_the_database_is_found_again(
    run: Start, tmp_path: Path
) -> None:
    first = run()
    assert first.is_told("Anliegen runs")
    everybody = first.pids()
    note = postmaster.note(Layout.under(tmp_path / "data"))
    assert note is not None
    first.process.kill()
    left = {note.pid, *postmaster.leftovers(Layout.under(tmp_path / "data"))}
    assert in_time(lambda: set(alive(everybody)) <= left)
    second = run()
    assert second.is_told("Anliegen runs")
    assert postmaster.note(Layout.under(tmp_path / "data")).pid == note.pid  # type: ignore[union-attr]
    second.process.terminate()
    assert second.process.wait(timeout=15) == 0
    assert alive([note.pid]) == []


@pytest.mark.kill
def test_a_port_still_held_by_children_of_a_killed_supervisor_is_waited_for(run: Start, tmp_path: Path) -> None:
    (tmp_path / "data" / "run.lock").write_text("1 http://127.0.0.1:8000")
    with socket.socket() as finishing:
        finishing.bind(("127.0.0.1", 0))
        finishing.listen()
        stack = run(ANLIEGEN_PORT=str(finishing.getsockname()[1]))
        time.sleep(1.5)
        assert stack.process.poll() is None
    assert stack.is_told("Anliegen runs")


@pytest.mark.kill
def test_a_killed_database_comes_back_under_a_running_instance(run: Start, tmp_path: Path) -> None:
    stack = run()
    assert stack.is_told("Anliegen runs")
    layout = Layout.under(tmp_path / "data")
    before = postmaster.note(layout)
    assert before is not None
    os.kill(before.pid, signal.SIGKILL)
    assert in_time(lambda: "the database server had ended; it was started again" in stack.said)
    after = postmaster.note(layout)
    assert after is not None and after.pid != before.pid and postmaster.lives(after.pid, layout)


def test_an_operators_own_database_is_left_to_the_processes(run: Start, tmp_path: Path) -> None:
    stack = run(DATABASE_URL="postgresql://db.example/name")
    assert stack.is_told("Anliegen runs")
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_lock_of_a_dead_process_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text("1 http://127.0.0.1:8000")
    held = Held(tmp_path)
    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, still starting"):
        Held(tmp_path)
    held.note("http://here")
    with pytest.raises(AlreadyRunning, match="http://here"):
        Held(tmp_path)
    held.release()
    Held(tmp_path).release()


def test_a_database_that_cannot_start_is_told(run: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    postgres.acquire(data).release()
    (data / "postgres" / "cluster" / "PG_VERSION").write_text("14\n")
    stack = run()
    assert stack.process.wait(timeout=15) == 1
    assert "PostgreSQL 14" in stack.said and "Traceback" not in stack.said
