"""kill -9 in the middle of fetching: what lay in a mailbox elsewhere is there once, and is deleted there only then."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from .accounts import settle
from .instance import REPOSITORY, Instance, kill, until

MAILS = 150
MAKING = """
import django
django.setup()
from anliegen.flow.channels.mailroom.sources import create_source
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand, Mailbox
import json, sys

address, fields = sys.argv[1], json.loads(sys.argv[2])
brand = Brand.objects.first()
box = accounts.create(Mailbox, address=address, brand=brand, actor=SYSTEM, at=clock.now())
print(create_source(box, actor=SYSTEM, at=clock.now(), last_uid=0, **fields).pk)
"""


def letter(run: str, number: int) -> bytes:
    head = f"Message-ID: <{run}-{number}@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n"
    head += f"From: kundin-{run}-{number}@example.org\r\nSubject: Abschlag {run} {number}\r\n"
    return f"{head}\r\nGuten Tag, bitte senken Sie meinen Abschlag. {number}\r\n".encode()


def source_of(instance: Instance, address: str, fields: str) -> int:
    made = subprocess.run(
        [sys.executable, "-c", MAKING, address, fields],
        env=instance.environment | {"DJANGO_SETTINGS_MODULE": "anliegen.config.settings"},
        cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return int(made.stdout.strip().splitlines()[-1])


def maildir(instance: Instance, run: str) -> Path:
    """A folder with mails in it, where sources may read."""
    box = instance.data / "mail" / run
    for each in ("new", "cur", "tmp"):
        (box / each).mkdir(parents=True)
    for number in range(MAILS):
        (box / "new" / f"{run}.{number}").write_bytes(letter(run, number))
    return box


def kill_as_a_power_cut(instance: Instance) -> None:
    """Supervisor first, so that it starts nobody again; some end with it before they can be killed."""
    for pid in [*instance.running(), *instance.server_pids()]:
        with suppress(ProcessLookupError):
            kill(pid)
    assert instance.process is not None
    instance.process.wait()
    instance.start()


@pytest.mark.parametrize("victim", ["worker", "everything"])
def test_a_kill_in_the_middle_of_fetching_loses_nothing_and_doubles_nothing(instance: Instance, victim: str) -> None:
    run = f"fetched{victim}"
    box = maildir(instance, run)
    fields = f'{{"kind": "maildir", "folder": "{box}", "deletes": true}}'
    pk = source_of(instance, f"{run}@musterstadt.example", fields)
    ours = f"SELECT count(*) FROM channels_intake WHERE source = 'maildir:{pk}'"
    for many in (15, 60) if victim == "worker" else (30,):
        until(lambda many=many: instance.one(ours) >= many, 60, "mails that are fetched")
        assert instance.one(ours) < MAILS, "too quick to be killed in the middle"
        if victim == "worker":
            kill(instance.worker())
        else:
            kill_as_a_power_cut(instance)
    until(lambda: instance.one(ours) == MAILS, 60, "all mails")
    until(lambda: list((box / "new").iterdir()) == [], 30, "the Maildir to be empty")
    settle(instance, 100)
    results = instance.ask(f"SELECT result, count(*) FROM channels_intake WHERE source = 'maildir:{pk}' GROUP BY 1")
    assert results == [("created", MAILS)]
    subjects = "SELECT count(*), count(DISTINCT subject) FROM tickets_ticket WHERE subject LIKE %s"
    assert instance.ask(subjects, f"Abschlag {run} %") == [(MAILS, MAILS)]
