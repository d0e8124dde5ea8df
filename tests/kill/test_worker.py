"""The worker as a process: it ends rather than work by half, stops in time, and its jobs outlive it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from .conftest import Run
from .instance import STALLED_AFTER_S, Instance, until

HANGING = """
import os, pathlib, sys, time
import django
django.setup()
from anliegen.config import work
from anliegen.ground.jobs import defer, job

begun = pathlib.Path(sys.argv[1])

@job(queue="mail")
def hang_the_first_time():
    is_first = not begun.exists()
    with begun.open("a") as file:
        file.write(f"{os.getpid()}\\n")
    if is_first:
        time.sleep(600)

if "defer" in sys.argv:
    defer(hang_the_first_time)
work.work()
"""
PLAIN = """
import django
django.setup()
from anliegen.config import work
work.work()
"""
DYING = """
import django
django.setup()
from anliegen.config import work
from anliegen.ground.journal import tail

def end_the_thread():
    raise SystemExit

tail.{name} = end_the_thread
work.work()
"""


@pytest.mark.parametrize("name", ["seal_all"])
def test_a_worker_whose_thread_is_gone_ends_so_that_it_is_started_again(
    database: Instance, run: Run, name: str
) -> None:
    process = run(DYING.format(name=name))
    assert process.wait(timeout=40) == 1
    assert "a thread ended unasked" in database.said()


def test_a_worker_started_alone_registers_the_mail_server_it_sends_by(run: Run, database: Instance) -> None:
    run(PLAIN, ANLIEGEN_SMTP_URL="smtp://mail.example:2525")
    registered = "SELECT count(*) FROM egress_destination WHERE host = 'mail.example' AND port = 2525"
    until(lambda: database.one(registered) == 1, 40, "the mail server")


def test_a_worker_with_nothing_to_do_stops_at_once(run: Run, database: Instance) -> None:
    newest = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
    before = database.one(newest)  # one that was killed may still stand there
    process = run(PLAIN)
    until(lambda: database.one(newest) > before, 40, "a worker")
    time.sleep(1)
    began = time.monotonic()
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_hangs_keeps_no_worker_and_is_taken_up_by_the_next(
    run: Run, database: Instance, tmp_path: Path, ended_by: signal.Signals
) -> None:
    begun = tmp_path / "begun"
    first = run(HANGING, str(begun), "defer")
    until(begun.exists, 40, "the job")
    began = time.monotonic()
    first.send_signal(ended_by)
    assert first.wait(timeout=10) != 0
    assert time.monotonic() - began < 8
    second = run(HANGING, str(begun))
    until(lambda: len(begun.read_text().split()) == 2, STALLED_AFTER_S + 40, "the job once more")
    assert begun.read_text().split() == [str(first.pid), str(second.pid)]
    unfinished = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE '%hang%'"
    until(lambda: database.one(unfinished) == 0, 10, "the job done")
