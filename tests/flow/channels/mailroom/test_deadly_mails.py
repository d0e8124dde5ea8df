"""A mail that its reader dies of, or that never ends, stops no other and is set aside; each other comes in."""

import signal
import subprocess
import sys
import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from anliegen.flow.channels.mailroom import apart, aside, intake
from anliegen.flow.channels.mailroom.begun import MOST_DEATHS, begun, others_are_at
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake, Reading
from anliegen.ground import apart as processes
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from tests.flow.channels.processes import environment
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)

# Reads as a worker does, or as what it has done apart; one mail is its end.
READER = """
import ctypes, os, signal, sys
import django
django.setup()
from anliegen.flow.channels.mailroom import apart, intake, patience

parse = intake.parse_or_raise

def deadly(raw, **more):
    if b"POISON" in raw:
        if sys.argv[1] == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        ctypes.PyDLL(None).sleep(600)  # and no other thread of Python gets a turn
    return parse(raw, **more)

intake.parse_or_raise = deadly
patience.end_when_it_hangs()
if sys.argv[2:] == ["read-suspects"]:
    apart.in_this_process()
else:
    intake.take_in_all()
"""


def stored(number: int, **headers: str) -> Intake:
    return store_raw(mail(message_id=f"<{number}@example.org>", **headers), source="smtp")


def ended() -> list[tuple[str, str, int]]:
    return list(Intake.objects.order_by("pk").values_list("result", "reason", "deaths"))


def verbs(line: Intake) -> list[str]:
    return list(Event.objects.filter(subject=f"intake:{line.pk}").order_by("pk").values_list("verb", flat=True))


def died_of(line: Intake, *, times: int = MOST_DEATHS) -> Intake:
    """As so many workers leave it that died while they read it."""
    for number in range(times):
        Reading.objects.create(id=number + 1, lines=[line.pk], begun_at=line.received_at)
        others_are_at()
    aside.give_up_on_the_deadly()
    return Intake.objects.get(pk=line.pk)


@pytest.mark.parametrize(("how", "code"), [("dies", -signal.SIGKILL), ("hangs", 1)])
def test_a_mail_that_its_reader_dies_of_costs_one_worker_and_no_other_mail(
    mailbox: Mailbox, settings: Any, monkeypatch: pytest.MonkeyPatch, how: str, code: int
) -> None:
    for name, value in (environment(settings) | {"ANLIEGEN_READ_WITHIN_S": "1"}).items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-c", READER, how]
    monkeypatch.setattr(processes, "COMMAND", command)
    deadly = stored(1, text="POISON")
    stored(2)
    stored(3)
    worker = subprocess.run(command, timeout=90, check=False, capture_output=True)
    assert (worker.returncode, ended()) == (code, [("received", "", 0)] * 3)
    stored(4)
    intake.take_in_all()  # the next worker: what came meanwhile does not wait for what is suspected
    assert ended() == [("received", "", 1)] * 3 + [("created", "mailbox", 0)]
    apart.read_suspects.func()
    assert ended() == [
        ("quarantined", "killed-the-worker", MOST_DEATHS),
        ("created", "mailbox", 1),
        ("created", "mailbox", 1),
        ("created", "mailbox", 0),
    ]
    assert verbs(deadly) == ["intake.quarantined"]
    assert b"POISON" in files.get(deadly.sha256)
    assert Reading.objects.count() == 0


def test_what_another_worker_is_reading_is_left_to_it_and_is_no_death(mailbox: Mailbox) -> None:
    line = stored(1)
    is_reading, may_end = threading.Event(), threading.Event()

    def read() -> None:
        with begun([line.pk]) as note:
            is_reading.set()
            may_end.wait(30)
            note.delete()
        connection.close()

    other = threading.Thread(target=read)
    other.start()
    assert is_reading.wait(30)
    assert (intake.take_in_all(), ended()) == (0, [("received", "", 0)])
    may_end.set()
    other.join()
    assert (intake.take_in_all(), ended()) == (1, [("created", "mailbox", 0)])


def test_reading_that_fails_has_returned(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(intake, "parse_or_raise", failing)
    stored(1)
    stored(2)
    intake.take_in_all()
    assert ended() == [("quarantined", "not-understood", 0)] * 2
    assert Reading.objects.count() == 0


def test_an_asked_end_is_no_death(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def ending(*args: object, **more: object) -> None:
        raise SystemExit(1)

    stored(1)
    with monkeypatch.context() as asked:
        asked.setattr(intake, "parse_or_raise", ending)
        with pytest.raises(SystemExit):
            intake.take_in_all()
    assert Reading.objects.count() == 0
    intake.take_in_all()
    assert ended() == [("created", "mailbox", 0)]


def test_a_note_is_counted_once_by_whoever_finds_it(mailbox: Mailbox) -> None:
    line = stored(1)
    Reading.objects.create(id=7, lines=[line.pk], begun_at=line.received_at)
    assert (others_are_at(), others_are_at()) == (set(), set())
    assert ended() == [("received", "", 1)]


def test_a_person_has_it_tried_once_more_and_not_in_their_own_process(
    mailbox: Mailbox, admin: Agent, now: datetime
) -> None:
    line = died_of(stored(1))
    assert (line.result, line.reason) == ("quarantined", "killed-the-worker")
    assert intake.let_in(line, actor=Actor.agent(admin.pk), at=now).result == "received"
    assert (intake.take_in_all(), ended()) == (0, [("received", "", MOST_DEATHS - 1)])
    assert intake.take_in_suspects(seconds=60) == 1
    assert ended() == [("created", "mailbox", MOST_DEATHS - 1)]


def test_another_version_tries_it_once_more(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    line = died_of(stored(1))
    assert aside.retry_after_update(now) == 0
    monkeypatch.setattr(aside, "__version__", "9.0")
    assert aside.retry_after_update(now) == 1
    died_of(line, times=1)  # and this one dies of it too
    assert ended() == [("quarantined", "killed-the-worker", MOST_DEATHS)]
    assert aside.retry_after_update(now) == 0


def test_suspects_are_tried_the_least_suspicious_first(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    died_of(stored(1), times=2)
    for number in (2, 3):
        died_of(stored(number), times=1)
    order: list[int] = []
    monkeypatch.setattr(intake, "take_in_one", lambda line: order.append(line.pk))
    first = Intake.objects.order_by("pk").values_list("pk", flat=True)
    assert intake.take_in_suspects(seconds=60) == 3
    assert order == [first[1], first[2], first[0]]
