"""The worker: seal, read, take in, and run the jobs, in one process. Any number may run on any number of machines."""

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import cast

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from anliegen.config.pipeline import READERS
from anliegen.flow.channels.email import intake
from anliegen.flow.channels.email.send import register_mail_server
from anliegen.ground.journal import seal, tail
from anliegen.ground.wake import work_when_woken

log = structlog.get_logger(__name__)


def work() -> None:
    """Work until SIGINT or SIGTERM; what is begun is finished first."""
    # The worker sends the mail, so it says where to, however it was started.
    register_mail_server()
    stop = threading.Event()
    readers = tail.Readers(READERS)
    threads = [
        _thread("seal", [seal.NEW], lambda woken: tail.seal_all(), stop, patience=5),
        _thread("read", [seal.SEALED], lambda woken: readers.look(everywhere=not woken), stop, patience=5),
        _thread("take-in", [intake.NEW], lambda woken: intake.take_in_all(), stop, patience=10),
    ]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_run_jobs())
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=8)


def _thread(
    name: str, channels: list[str], work: Callable[[set[str]], object], stop: threading.Event, *, patience: float
) -> threading.Thread:
    return threading.Thread(
        target=work_when_woken, args=(channels, work, stop), kwargs={"patience": patience}, name=name, daemon=True
    )


async def _run_jobs() -> None:
    """Run jobs; when the database goes away, wait and begin again."""
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    while not stopped.is_set():
        worker = asyncio.create_task(_worker())
        await asyncio.wait([worker, asyncio.create_task(stopped.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not stopped.is_set():
            log.warning("jobs begin again", error=str(worker.exception() or "the worker ended")[:200])
            await asyncio.sleep(1)
            continue
        worker.cancel()
        await asyncio.wait([worker], timeout=8)


async def _worker() -> None:
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    async with app.with_connector(connector).open_async() as jobs:
        await jobs.run_worker_async(
            concurrency=4, install_signal_handlers=False, shutdown_graceful_timeout=6, delete_jobs="successful"
        )
