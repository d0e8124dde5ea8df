"""How fast mail is taken in: SMTP, durable file, ledger, parse, thread, ticket, journal, search row, decision.

The acknowledgement is not part of it. The limit is what no program of this kind can go below: understanding the mail
and one durable insert through the bare driver.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from anliegen.flow.automation import triage
from anliegen.flow.automation.models import Decision
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.mailroom import aside, intake
from anliegen.ground.journal import read, seal, tail
from anliegen.ground.wake import work_when_woken
from anliegen.oversight.measurement.bench import backlog, bare, large
from anliegen.oversight.measurement.bench.mails import SIZE, made
from anliegen.oversight.measurement.bench.receiver import receiver, send
from anliegen.oversight.measurement.bench.report import Report, Spent, measured
from anliegen.records.tickets import readers
from anliegen.records.tickets.models import Ticket

MAILS = 600
CONNECTIONS = 4
PATIENCE_S = 300
READERS = [
    read.reader("bench-index", readers.index, on=["message.received"], batch=True),
    read.reader("bench-triage", triage.decide, on=["message.received"], batch=True),
]


def measure(mails: int = MAILS) -> Report:
    """Send so many mails over SMTP and wait until each has its decision."""
    warm, timed = made(40, seed=1), made(mails, seed=2)
    with _stack() as (receiver, port):
        _through(warm, port)
        with measured(receiver) as ours:
            _through(timed, port)
    limit = _limit(timed)
    cpu, limit_cpu = ours.cpu_s / mails, limit.cpu_s / mails
    return Report(
        "intake",
        _figures(ours, mails)
        | {"mails": mails, "bytes_per_mail": SIZE, "large_mails": large.measure(), "backlog": backlog.measure()},
        _figures(limit, mails) | {"what": "parse plus one durable insert through bare psycopg"},
        round(limit_cpu / cpu, 3),
    )


def _figures(spent: Spent, mails: int) -> dict[str, object]:
    return {
        "mails_per_s": round(mails / spent.wall_s, 1),
        "cpu_ms_per_mail": round(spent.cpu_s * 1000 / mails, 2),
        "own_cpu_ms_per_mail": round(spent.own_cpu_s * 1000 / mails, 2),
        "database_cpu_ms_per_mail": None
        if spent.database_cpu_s is None
        else round(spent.database_cpu_s * 1000 / mails, 2),
    }


@contextmanager
def _stack() -> Iterator[tuple[int, int]]:
    """`anliegen mail` and, in this process, the loops of `anliegen work`; yields the receiver's pid and its port."""
    stop = threading.Event()
    read.enrol(READERS)
    pipeline = tail.Readers(READERS)
    loops = [
        ([seal.NEW], lambda woken: tail.seal_all(), seal.REST_S),
        ([seal.SEALED], lambda woken: pipeline.look(everywhere=not woken), tail.REST_S),
        ([aside.NEW], lambda woken: intake.take_in_all(), intake.REST_S),
    ]
    threads = [
        threading.Thread(
            target=work_when_woken, args=(channels, work, stop), kwargs={"patience": 5, "rest": rest}, daemon=True
        )
        for channels, work, rest in loops
    ]
    for thread in threads:
        thread.start()
    try:
        with receiver() as place:
            yield place
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)


def _through(mails: list[bytes], port: int) -> None:
    """Send the mails from another process and wait for the last decision."""
    before = Decision.objects.count()
    send(mails, port, connections=CONNECTIONS)
    until = time.monotonic() + PATIENCE_S
    while Decision.objects.count() < before + len(mails):
        if time.monotonic() > until:
            raise TimeoutError(f"{Ticket.objects.count()} tickets, but not every mail was decided in {PATIENCE_S} s")
        time.sleep(0.05)


def _limit(mails: list[bytes]) -> Spent:
    with bare.driver() as database:
        database.execute("CREATE TABLE bench_limit (id bigserial PRIMARY KEY, fingerprint text, body text)")
        with measured() as spent:
            for raw in mails:
                incoming = parse(raw)
                database.execute(
                    "INSERT INTO bench_limit (fingerprint, body) VALUES (%s, %s)", (incoming.fingerprint, incoming.text)
                )
        database.execute("DROP TABLE bench_limit")
    return spent
