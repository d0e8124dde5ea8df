"""A receiver that may open few files turns senders away, keeps its log short, and goes on when they are gone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

FILES, CALLERS = 60, 80
PROGRAM = """
import asyncio, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
import django
django.setup()
from anliegen.flow.channels.mailroom import receive
asyncio.run(receive.serve("127.0.0.1", {port}, asyncio.Event()))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "anliegen.config.settings"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(files=FILES, port=port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield port
        finally:
            process.kill()
            process.wait()


def greeting(port: int, calls: ExitStack) -> bytes:
    """What it says first; empty when it says nothing in time."""
    call = calls.enter_context(socket.create_connection(("127.0.0.1", port), timeout=3))
    call.settimeout(0.5)
    try:
        return call.recv(100)[:3]
    except OSError:
        return b""


def greeted_within(seconds: float, port: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with ExitStack() as calls:
                if greeting(port, calls) == b"220":
                    return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def test_more_callers_than_files_are_turned_away_with_a_short_log(port: int, tmp_path: Path) -> None:
    assert greeted_within(60, port)
    with ExitStack() as calls:
        answers = [greeting(port, calls) for _ in range(CALLERS)]
    assert answers.count(b"220") == 5  # of one peer, half of all that may come in
    assert answers.count(b"421") == CALLERS - 5
    with ExitStack() as calls:  # all at the same moment, none waits for the one before
        for _ in range(CALLERS):
            call = calls.enter_context(socket.socket())
            call.setblocking(False)
            call.connect_ex(("127.0.0.1", port))
        time.sleep(3)
    assert greeted_within(10, port)
    log = (tmp_path / "log").read_text()
    assert (len(log) < 4000, "Traceback" in log) == (True, False), log[:2000]
