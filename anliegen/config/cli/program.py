"""The program and what all its commands share. Django is set up only by the commands that need it."""

import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from anliegen.config import environment
from anliegen.ground import files, open_files, postgres, secrets

program = typer.Typer(
    help="Anliegen: self-hosted customer service that treats customers as people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = typer.Option(False, "--json", help="JSON on standard output and nothing else there.")


@contextmanager
def instance(*, migrated: bool = True, founded: bool = False) -> Iterator[None]:
    """This instance, ready to work with: its database runs, Django is set up, and the tables are there.

    `founded`: only one that somebody has set up will do. Where nothing is, nothing is made.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anliegen.config.settings")
    open_files.allow_more()
    # First, since reading the environment makes the data directory.
    if founded and _uses_the_embedded_server() and not postgres.is_there(files.data_path()):
        _refuse_as_not_founded()
    _look_at_the_environment()
    try:
        server = _database()
    except postgres.PostgresError as error:
        refuse(str(error))
    try:
        with _importing():
            import django  # noqa: PLC0415  # slow import

            django.setup()
        if migrated:
            migrate()
        if founded:
            _require_founded()
        yield
    finally:
        if server is not None:
            from django.db import connections  # noqa: PLC0415  # slow import

            connections.close_all()
            server.release()


@contextmanager
def _importing() -> Iterator[None]:
    """Nothing that is imported is thrown away again: to look for it took a third of what a short command costs, half of
    that at its end, where Python looks through everything once more."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def migrate() -> None:
    """Bring the tables up to date. Several processes may do so at once: one works, the others wait."""
    from django.core.management import call_command  # noqa: PLC0415  # slow import
    from django.db import connection  # noqa: PLC0415  # slow import
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  # slow import

    from anliegen.config.pipeline import READERS  # noqa: PLC0415  # slow import
    from anliegen.ground.jobs import defer  # noqa: PLC0415  # slow import
    from anliegen.ground.journal.read import enrol  # noqa: PLC0415  # slow import
    from anliegen.records.accounts.models import Operator  # noqa: PLC0415  # slow import
    from anliegen.records.tickets.jobs import compute_again  # noqa: PLC0415  # slow import

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [0x416E6C69])
        try:
            call_command("migrate", interactive=False, verbosity=0)
            # Readers that are new begin here, before anything happens that they should not miss.
            enrol(READERS)
            if Operator.objects.exists():  # what is due when may be told in another way now
                defer(compute_again, key="compute-due-again")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [0x416E6C69])


@contextmanager
def in_english() -> Iterator[None]:
    """What the rooms say in the instance's language, the command line says in the one it speaks."""
    from django.utils import translation  # noqa: PLC0415  # slow import

    with translation.override("en"):
        yield


def refuse(reason: str) -> NoReturn:
    """Say why not, and end with 1."""
    print(reason, file=sys.stderr)
    raise typer.Exit(1)


def say(answer: dict[str, Any], *, as_json: bool, words: str) -> None:
    """The answer of a command: JSON for programs, words for people."""
    print(json.dumps(answer, ensure_ascii=False) if as_json else words)


def note(words: str) -> None:
    """Something for the person at the terminal, never on standard output."""
    print(words, file=sys.stderr)


def _look_at_the_environment() -> None:
    """Refuse what cannot be meant. The supervisor has warned of the rest already."""
    try:
        environment.read()
    except environment.WrongEnvironment as wrong:
        refuse(str(wrong))
    if "ANLIEGEN_SUPERVISED" not in os.environ:
        for line in environment.strangers():
            note(line)


def _uses_the_embedded_server() -> bool:
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))


def _require_founded() -> None:
    from anliegen.records.accounts.models import Operator  # noqa: PLC0415  # slow import

    if not Operator.objects.exists():
        _refuse_as_not_founded()


def _refuse_as_not_founded() -> NoReturn:
    refuse(
        f"No instance is set up in {files.data_path()}; nothing was taken in. Is this the right directory"
        ' (ANLIEGEN_DATA)? To set one up: anliegen setup --organisation "NAME" --admin EMAIL'
    )


def _database() -> postgres.Server | None:
    url = secrets.secret("DATABASE_URL")
    if url:
        postgres.wait_ready(url, timeout=30)
        return None
    return postgres.acquire(files.data_path())
