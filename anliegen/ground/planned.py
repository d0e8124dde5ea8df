"""Statements that the server plans once for a connection, whatever their values.

Each is planned for its values by default, since a plan for any values cannot use a partial index (decision 0013). Where
all conditions of the indexes stand in the statement's own words, the plan is the same each time, and making it can cost
more than carrying it out: the counts of all views take 10 ms to plan and 1 ms to count.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

_ONCE = "SET plan_cache_mode = force_generic_plan"
_FOR_THEIR_VALUES = "SET plan_cache_mode = force_custom_plan"


@contextmanager
def planned_once() -> Iterator[None]:
    """Within, what is prepared keeps one plan: only for statements whose values never choose an index.

    After a failure within a transaction its end puts the setting back.
    """
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(_ONCE)
    try:
        yield
    finally:
        if not raw.closed and raw.info.transaction_status is not TransactionStatus.INERROR:
            raw.execute(_FOR_THEIR_VALUES)
