"""A pytest plugin (`-p tests.cheaper`): what thousands of tests do alike costs them little.

Passwords are hashed by the real Argon2 with its smallest parameters: a hash as an operator's instance makes it takes a
tenth of a second and 100 MB, and most tests only want somebody who is there. Tables are emptied row by row after tests
that commit: they hold a handful of rows, while TRUNCATE makes new files for each of seventy tables and their indexes.
With `-m kill` only files are read in which such tests can be: the others take ten seconds in each process.
Python's search for what nobody holds any more comes after ten thousand new objects, not after seven hundred, and passes
over what stays until the end: all modules, and as many tests as are collected.
"""

import gc
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

KEPT = ("django_migrations", "django_content_type", "auth_permission")
# Not Django's own, so its `flush` would leave the jobs that a test queued to the next one.
QUEUED = ("procrastinate_events", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers")
FILLED = "SELECT EXISTS (SELECT FROM {0}) AS filled, '{0}' AS name"


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(10_000)
    Argon2PasswordHasher.time_cost = 1
    Argon2PasswordHasher.memory_cost = 8
    Argon2PasswordHasher.parallelism = 1
    if config.pluginmanager.has_plugin("django"):
        TransactionTestCase._fixture_teardown = empty_all_tables  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.collect()  # once more: how many there are now, nearly none, says how soon all are looked through again


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if config.option.markexpr != "kill" or collection_path.suffix != ".py" or "kill" in collection_path.parts:
        return None
    return None if "mark.kill" in collection_path.read_text() else True


def empty_all_tables(case: TransactionTestCase) -> None:
    """What `flush` does for one database, without telling anybody that it was migrated again."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in (*names, *QUEUED) if name not in KEPT]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(FILLED.format(name) for name in tables))
        filled = [name for is_filled, name in cursor.fetchall() if is_filled]
        if not filled:
            return
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):  # an operator's own server: foreign keys and triggers stay in force there
            cursor.execute("; ".join(connection.ops.sql_flush(no_style(), [*names, *QUEUED])))
            return
        emptied = "; ".join(f"DELETE FROM {name}" for name in filled)
        cursor.execute(f"SET session_replication_role = replica; {emptied}; SET session_replication_role = DEFAULT")
