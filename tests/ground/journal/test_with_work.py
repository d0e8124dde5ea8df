"""Only readers with work cost a transaction: the others are found to have none all at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from anliegen.ground.journal import read, tail
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED, Kind, Verb

pytestmark = pytest.mark.django_db

RAPPED = DECLARED.get("test.rapped") or Verb("test.rapped", "{actor} rapped", {"times": Kind.NUMBER})
COUGHED = DECLARED.get("test.coughed") or Verb("test.coughed", "{actor} coughed", {"times": Kind.NUMBER})


def happens(verb: Verb, at: datetime, times: int = 1) -> None:
    with transaction.atomic():
        record(verb, "door:1", actor=SYSTEM, at=at, times=times)
    tail.seal_all()


def reads(name: str, *verbs: str, handle: Callable[[Event], object] = lambda event: None) -> read.Reader:
    return read.reader(name, handle, on=verbs, from_start=True)


def with_work(*readers: read.Reader) -> list[str]:
    return [each.name for each in read.with_work(readers)]


def test_only_who_wants_what_happened_has_work(now: datetime) -> None:
    readers = [reads("raps", "test.rapped"), reads("coughs", "test.coughed"), reads("both"), reads("none", "test.no")]
    read.enrol(readers)
    assert with_work(*readers) == []
    happens(RAPPED, now)
    assert with_work(*readers) == ["raps", "both"]
    happens(COUGHED, now)
    assert with_work(*readers) == ["raps", "coughs", "both"]
    tail.drain(readers)
    assert with_work(*readers) == []


def test_what_one_has_read_is_still_work_for_another(now: datetime) -> None:
    first, second = reads("first", "test.rapped"), reads("second", "test.rapped")
    read.enrol([first, second])
    happens(RAPPED, now)
    read.run(first)
    assert with_work(first, second) == ["second"]


def test_who_is_not_enrolled_has_none(now: datetime) -> None:
    happens(RAPPED, now)
    assert with_work(reads("stranger", "test.rapped")) == []


def test_who_has_stopped_is_tried_though_nothing_else_waits(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = True
    took: list[int] = []

    def stumble(event: Event) -> None:
        if broken:
            raise RuntimeError("a rap")
        took.append(event.data["times"])

    one, other = reads("stumbling", "test.rapped", handle=stumble), reads("other", "test.coughed")
    happens(RAPPED, now)
    tail.drain([one, other])
    assert with_work(one, other) == with_work(one) == ["stumbling"]
    broken = False
    at = Cursor.objects.get(name="stumbling").retry_at
    assert at is not None
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: at + timedelta(seconds=1))
    tail.drain([one, other])
    assert took == [1]


def test_a_cursor_far_behind_is_moved_though_nothing_waits_for_it(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MOVE_AT_LEAST", 3)
    quiet = reads("quiet", "test.coughed")
    read.enrol([quiet])
    for times in (1, 2):
        happens(RAPPED, now, times)
    tail.drain([quiet])
    assert Cursor.objects.get(name="quiet").position == 0
    happens(RAPPED, now, 3)
    tail.drain([quiet])
    assert Cursor.objects.get(name="quiet").position == 3


def test_finding_that_nothing_waits_costs_the_same_for_a_hundred_readers(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = [reads(f"reader-{number}", "test.coughed") for number in range(100)]
    everything = tail.Readers(many)
    everything.look(everywhere=True)
    happens(RAPPED, now)
    with django_assert_num_queries(4):
        assert everything.look(everywhere=True) == 0


def test_who_is_late_has_work_and_makes_nobody_look_at_all_that_was(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MOVE_AT_LEAST", 3)
    late, quick = reads("late", "test.coughed"), reads("quick", "test.rapped")
    read.enrol([late, quick])
    for times in range(1, 9):
        happens(RAPPED, now, times)
    Cursor.objects.filter(name="quick").update(position=7)
    with CaptureQueriesContext(connection) as asked:
        assert with_work(late, quick) == ["late", "quick"]
    assert any('"position" > 7' in one["sql"] for one in asked)


def test_enrolling_again_writes_only_what_has_changed(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read.enrol([reads("once", "test.rapped"), reads("twice", "test.rapped")])
    with django_assert_num_queries(1):
        read.enrol([reads("once", "test.rapped"), reads("twice", "test.rapped")])
    read.enrol([reads("once", "test.rapped"), reads("twice", "test.rapped", "test.coughed")])
    found = dict(Cursor.objects.order_by("name").values_list("name", "verbs"))
    assert found == {"once": ["test.rapped"], "twice": ["test.coughed", "test.rapped"]}
