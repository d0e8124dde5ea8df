"""Work that waits: run this later, at this hour, again on failure. On procrastinate, in the same PostgreSQL.

Quick steps of the pipeline belong to the journal's readers; jobs are for what waits, retries or runs by the clock.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar, cast

import procrastinate
import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection, transaction
from django.db.models import Model
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from anliegen.ground.wake import database_is_away

log = structlog.get_logger(__name__)

# What runs by the clock and was missed, because nothing ran then, is made up for at the start when it is no older.
MADE_UP_S = 8 * 24 * 3600.0

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row")
# A worker that has not been heard of for so long is dead, and its jobs are taken up by others. Measured in seconds.
STALLED_AFTER_S = float(os.environ.get("ANLIEGEN_STALLED_AFTER_S") or 60)


# Names of jobs that may wait for days because somebody wants them then. All others wait minutes.
PLANNED_AHEAD: set[str] = set()
LONGEST_PAUSE = timedelta(hours=1)
# So long after their end jobs are kept. Failed ones longer: that they failed is said for a day (`failed_lately`), and
# whoever comes back from their holidays still finds which, how often tried and with what.
DONE_KEPT, FAILED_KEPT = timedelta(days=7), timedelta(days=30)
# A clock that was ahead leaves times that no clock has reached for long. Read by the database's own clock.
PUT_RIGHT = (
    "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + %(slack)s",
    "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND scheduled_at > now() + %(pause)s"
    " AND NOT task_name = ANY(%(ahead)s)",
)


def job(
    *, queue: str = "default", retries: int = 0, formerly: tuple[str, ...] = (), plans_ahead: bool = False
) -> Callable[[Callable[P, R]], "Task[P, R, P]"]:
    """Declare a function as a job. With retries it waits 10, 12, 16, 24, 40 ... seconds in between.

    `plans_ahead`: it may be deferred to a time that is more than LONGEST_PAUSE off.

    Its name is where it stands. When it moves, `formerly` are its names before: an update finds jobs that wait by them.
    """
    strategy = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2, wait=8) if retries else None

    def declare(function: Callable[P, R]) -> "Task[P, R, P]":
        if plans_ahead:
            PLANNED_AHEAD.update((_name(function), *formerly))
        declared = app.task(name=_name(function), aliases=[*formerly], queue=queue, retry=strategy or False)
        return cast("Task[P, R, P]", declared(function))

    return declare


def periodic(
    cron: str, *, queue: str = "default", formerly: tuple[str, ...] = ()
) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Declare a function that runs by the clock: `@periodic("*/5 * * * *")`. Gets the planned time as a Unix stamp."""

    def declare(function: Callable[[int], None]) -> Callable[[int], None]:
        name = _name(function)
        task = app.task(name=name, aliases=[*formerly], queue=queue, queueing_lock=name)(function)
        app.periodic(cron=cron)(task)
        return function

    return declare


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('anliegen.')}.{function.__name__}"


def defer(task: "Task[Any, Any, Any]", *, at: datetime | None = None, key: str | None = None, **arguments: Any) -> bool:
    """Queue a job inside the caller's transaction: rolled back, it never runs. False when `key` waits already.

    One that waits for a later time need not wait for it any longer, when somebody wants it at once.
    """
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
        if at is None:
            _hasten(key)
        return False
    return True


class SomeFailed(Exception):
    """Of many, some could not be done. The job counts as failed, so that a person sees it, and comes again."""


def one_by_one(rows: "Iterable[Row]", deed: "Callable[[Row], object]") -> None:
    """Do it for each: one that fails stays for the next run and keeps no other waiting. Raises SomeFailed at last."""
    failed = 0
    for row in rows:
        try:
            deed(row)
        except Exception as error:
            if database_is_away(error):
                raise
            log.exception("left for the next run", row=row.pk if isinstance(row, Model) else row)
            failed += 1
    if failed:
        raise SomeFailed(failed)


def failed_lately() -> dict[str, int]:
    """The names of jobs that failed within a day, and how often: whoever looks after the house is told.

    Not what runs by the clock and has succeeded since: that leaves its newest turn without a job.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job.task_name, count(*) FROM procrastinate_jobs job JOIN procrastinate_events event"
            " ON event.job_id = job.id AND event.type = 'failed' WHERE job.status = 'failed'"
            " AND event.at > now() - interval '1 day' AND NOT EXISTS (SELECT FROM (SELECT job_id FROM"
            " procrastinate_periodic_defers WHERE task_name = job.task_name ORDER BY id DESC LIMIT 1) AS newest"
            " WHERE newest.job_id IS NULL) GROUP BY job.task_name ORDER BY job.task_name"
        )
        return dict(cursor.fetchall())


def _hasten(key: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL"
            " WHERE queueing_lock = %s AND status = 'todo' AND scheduled_at > now()",
            [key],
        )


def put_right() -> None:
    """Take back what a clock that was ahead has put off: jobs that wait for a far time, workers that seem alive."""
    slack, pause = timedelta(seconds=STALLED_AFTER_S), LONGEST_PAUSE
    bounds: dict[str, Any] = {"slack": slack, "pause": pause, "ahead": sorted(PLANNED_AHEAD)}
    with connection.cursor() as cursor:
        for statement in PUT_RIGHT:
            cursor.execute(statement, bounds)


@app.periodic(cron="* * * * *")
@app.task(name="ground.jobs.rescue", queue="rescue", queueing_lock="ground.jobs.rescue", pass_context=True)
async def rescue(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take up the jobs of workers that died. Without this a job of a worker killed with -9 waits for ever."""
    # The database may have been away since the thread that asks it for us did so last.
    await sync_to_async(close_old_connections)()
    await sync_to_async(put_right)()
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        try:
            await manager.retry_job(stalled)
        except exceptions.ConnectorException as refused:
            # The same by the clock waits already, or another worker was quicker. The others must not wait for that.
            log.info("job left as it is", job=stalled.id, error=type(refused).__name__)
        else:
            log.warning("job taken up again", job=stalled.id)


@app.periodic(cron="17 3 * * *")
@app.task(name="ground.jobs.tidy", queue="rescue", queueing_lock="ground.jobs.tidy", pass_context=True)
async def tidy(context: procrastinate.JobContext, timestamp: int) -> None:
    """Forget jobs that ended long ago. What they did, or could not, stays in the journal and in their own rows."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=_hours(DONE_KEPT))
    await manager.delete_old_jobs(
        nb_hours=_hours(FAILED_KEPT), include_failed=True, include_cancelled=True, include_aborted=True
    )


def _hours(span: timedelta) -> int:
    return span // timedelta(hours=1)
