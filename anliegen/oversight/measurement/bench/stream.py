"""How soon an open page hears of a change, with many pages open, and what an open page costs in memory.

The limit is the notification of the database itself, heard by one bare connection in the same run.
"""

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen

import psycopg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from anliegen.ground import clock
from anliegen.ground.egress import local
from anliegen.ground.journal import seal, tail
from anliegen.ground.journal.actors import Actor
from anliegen.ground.wake import work_when_woken
from anliegen.oversight.measurement.bench.report import Report, percentiles
from anliegen.oversight.measurement.seed import seed
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

PAGES = 200
CHANGES = 60
PAUSE_S = 0.25  # between changes, so that each is heard alone
PATIENCE_S = 60


@dataclass
class Heard:
    """When each page heard of which ticket, in seconds of the monotonic clock."""

    at: dict[int, list[float]] = field(default_factory=dict)

    def note(self, ticket: int) -> None:
        self.at.setdefault(ticket, []).append(time.monotonic())


def measure(pages: int = PAGES) -> Report:
    """Open so many pages in a web process of its own, change tickets, and see when each page hears of it."""
    seed(tickets=max(CHANGES * 2, 200), seed=1)
    port = local.free_port("127.0.0.1")
    with _sealer(), _web(port) as pid, _bare_listener() as bare:
        before = _pss_kb(pid)
        heard, changed, after = asyncio.run(_listen_and_change(pages, port, pid))
    samples = [at - changed[ticket] for ticket, all_at in heard.at.items() for at in all_at]
    expected = pages * CHANGES
    latency = percentiles(
        samples + [PATIENCE_S] * (expected - len(samples))
    )  # what was not heard took at least so long
    limit = percentiles([next(at for at in bare if at >= start) - start for start in changed.values()])
    return Report(
        "stream",
        {
            "connections": pages,
            **latency,
            "heard": len(samples),
            "expected": expected,
            "kb_per_connection": round((after - before) / pages, 1) if before and after else None,
        },
        limit | {"what": "the sealer's notification heard by one bare connection"},
        round(limit["p95_ms"] / latency["p95_ms"], 3) if latency["p95_ms"] else None,
    )


async def _listen_and_change(pages: int, port: int, pid: int) -> tuple[Heard, dict[int, float], int | None]:
    heard, cookie = Heard(), await asyncio.to_thread(_session)
    ready = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(_page(port, cookie, heard, ready)) for _each in range(pages)]
    for _each in range(pages):
        await asyncio.wait_for(ready.acquire(), PATIENCE_S)
    await asyncio.sleep(1)
    after = _pss_kb(pid)
    changed: dict[int, float] = {}
    for ticket in await asyncio.to_thread(_tickets):
        changed[ticket.pk] = await asyncio.to_thread(_change, ticket)
        await asyncio.sleep(PAUSE_S)
    until = time.monotonic() + PATIENCE_S
    while sum(map(len, heard.at.values())) < pages * CHANGES and time.monotonic() < until:
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    return heard, changed, after


async def _page(port: int, cookie: str, heard: Heard, ready: asyncio.Semaphore) -> None:
    """One open page: reads its stream line by line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"the stream answered {status!r}")
    while (await reader.readline()).strip():
        pass
    ready.release()
    with contextlib.suppress(asyncio.CancelledError):
        while line := await reader.readline():
            if line.startswith(b"data:") and b'"ticket"' in line:
                heard.note(int(line.partition(b'"ticket":')[2].lstrip().partition(b",")[0].rstrip(b"} \r\n")))
    writer.close()


def _tickets() -> list[Ticket]:
    return list(Ticket.objects.order_by("-pk")[:CHANGES])


def _change(ticket: Ticket) -> float:
    agent = Agent.objects.active().order_by("pk")[0]
    actions.write_note(ticket, text="gemessen", actor=Actor.agent(agent.pk), at=clock.now())
    return time.monotonic()


def _session() -> str:
    agent = Agent.objects.active().order_by("pk")[0]
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def _sealer() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=work_when_woken,
        args=([seal.NEW], lambda woken: tail.seal_all(), stop),
        kwargs={"patience": 5},
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


@contextmanager
def _web(port: int) -> Iterator[int]:
    process = Popen([sys.executable, "-m", "anliegen", "web", "--port", str(port)], stdout=DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_S
        while local.status("127.0.0.1", port, "/healthz", timeout=1) != 200:
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("the web process did not start")
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _bare_listener() -> Iterator[list[float]]:
    """The times at which a bare connection hears that something was sealed."""
    heard: list[float] = []
    stop = threading.Event()
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)

    def listen() -> None:
        with psycopg.connect(**parameters, autocommit=True) as bare:
            bare.execute(f"LISTEN {seal.SEALED}")
            while not stop.is_set():
                heard.extend(time.monotonic() for _note in bare.notifies(timeout=0.2, stop_after=1))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join(timeout=5)


def _pss_kb(pid: int) -> int | None:
    """Memory of a process that is its own, its share of the shared included; None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), None)
