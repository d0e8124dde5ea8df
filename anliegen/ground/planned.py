"""How the server plans statements for which its own choice is the wrong one.

Each is planned for its values by default, since a plan for any values cannot use a partial index (decision 0013). Where
all conditions of the indexes stand in the statement's own words, the plan is the same each time, and making it can cost
more than carrying it out: the counts of all views take 10 ms to plan and 1 ms to count.

Whoever reads a table to its end must not depend on how many rows the server believes are in it: with a table that was
filled a moment ago it looks each row up in the whole of another, and a hundred thousand rows take hours.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus


@contextmanager
def planned_once() -> Iterator[None]:
    """Within, what is prepared keeps one plan: only for statements whose values never choose an index."""
    with _set("plan_cache_mode", "force_generic_plan", afterwards="force_custom_plan"):
        yield


@contextmanager
def planned_to_the_end() -> Iterator[None]:
    """Within, tables are joined whole: for what reads all there is. A cursor is planned when its first row is read."""
    with _set("enable_nestloop", "off", afterwards="on"):
        yield


@contextmanager
def _set(name: str, value: str, *, afterwards: str) -> Iterator[None]:
    """After a failure within a transaction its end puts the setting back."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(f"SET {name} = {value}")
    try:
        yield
    finally:
        if not raw.closed and raw.info.transaction_status is not TransactionStatus.INERROR:
            raw.execute(f"SET {name} = {afterwards}")
