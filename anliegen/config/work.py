"""The worker: seal, read, take in, watch the mail sources, run the jobs: in one process, on any number of machines."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections
from procrastinate import App, JobContext, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from anliegen.config.pipeline import READERS
from anliegen.flow.channels.mailroom import apart, aside, intake, patience, watch
from anliegen.flow.channels.mailroom.send import register_mail_server
from anliegen.ground import clock, jobs
from anliegen.ground.journal import seal, tail
from anliegen.ground.wake import work_when_woken

log = structlog.get_logger(__name__)

AT_ONCE = 4  # jobs side by side
FINISH_WITHIN_S = 5.0  # a job may end what it has begun
JUMP_S = 30.0  # seconds by which a clock is put right unnoticed
LOOK_S = 1.0  # between two looks at the clock
STOP_WITHIN_S = 7.5  # the supervisor kills after eight


def work() -> None:
    """Work until SIGINT or SIGTERM; what is begun is finished first, unless it takes longer than STOP_WITHIN_S.

    Raises SystemExit(1) when one of the threads ended unasked: a worker that only does half its work must not look
    alive. Whoever supervises it starts it again.
    """
    # The worker sends the mail, so it says where to, however it was started.
    register_mail_server()
    patience.end_when_it_hangs()
    stop = threading.Event()
    readers = tail.Readers(READERS)
    threads = [
        _thread("seal", [seal.NEW], lambda woken: tail.seal_all(), stop, patience=5, rest=seal.REST_S),
        _thread(
            "read", [seal.SEALED], lambda woken: readers.look(everywhere=not woken), stop, patience=5, rest=tail.REST_S
        ),
        _thread("take-in", [aside.NEW], _taking_in(), stop, patience=10, rest=intake.REST_S),
        threading.Thread(target=watch.watch, args=(stop,), name="watch", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_run_jobs(stop, threads))
    finally:
        was_asked = stop.is_set()
        stop.set()
        _insist()
        for thread in threads:
            thread.join(timeout=STOP_WITHIN_S)
    if not was_asked:
        raise SystemExit(1)


def _taking_in() -> Callable[[set[str]], object]:
    """At first, what another version of the program could not take in waits again; then whatever waits is taken in."""
    begun = False

    def take_in(woken: set[str]) -> int:
        nonlocal begun
        if not begun:
            aside.retry_after_update(clock.now())
            begun = True
        total = intake.take_in_all()
        apart.look_after_suspects()
        return total

    return take_in


def _thread(
    name: str, channels: list[str], work: Callable[[set[str]], object], stop: threading.Event, **pace: float
) -> threading.Thread:
    return threading.Thread(target=work_when_woken, args=(channels, work, stop), kwargs=pace, name=name, daemon=True)


async def _run_jobs(stop: threading.Event, threads: Sequence[threading.Thread]) -> None:
    """Run jobs until asked to stop or a thread is gone; when the database goes away, wait and begin again."""
    ending = asyncio.Event()

    def asked() -> None:
        stop.set()  # the threads end at the same time as the jobs, not after them
        ending.set()
        _insist()

    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, asked)
    watching = asyncio.create_task(_watch(threads, ending))
    while not ending.is_set():
        worker, jump = asyncio.create_task(_worker()), asyncio.create_task(_clock_jumps())
        await asyncio.wait([worker, jump, asyncio.create_task(ending.wait())], return_when=asyncio.FIRST_COMPLETED)
        jump.cancel()
        if not ending.is_set():
            if worker.done():
                log.warning("jobs begin again", error=_why(worker.exception()))
            else:
                # What runs by the clock would wait until the old time comes round again.
                log.warning("the clock was put forward or back, or the machine slept; jobs begin again")
                worker.cancel()
                await asyncio.wait([worker])
            # What runs by the clock is queued through Django's connection, in the one thread that asgiref keeps for as
            # long as the process lives. Left dead, it would end every new beginning at once.
            await sync_to_async(connections.close_all)()
            await asyncio.sleep(1)
            continue
        worker.cancel()
        await asyncio.wait([worker])
    watching.cancel()


async def _clock_jumps() -> None:
    """Ends when the time of day has moved otherwise than time passes."""
    began = time.time() - time.monotonic()
    while abs(time.time() - time.monotonic() - began) < JUMP_S:
        await asyncio.sleep(LOOK_S)


def _why(error: BaseException | None) -> str:
    """The innermost reason: what wraps it says "Database error" to everything."""
    while error is not None and error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {str(error).strip()}"[:200] if error is not None else "the worker ended"


async def _watch(threads: Sequence[threading.Thread], ending: asyncio.Event) -> None:
    while not ending.is_set():
        for thread in threads:
            if not thread.is_alive():
                log.error("a thread ended unasked, so the worker ends", thread=thread.name)
                ending.set()
                _insist()
                return
        await asyncio.sleep(1)


def _insist() -> None:
    """Be gone in time, even when something hangs, such as a mail server that does not answer.

    That loses nothing: the job is taken up again like one of a worker that was killed.
    """
    timer = threading.Timer(STOP_WITHIN_S, os._exit, [1])
    timer.daemon = True
    timer.start()


async def _worker() -> None:
    # Few connections, because a server takes only so many: one listens, two ask. Those that died are replaced.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=3)
    async with app.with_connector(connector).open_async() as open_app:
        await _rescue_soon(open_app)
        # A machine that is off at night does its nightly work in the morning.
        open_app.periodic_defaults["max_delay"] = jobs.MADE_UP_S
        await open_app.run_worker_async(
            concurrency=AT_ONCE,
            install_signal_handlers=False,
            shutdown_graceful_timeout=FINISH_WITHIN_S,
            delete_jobs="successful",
            update_heartbeat_interval=jobs.STALLED_AFTER_S / 6,
            stalled_worker_timeout=jobs.STALLED_AFTER_S,
            task_middleware=[_with_a_living_connection],
        )


def _with_a_living_connection(call: Callable[[], object], context: JobContext, worker: Worker) -> object:
    """Threads that run jobs keep their connections; one that died with the database must not fail the next job."""
    close_old_connections()
    return call()


async def _rescue_soon(open_app: App) -> None:
    """Whoever worked here before may have been killed: look after its jobs as soon as that can be known."""
    with suppress(exceptions.AlreadyEnqueued):
        await open_app.configure_task(
            jobs.rescue.name,
            queue=jobs.rescue.queue,
            queueing_lock=f"{jobs.rescue.name}.after-start",
            schedule_in={"seconds": int(jobs.STALLED_AFTER_S) + 1},
        ).defer_async(timestamp=0)
