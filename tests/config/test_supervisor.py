"""The supervisor starts, restarts and ends its children, however they or it itself come to an end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.kill

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
Launch = str


class Run:
    """A supervisor under test, and what it has said."""

    def __init__(
        self, launch: Launch, children: list[list[str]], place: Path, prepare: list[list[str]], **env: str
    ) -> None:
        self.out, self.err = place / "out", place / "err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "fake_run.py"), launch, json.dumps(prepare), json.dumps(children)],
                env=os.environ | {"PYTHONPATH": f"{REPOSITORY}:{HERE}"} | env,
                cwd=place,
                stdout=out,
                stderr=err,
            )

    @property
    def said(self) -> str:
        return self.err.read_text(errors="replace")

    def until(self, pattern: str, *, times: int = 1, seconds: float = 20.0) -> list[str]:
        """Wait until it has said this so many times; what it said there."""
        end = time.monotonic() + seconds
        while len(found := re.findall(pattern, self.said)) < times:
            assert time.monotonic() < end, f"{pattern!r} not in time in:\n{self.said}"
            time.sleep(0.02)
        return found

    def pid(self, name: str, *, nth: int = 1) -> int:
        return int(self.until(rf"{name} is (\d+)", times=nth)[nth - 1])

    def ends(self, seconds: float = 15.0) -> int:
        return self.process.wait(timeout=seconds)


def runs(pid: int) -> bool:
    try:
        return b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:1]
    except FileNotFoundError:
        return False


def gone(*pids: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while any(runs(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(params=["exec", "fork"])
def launch(request: pytest.FixtureRequest) -> Launch:
    return str(request.param)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def run(launch: Launch, *children: list[str], prepare: list[list[str]] | None = None, **env: str) -> Run:
        made.append(Run(launch, list(children), tmp_path, prepare or [], **env))
        return made[-1]

    yield run
    for each in made:
        each.process.kill()
        each.process.wait()
        for pid in re.findall(r" is (\d+)", each.said):
            if runs(int(pid)):
                os.kill(int(pid), signal.SIGKILL)


Start = Callable[..., Run]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_children_cleanly(start: Start, launch: Launch, sign: signal.Signals) -> None:
    run = start(launch, ["one", "serve"], ["two", "serve"])
    run.until("serve is", times=2)
    children = [run.pid("serve"), run.pid("serve", nth=2)]
    began = time.monotonic()
    run.process.send_signal(sign)
    assert run.ends() == 0
    assert time.monotonic() - began < 3
    assert gone(*children)
    assert run.said.count("serve takes leave") == 2
    assert "ended" not in run.said


def test_lines_of_children_carry_their_names(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "talk", "300"])
    run.until("no end of line")
    lines = [line for line in run.said.splitlines() if "line" in line]
    assert lines == [f"web      | line {number} äöü" for number in range(300)] + ["web      | no end of line"]


def test_a_child_that_ends_is_started_again_after_a_pause_that_grows(start: Start, launch: Launch) -> None:
    run = start(launch, ["work", "crash", "3"], ["web", "serve"])
    began = time.monotonic()
    run.until("work ended", times=3)
    assert re.findall(r"work ended \((.*?)\); starting it again in (\S+) s", run.said)[:3] == [
        ("exit code 3", "0.5"), ("exit code 3", "1"), ("exit code 3", "2"),
    ]  # fmt: skip
    assert 1.4 < time.monotonic() - began < 12
    assert run.said.count("serve is") == 1


def test_a_child_that_is_killed_is_started_again(start: Start, launch: Launch) -> None:
    run = start(launch, ["work", "serve"])
    first = run.pid("serve")
    os.kill(first, signal.SIGKILL)
    second = run.pid("serve", nth=2)
    assert second != first
    assert "work ended (killed by signal 9)" in run.said
    run.process.terminate()
    assert run.ends() == 0 and gone(second)


def test_a_child_that_does_not_listen_is_killed_with_all_it_has(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "parent"], ["work", "serve"])
    pids = [run.pid("parent"), run.pid("grandchild"), run.pid("serve")]
    began = time.monotonic()
    run.process.terminate()
    assert run.ends(20) == 0
    assert 7 < time.monotonic() - began < 10.5
    assert gone(*pids)


def test_a_second_signal_does_not_wait(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "stubborn"])
    child = run.pid("stubborn")
    run.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.ends() == 0
    assert time.monotonic() - began < 2 and gone(child)


def test_children_end_when_the_supervisor_is_killed(start: Start, launch: Launch) -> None:
    run = start(launch, ["one", "serve"], ["two", "serve"])
    children = [run.pid("serve"), run.pid("serve", nth=2)]
    run.process.kill()
    assert gone(*children, seconds=4)


def test_children_that_do_not_listen_end_too_when_the_supervisor_is_killed(start: Start, launch: Launch) -> None:
    run = start(launch, ["one", "stubborn"])
    child = run.pid("stubborn")
    run.process.kill()
    assert gone(child, seconds=15)


def test_the_nursery_may_be_killed_and_nothing_is_doubled(start: Start) -> None:
    run = start("fork", ["one", "serve"], ["two", "serve"])
    first = {run.pid("serve"), run.pid("serve", nth=2)}
    nursery = int(Path(f"/proc/{min(first)}/stat").read_text().rpartition(")")[2].split()[1])
    assert nursery != run.process.pid
    os.kill(nursery, signal.SIGKILL)
    second = {run.pid("serve", nth=3), run.pid("serve", nth=4)}
    assert gone(*first) and not first & second
    run.process.terminate()
    assert run.ends() == 0 and gone(*second)


@pytest.mark.parametrize("trouble", ["THREAD_IN_PRELOAD", "FAIL_IN_PRELOAD"])
def test_where_forking_is_not_possible_each_imports_for_itself(start: Start, trouble: str) -> None:
    run = start("fork", ["one", "serve"], **{trouble: "1"})
    child = run.pid("serve")
    assert "each process imports for itself" in run.said
    assert int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1]) == run.process.pid
    run.process.terminate()
    assert run.ends() == 0 and gone(child)


def test_steps_come_first_one_after_the_other(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "serve"], prepare=[["migrate", "say", "first"], ["held", "say", "Login:", "jana"]])
    run.until("serve is")
    order = re.findall(r"^(migrate|held|web) +\| (.*?)(?: is .*)?$", run.said, re.M)
    assert order == [
        ("migrate", "say"),
        ("migrate", "first"),
        ("migrate", "aside"),
        ("held", "aside"),
        ("web", "serve"),
    ]
    while not (told := run.out.read_text()):
        time.sleep(0.02)
    assert re.fullmatch(r"READY say is \d+\nLogin: jana\n\n", told)


def test_a_step_that_fails_stops_everything(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "serve"], prepare=[["migrate", "crash", "7"]])
    assert run.ends() == 1
    assert "migrate failed (exit code 7)" in run.said and "serve is" not in run.said


def test_stopping_while_the_database_is_waited_for(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "serve"], DATABASE_TAKES="60")
    time.sleep(1.0)
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.ends() == 0
    assert time.monotonic() - began < 3
    assert "stopped early" in run.said and "serve is" not in run.said


def test_stopping_while_a_step_runs(start: Start, launch: Launch) -> None:
    run = start(launch, ["web", "serve"], prepare=[["migrate", "serve"]])
    child = run.pid("serve")
    run.process.terminate()
    assert run.ends() == 0 and gone(child)
    assert run.said.count("serve is") == 1


def test_a_database_that_died_is_started_again_and_that_is_said(start: Start, tmp_path: Path) -> None:
    run = start("exec", ["web", "serve"])
    run.pid("serve")
    (tmp_path / "database-died").touch()
    run.until("database server had ended")
    assert run.said.count("serve is") == 1


def test_a_terminal_that_is_gone_is_no_reason_to_stop(launch: Launch, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    children = [["web", "crash", "1"], ["work", "serve"]]
    process = subprocess.Popen(
        [sys.executable, str(HERE / "fake_run.py"), launch, "[]", json.dumps(children)],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY}:{HERE}"},
        cwd=tmp_path, stdout=writing, stderr=writing,
    )  # fmt: skip
    os.close(writing)
    while b"serve is" not in os.read(reading, 65536):
        pass
    os.close(reading)
    time.sleep(2)
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=10) == 0


def test_an_idle_supervisor_is_small_and_sleeps(start: Start) -> None:
    run = start("exec", ["web", "serve"])
    run.pid("serve")

    def ticks() -> int:
        stat = Path(f"/proc/{run.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(stat[11]) + int(stat[12])

    before = ticks()
    time.sleep(2)
    assert ticks() - before <= 5
    rss = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{run.process.pid}/status").read_text())
    assert rss is not None and int(rss[1]) < 30_000
