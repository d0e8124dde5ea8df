"""How fast mail is taken in: SMTP, durable file, ledger, parse, thread, ticket, journal, search row, decision.

The acknowledgement is not part of it. The limit is what no program of this kind can go below: understanding the mail
and one durable insert through the bare driver.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random
from subprocess import DEVNULL, PIPE, Popen

import psycopg
from django.db import connection

from anliegen.flow.automation import triage
from anliegen.flow.automation.models import Decision
from anliegen.flow.channels.email import intake
from anliegen.flow.channels.email.parse import parse
from anliegen.ground import clock
from anliegen.ground.egress import local
from anliegen.ground.journal import read, seal, tail
from anliegen.ground.wake import work_when_woken
from anliegen.oversight.measurement import words
from anliegen.oversight.measurement.bench.report import Report, Spent, measured
from anliegen.records.accounts.queries import default_brand
from anliegen.records.tickets import readers
from anliegen.records.tickets.models import Ticket

MAILS = 600
SIZE = 3000  # bytes of one mail
CONNECTIONS = 4
PATIENCE_S = 300
READERS = [
    read.reader("bench-index", readers.index, on=["message.received"], batch=True),
    read.reader("bench-triage", triage.decide, on=["message.received"], batch=True),
]


def measure(mails: int = MAILS) -> Report:
    """Send so many mails over SMTP and wait until each has its decision."""
    warm, timed = _mails(40, seed=1), _mails(mails, seed=2)
    with _stack() as (receiver, port):
        _through(warm, port)
        with measured(receiver) as ours:
            _through(timed, port)
    limit = _limit(timed)
    cpu, limit_cpu = ours.cpu_s / mails, limit.cpu_s / mails
    return Report(
        "intake",
        _figures(ours, mails) | {"mails": mails, "bytes_per_mail": SIZE},
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


def _mails(count: int, *, seed: int) -> list[bytes]:
    chance = Random(seed)  # noqa: S311  # made-up words need no secrecy
    return [_mail(chance, seed, number) for number in range(count)]


def _mail(chance: Random, seed: int, number: int) -> bytes:
    sender = words.name(chance)
    mail = EmailMessage()
    mail["From"] = f"{sender} <kunde{number % 300}.{seed}@bench.example>"
    mail["To"] = default_brand().email
    mail["Subject"] = words.subject(chance)
    mail["Message-ID"] = f"<bench.{seed}.{number}.{chance.getrandbits(64):x}@bench.example>"
    mail["Date"] = format_datetime(clock.now())  # an old one would not count for the brakes
    text = words.text(chance)
    while len(text.encode()) < SIZE * 0.72:  # quoted-printable umlauts and headers make up the rest
        text += "\n\n" + words.text(chance)
    mail.set_content(text)
    return mail.as_bytes()


@contextmanager
def _stack() -> Iterator[tuple[int, int]]:
    """`anliegen mail` and, in this process, the loops of `anliegen work`; yields the receiver's pid and its port."""
    stop = threading.Event()
    read.enrol(READERS)
    pipeline = tail.Readers(READERS)
    loops = [
        ([seal.NEW], lambda woken: tail.seal_all(), seal.REST_S),
        ([seal.SEALED], lambda woken: pipeline.look(everywhere=not woken), tail.REST_S),
        ([intake.NEW], lambda woken: intake.take_in_all(), intake.REST_S),
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
        with _receiver() as place:
            yield place
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)


@contextmanager
def _receiver() -> Iterator[tuple[int, int]]:
    port = local.free_port("127.0.0.1")
    place = {"ANLIEGEN_HOST": "127.0.0.1", "ANLIEGEN_SMTP_PORT": str(port)}
    with Popen(
        [sys.executable, "-m", "anliegen", "mail"], env=os.environ | place, stdout=DEVNULL, stderr=DEVNULL
    ) as process:
        try:
            until = time.monotonic() + PATIENCE_S
            while local.is_free("127.0.0.1", port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the receiver did not come up")
                time.sleep(0.05)
            yield process.pid, port
        finally:
            process.terminate()


def _through(mails: list[bytes], port: int) -> None:
    """Send the mails from another process and wait for the last decision."""
    before = Decision.objects.count()
    sender = Popen(
        [sys.executable, "-m", "anliegen.oversight.measurement.bench.sender", str(port), str(CONNECTIONS)], stdin=PIPE
    )
    sender.communicate(b"".join(len(mail).to_bytes(4, "big") + mail for mail in mails))
    if sender.returncode:
        raise RuntimeError("the sending process failed")
    until = time.monotonic() + PATIENCE_S
    while Decision.objects.count() < before + len(mails):
        if time.monotonic() > until:
            raise TimeoutError(f"{Ticket.objects.count()} tickets, but not every mail was decided in {PATIENCE_S} s")
        time.sleep(0.05)


def _limit(mails: list[bytes]) -> Spent:
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as bare:
        bare.execute("CREATE TABLE bench_limit (id bigserial PRIMARY KEY, fingerprint text, body text)")
        with measured() as spent:
            for raw in mails:
                incoming = parse(raw)
                bare.execute(
                    "INSERT INTO bench_limit (fingerprint, body) VALUES (%s, %s)", (incoming.fingerprint, incoming.text)
                )
        bare.execute("DROP TABLE bench_limit")
    return spent
