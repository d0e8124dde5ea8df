"""Work that waits: run this later, at this hour, again on failure. On procrastinate, in the same PostgreSQL.

Quick steps of the pipeline belong to the journal's readers; jobs are for what waits, retries or runs by the clock.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

import procrastinate
import structlog
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
STALLED_AFTER_S = 60


def job(*, queue: str = "default", retries: int = 0) -> Callable[[Callable[P, R]], "Task[P, R, P]"]:
    """Declare a function as a job. With retries it waits 10, 12, 16, 24, 40 ... seconds in between."""
    strategy = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2, wait=8) if retries else None

    def declare(function: Callable[P, R]) -> "Task[P, R, P]":
        name = f"{function.__module__.removeprefix('anliegen.')}.{function.__name__}"
        return cast("Task[P, R, P]", app.task(name=name, queue=queue, retry=strategy or False)(function))

    return declare


def periodic(cron: str, *, queue: str = "default") -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Declare a function that runs by the clock: `@periodic("*/5 * * * *")`. Gets the planned time as a Unix stamp."""

    def declare(function: Callable[[int], None]) -> Callable[[int], None]:
        name = f"{function.__module__.removeprefix('anliegen.')}.{function.__name__}"
        task = app.task(name=name, queue=queue, queueing_lock=name)(function)
        app.periodic(cron=cron)(task)
        return function

    return declare


def defer(task: "Task[Any, Any, Any]", *, at: datetime | None = None, key: str | None = None, **arguments: Any) -> bool:
    """Queue a job inside the caller's transaction: rolled back, it never runs. Returns False when `key` waits already."""
    options: dict[str, Any] = {}
    if at is not None:
        options["schedule_at"] = at
    if key is not None:
        options["queueing_lock"] = key
    try:
        # A savepoint, because a refused insert would break the caller's transaction.
        with transaction.atomic():
            task.configure(**options).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return False
    return True


@app.periodic(cron="* * * * *")
@app.task(name="ground.jobs.rescue", queue="rescue", queueing_lock="ground.jobs.rescue", pass_context=True)
async def rescue(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take up the jobs of workers that died. Without this a job of a worker killed with -9 waits for ever."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("job taken up again", job=stalled.id)
        await manager.retry_job(stalled)


@app.periodic(cron="17 3 * * *")
@app.task(name="ground.jobs.tidy", queue="rescue", queueing_lock="ground.jobs.tidy", pass_context=True)
async def tidy(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget jobs that were done a week ago; failed ones stay for a person to see."""
    await context.app.job_manager.delete_old_jobs(nb_hours=7 * 24, include_failed=False)
