"""Rows that go as one value are read back as they were, whatever stands in them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from anliegen.ground import spread
from anliegen.ground.journal.models import Cursor, Event, Head
from anliegen.records.customers.models import Person

texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
plain = some.none() | some.booleans() | some.integers(-(2**60), 2**60) | texts
trees = some.recursive(plain, lambda inner: some.lists(inner) | some.dictionaries(texts, inner), max_leaves=8)
taken_back = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each input by itself
moments = some.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def event(now: datetime, **data: Any) -> Event:
    return Event(at=now, verb="ticket.opened", subject="ticket:1", actor="system", data=data)


@taken_back
@given(data=some.dictionaries(texts, trees), words=some.lists(texts.filter(lambda text: len(text) <= 64)), at=moments)
def test_every_value_is_read_back_as_it_was(data: dict[str, Any], words: list[str], at: datetime, db: None) -> None:
    with transaction.atomic():
        happened = event(at, **{"own": data})
        cursor = Cursor(name="probe", verbs=words, moved_at=at)
        spread.add([happened])
        spread.add([cursor])
        found, read = Event.objects.get(pk=happened.pk), Cursor.objects.get(pk="probe")
        transaction.set_rollback(True)
    assert (found.at, found.data, found.because, found.hash) == (at, {"own": data}, None, None)
    assert (read.verbs, read.moved_at, read.position, read.retry_at) == (words, at, 0, None)


@taken_back
@given(hash_=some.binary(min_size=32, max_size=32))
def test_bytes_too(hash_: bytes, db: None, now: datetime) -> None:
    with transaction.atomic():
        spread.add([Head(position=1, at=now, hash=hash_, signature=hash_ * 2, kept=True)])
        head = Head.objects.get(position=1)
        transaction.set_rollback(True)
    assert (bytes(head.hash), bytes(head.signature), head.kept) == (hash_, hash_ * 2, True)


def test_keys_come_in_the_order_of_the_rows_and_the_statement_is_one(db: None, now: datetime) -> None:
    events = [event(now, place=place) for place in range(500)]
    with CaptureQueriesContext(connection) as asked:
        spread.add(events)
    assert len(asked) == 1
    keys = [one.pk for one in events]
    assert keys == sorted(set(keys))
    assert [one.data["place"] for one in Event.objects.order_by("pk")] == list(range(500))
    assert not events[0]._state.adding


def test_what_is_there_may_be_left_out_or_refused(db: None, now: datetime) -> None:
    spread.add([Cursor(name="here", position=7)])
    spread.add([Cursor(name="here", position=9), Cursor(name="new", position=9)], ignore_conflicts=True)
    assert dict(Cursor.objects.values_list("name", "position")) == {"here": 7, "new": 9}
    with pytest.raises(IntegrityError), transaction.atomic():
        spread.add([Cursor(name="here")])


def test_only_the_named_fields_change(db: None, now: datetime) -> None:
    kim, alex = [Person.objects.create(name=name, folded=name, created_at=now) for name in ("kim", "alex")]
    kim.name, kim.folded, alex.name = "Kim", "not this", "Alex \\ \"'{},NULL"
    spread.change([kim, alex], ("name",))
    assert list(Person.objects.order_by("pk").values_list("name", "folded")) == [("Kim", "kim"), (alex.name, "alex")]


def test_what_has_no_place_is_refused_before_anything_is_written(db: None, now: datetime) -> None:
    with pytest.raises(TypeError, match="cannot be written into a row: CombinedExpression"):
        spread.add([event(now), Event(at=now, verb="x", subject="x", actor="x", because=F("id") + 1)])
    with pytest.raises(DataError), transaction.atomic():
        spread.add([Event(at=now, verb="v" * 65, subject="x", actor="x")])
    with pytest.raises(ObjectDoesNotExist):
        Event.objects.get()
    spread.add([])
