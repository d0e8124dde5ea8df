"""kill -9 while a mail is handed in: without 250 the sender keeps it, sends it again, and it is there once."""

import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from anliegen.flow.channels.mailroom import intake, receive
from anliegen.flow.channels.models import Intake
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets.models import Ticket
from tests.flow.channels.processes import environment
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)

RECEIVING = """
import os, signal, sys, time
import django
django.setup()
from django.db import transaction
from anliegen.flow.channels.mailroom import arrival, receive

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

def after(place, name):
    real = getattr(place, name)
    setattr(place, name, lambda *args, **more: die(real(*args, **more)))

def before_its_commit():
    after(arrival, "store_raw")
    dying = arrival.store_raw
    def uncommitted(*args, **more):
        with transaction.atomic():
            dying(*args, **more)
    arrival.store_raw = uncommitted

{
    "before the file": lambda: setattr(receive.files, "put", die),
    "after the file": lambda: after(receive.files, "put"),
    "before the commit": before_its_commit,
    "after the commit": lambda: after(arrival, "store_raw"),
    "before 250": lambda: setattr(receive, "_each", die),
}[sys.argv[1]]()
with receive.listening("127.0.0.1", 0) as port:
    print(port, flush=True)
    time.sleep(60)
"""


@contextmanager
def receiver_that_dies(where: str, settings: Any) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVING, where], env=environment(settings), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
        assert process.wait(30) == -signal.SIGKILL
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def hand_in(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as session:
        session.sendmail("kim@example.org", ["service@musterstadt.example"], mail())


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ("before the file", []),
        ("after the file", []),
        ("before the commit", []),
        ("after the commit", ["created"]),
        ("before 250", ["created"]),
    ],
)
def test_killed_while_receiving_nothing_is_lost_and_nothing_doubled(
    mailbox: Mailbox, settings: Any, where: str, lines: list[str]
) -> None:
    with receiver_that_dies(where, settings) as port, pytest.raises((OSError, smtplib.SMTPException)):
        hand_in(port)
    intake.take_in_all()
    assert results() == lines
    with receive.listening("127.0.0.1", 0) as port:
        hand_in(port)
    intake.take_in_all()
    assert results() == ["created", "duplicate"][: len(lines) + 1]
    assert Ticket.objects.count() == 1


def results() -> list[str]:
    return list(Intake.objects.order_by("pk").values_list("result", flat=True))
