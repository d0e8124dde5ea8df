"""Imports everything once and forks the children from it: they share that memory and start at once.

Measured with the program of the first release: web, worker and receiver take 213 MB when each imports for itself, and
109 MB, this process included, when they are forked. Linux only; elsewhere libraries do not survive a fork.

Speaks with the supervisor in lines of JSON: `{"start": ...}` comes in, `{"ready"}`, `{"started"}`, `{"ended"}` go out.
When the supervisor is gone, its end of the line closes, and all children are ended.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import threading
import time
from pkgutil import resolve_name
from typing import Any

from anliegen.config.processes import follow
from anliegen.ground.apart import PARENT

PATIENCE = 9.0


def main() -> None:
    """`python -m anliegen.config.processes.nursery PRELOAD PROGRAM`: two names like `package.module:function`."""
    preload, program = sys.argv[1:3]
    replies = os.dup(1)
    # What is printed while importing must not get between the replies.
    os.dup2(2, 1)
    wakeup, _ = _wake_on_ended_children()
    gc.disable()
    resolve_name(preload)()
    run = resolve_name(program)
    _reply(replies, ready=True, threads=[thread.name for thread in threading.enumerate()][1:])
    # What is here now stays; not even the collector's marks are written into the shared pages.
    gc.collect()
    gc.freeze()
    order = _tend(replies, wakeup)
    if order is not None:
        _become(order, replies, wakeup)
        run()


def _tend(replies: int, wakeup: int) -> dict[str, Any] | None:
    """Fork on demand and report who ended. Returns in each child with its order, and with None at the very end."""
    orders = b""
    while True:
        readable, _, _ = select.select([0, wakeup], [], [])
        if wakeup in readable:
            os.read(wakeup, 4096)
            for pid, status in _ended():
                _reply(replies, ended=pid, code=os.waitstatus_to_exitcode(status))
        if 0 in readable:
            more = os.read(0, 65536)
            if not more:
                _end_all()
                return None
            *lines, orders = (orders + more).split(b"\n")
            for line in lines:
                order: dict[str, Any] = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    return order
                _children.add(pid)
                _reply(replies, started=pid)


def _become(order: dict[str, Any], replies: int, wakeup: int) -> None:
    """In the child: its own session, output, environment and arguments, and nothing left of the parent."""
    _children.clear()
    os.setsid()
    signal.set_wakeup_fd(-1)
    for sign in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_DFL if sign is not signal.SIGINT else signal.default_int_handler)
    os.close(replies)
    os.close(wakeup)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(order["output"], 1)
    os.dup2(order["errors"], 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.update(order["environment"])
    os.environ[PARENT] = str(order["parent"])
    sys.argv = ["anliegen", *order["arguments"]]
    gc.enable()
    follow.follow_parent()


_children: set[int] = set()


def _wake_on_ended_children() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    # Ctrl-C is for the supervisor, which tells us by closing the line.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return reading, writing


def _ended() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while _children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            break
        _children.discard(pid)
        found.append((pid, status))
    return found


def _end_all() -> None:
    until = time.monotonic() + PATIENCE
    _signal_all(signal.SIGTERM)
    while _children and time.monotonic() < until:
        _ended()
        time.sleep(0.02)
    _signal_all(signal.SIGKILL)


def _signal_all(sign: signal.Signals) -> None:
    for pid in _children:
        os.kill(pid, sign)


def _reply(to: int, **answer: Any) -> None:
    try:
        os.write(to, json.dumps(answer).encode() + b"\n")
    except BrokenPipeError:
        # The supervisor is gone; the closed line tells the same in a moment.
        return


if __name__ == "__main__":
    main()
