"""The journal when something is wrong: a refused event, a clock put back, an anchor that cannot be written."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from anliegen.ground import clock
from anliegen.ground.journal import heads, read, tail
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Cursor, Event, Head
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED, Kind, Verb
from anliegen.ground.journal.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)

RANG = DECLARED.get("test.rang") or Verb("test.rang", "{actor} rang", {"times": Kind.NUMBER})


@pytest.fixture(autouse=True)
def anchor() -> Iterator[Path]:
    """The anchor belongs to the journal of another test."""
    file = Path(heads.anchor_file())
    file.unlink(missing_ok=True)
    yield file
    file.unlink(missing_ok=True)


def ring(now: datetime, times: int) -> None:
    with transaction.atomic():
        record(RANG, "door:1", actor=SYSTEM, at=now, times=times)


def refuse(sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$")


def test_an_event_whose_effect_the_database_refuses_stops_its_reader_and_no_other(now: datetime) -> None:
    """PostgreSQL calls a value that is too large an operational error, as it does a lost connection."""
    seen: list[int] = []

    def too_large(event: Event) -> None:
        if event.data["times"] == 2:
            refuse("54000")

    readers = [
        read.reader("stuck", too_large, on=["test.rang"], from_start=True),
        read.reader("free", lambda event: seen.append(event.data["times"]), on=["test.rang"], from_start=True),
    ]
    for times in (1, 2, 3):
        ring(now, times)
    tail.drain(readers)
    assert seen == [1, 2, 3]
    assert Cursor.objects.get(name="stuck").failed_position == 2


def test_a_database_that_is_away_stops_no_reader(now: datetime) -> None:
    reader = read.reader("waiting", lambda event: refuse("57P01"), on=["test.rang"], from_start=True)
    ring(now, 1)
    with pytest.raises(OperationalError):
        tail.drain([reader])
    cursor = Cursor.objects.get(name="waiting")
    assert (cursor.has_stopped, cursor.position) == (False, 0)


def test_a_clock_that_is_put_back_changes_neither_order_nor_chain(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for times, at in ((1, now), (2, now - timedelta(days=400)), (3, now - timedelta(hours=1))):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        ring(at, times)
        tail.seal_all()
    assert list(Event.objects.order_by("position").values_list("data__times", flat=True)) == [1, 2, 3]
    assert verify().ok


def test_a_time_to_retry_set_by_a_clock_far_ahead_does_not_hold_a_reader_up(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    broken = True

    def stumble(event: Event) -> None:
        if broken:
            raise RuntimeError("broken")
        seen.append(event.data["times"])

    reader = read.reader("ahead", stumble, on=["test.rang"], from_start=True)
    ring(now, 1)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=4000))
    tail.drain([reader])
    broken = False
    monkeypatch.setattr(clock, "now", lambda: now)
    tail.drain([reader])
    assert seen == [1]
    assert not Cursor.objects.get(name="ahead").has_stopped


def test_a_reader_that_stopped_waits_for_its_time(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def stumble(event: Event) -> None:
        tries.append(event.data["times"])
        raise RuntimeError("broken")

    reader = read.reader("patient", stumble, on=["test.rang"], from_start=True)
    ring(now, 1)
    monkeypatch.setattr(clock, "now", lambda: now)
    tail.drain([reader])
    before = len(tries)
    tail.drain([reader])
    assert len(tries) == before
    monkeypatch.setattr(clock, "now", lambda: now + read.FIRST_RETRY)
    tail.drain([reader])
    assert len(tries) > before


def test_an_anchor_that_cannot_be_written_shows_and_leaves_the_seal_and_no_rest(now: datetime, anchor: Path) -> None:
    ring(now, 1)
    anchor.mkdir(parents=True)
    with pytest.raises(OSError):
        tail.seal_all()
    anchor.rmdir()
    assert Head.objects.get().position == 1
    assert [name for name in os.listdir(anchor.parent) if name.startswith(".head-")] == []
    ring(now, 2)
    tail.seal_all()
    assert verify().ok
