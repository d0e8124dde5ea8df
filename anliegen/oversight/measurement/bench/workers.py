"""Processes that take in what waits in the ledger, as the workers do."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier, Event

from django.db import connection, connections

from anliegen.flow.channels.mailroom import intake
from anliegen.flow.channels.models import Intake

_FORK = multiprocessing.get_context("fork")


def drained_in(workers: int) -> float:
    """Seconds in which so many workers took in all that waits."""
    began = _FORK.Barrier(workers + 1)
    connections.close_all()  # a connection cannot be shared with a forked process
    processes = [_FORK.Process(target=_drain, args=(began,)) for _each in range(workers)]
    for process in processes:
        process.start()
    began.wait()
    start = time.perf_counter()
    _ended(processes)
    return time.perf_counter() - start


@contextmanager
def one_worker() -> Iterator[int]:
    """A worker that takes in what comes until the block ends; yields its pid."""
    stop = _FORK.Event()
    connections.close_all()
    process = _FORK.Process(target=_work, args=(stop,))
    process.start()
    try:
        yield process.pid or 0
    finally:
        stop.set()
        _ended([process])


def _drain(began: Barrier) -> None:
    connection.ensure_connection()
    began.wait()
    while Intake.objects.waiting().exists():
        intake.take_in_all()


def _work(stop: Event) -> None:
    while not stop.wait(intake.REST_S):
        intake.take_in_all()


def _ended(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("a worker failed")
