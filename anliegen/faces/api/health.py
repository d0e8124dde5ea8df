"""`/healthz`: 200 `ok` when this instance can work, else 503 and the reason. For load balancers, open to all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anliegen.ground import clock, files
from anliegen.ground.journal.breaks import needs_somebody
from anliegen.oversight.measurement import standstill

LEAST_FREE_BYTES = 50 * 1024 * 1024


class CannotWork(Exception):
    """Something without which nothing works is missing; the text says what."""


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    try:
        for check in CHECKS:
            check()
    except CannotWork as reason:
        return _answer(503, str(reason))
    # It can work, and mail goes on: whoever balances load must not take it away, whoever watches it must read on.
    is_whole = not needs_somebody()
    return _answer(200, "ok" if is_whole else "ok\nthe journal was cut off or changed: anliegen journal verify")


def database_answers() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        raise CannotWork("the database does not answer") from None


def migrations_are_done() -> None:
    try:
        missing = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    except Error:
        raise CannotWork("the database does not answer") from None
    if missing:
        raise CannotWork(f"{len(missing)} migrations are missing: run `anliegen setup` or `anliegen run`")


def disk_takes_files() -> None:
    folder = files.data_path()
    try:
        if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
            raise CannotWork("the disk is full")
        handle, name = tempfile.mkstemp(dir=folder, prefix=".health-")
        os.close(handle)
        os.unlink(name)
    except OSError as error:
        raise CannotWork(f"the data directory cannot be written: {error.strerror}") from None


def somebody_works() -> None:
    """An instance that never had a worker is not judged: it may be about to get its first one."""
    alive, silent = standstill.workers()
    if silent and not alive:
        raise CannotWork("no worker has been heard of for a minute: is `anliegen work` running?")
    if stands := standstill.sealing_stands(at=clock.now()):
        raise CannotWork(f"nothing was sealed for {stands.total_seconds():.0f} s: is `anliegen work` running?")


# The order must stay: without a database the question for migrations has no meaning.
CHECKS: list[Callable[[], None]] = [database_answers, migrations_are_done, disk_takes_files, somebody_works]


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """What this program brings along; it does not change while it runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _answer(status: int, text: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
