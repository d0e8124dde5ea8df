"""How soon mails that wait are brought to their place: by one worker, by two, and beside a very long ledger.

No acknowledgements, no sealing: what is measured is how taking in itself goes with more hands and with more behind it.
"""

import statistics
from typing import Any

from django.db import connection

from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.oversight.measurement.bench.mails import made
from anliegen.oversight.measurement.bench.workers import drained_in
from anliegen.records.accounts.queries import default_brand

WAITING = 1000  # mails
TURNS = 3
LONG = 1_000_000  # lines


def measure() -> dict[str, Any]:
    """Mails a second, the median of some turns; the measurements take turns, since machines have moods."""
    one, two = [], []
    for turn in range(TURNS):
        one.append(_rate(1, seed=100 + 2 * turn))
        two.append(_rate(2, seed=101 + 2 * turn))
    _lengthen()
    beside = [_rate(1, seed=200 + turn) for turn in range(TURNS)]
    alone, together, behind = (statistics.median(each) for each in (one, two, beside))
    return {
        "mails": WAITING,
        "one_worker_per_s": round(alone, 1),
        "two_workers_per_s": round(together, 1),
        "two_to_one": round(together / alone, 2),
        "ledger_lines": Intake.objects.count(),
        "with_long_ledger_per_s": round(behind, 1),
        "long_to_short": round(behind / alone, 2),
    }


def _rate(workers: int, *, seed: int) -> float:
    to = [default_brand().email]
    for raw in made(WAITING, seed=seed):
        store_raw(raw, source="smtp", envelope_from="bench@bench.example", envelope_to=to)
    return WAITING / drained_in(workers)


def _lengthen() -> None:
    """Lines as those that are there, each of a mail of its own."""
    pattern = Intake.objects.filter(result="created").order_by("pk").values_list("pk", flat=True)[0]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in Intake._meta.concrete_fields if not field.primary_key]
    values = ["md5(n::text) || md5('b' || n)" if column == quote("fingerprint") else column for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO channels_intake ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608  # our own names
            " FROM channels_intake CROSS JOIN generate_series(1, %s) AS n WHERE id = %s",
            [LONG, pattern],
        )
        cursor.execute("ANALYZE channels_intake")
        cursor.execute("CHECKPOINT")
