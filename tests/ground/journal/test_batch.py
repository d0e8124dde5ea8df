"""Many actions in one transaction: all their events or none, in the order they were recorded."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.batch import take, together, unit, write_waiting
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import OutsideTransaction, record
from anliegen.ground.journal.verbs import DECLARED, BadEventData, Kind, Verb

pytestmark = pytest.mark.django_db(transaction=True)

RANG = DECLARED.get("test.rang") or Verb("test.rang", "{actor} rang", {"times": Kind.NUMBER})


def ring(now: datetime, times: int) -> Event:
    """An action as the rooms write them."""
    with unit():
        return record(RANG, "bell:1", actor=SYSTEM, at=now, times=times)


def heard() -> list[int]:
    return [event.data["times"] for event in Event.objects.filter(verb="test.rang").order_by("id")]


class Refused(Exception):
    pass


def test_the_events_are_written_once_at_the_end_in_their_order(now: datetime) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        together(),
    ):
        for times in range(5):
            ring(now, times)
        assert heard() == []
    assert heard() == [0, 1, 2, 3, 4]
    statements = [each["sql"] for each in queries]
    assert len([sql for sql in statements if sql.startswith("INSERT")]) == 1
    assert not [sql for sql in statements if sql.startswith("SAVEPOINT")]


def test_when_one_action_fails_the_whole_batch_is_taken_back(now: datetime) -> None:
    with pytest.raises(Refused), together():
        ring(now, 1)
        raise Refused
    ring(now, 2)
    assert heard() == [2]  # and nothing of the first batch was left waiting


def test_bad_data_is_refused_at_once_and_not_at_the_end(now: datetime) -> None:
    with pytest.raises(BadEventData), together():
        record(RANG, "bell:1", actor=SYSTEM, at=now, times="often")
    assert heard() == []


def test_outside_a_batch_each_action_is_its_own_unit(now: datetime) -> None:
    assert take(Event(verb="test.rang")) is False
    write_waiting()  # nothing waits, nothing happens
    with transaction.atomic():
        ring(now, 1)
        with pytest.raises(Refused), unit():
            record(RANG, "bell:1", actor=SYSTEM, at=now, times=2)
            raise Refused
        ring(now, 3)
    assert heard() == [1, 3]


def test_a_batch_in_a_batch_keeps_its_own_events(now: datetime) -> None:
    with together():
        ring(now, 1)
        with together():
            ring(now, 2)
        ring(now, 3)
    assert sorted(heard()) == [1, 2, 3]


def test_a_batch_is_no_way_around_the_transaction(now: datetime) -> None:
    with pytest.raises(OutsideTransaction):
        record(RANG, "bell:1", actor=SYSTEM, at=now, times=1)


def test_more_events_than_one_statement_may_carry_are_written_too(now: datetime) -> None:
    with together():
        for times in range(9000):  # 8 values each; PostgreSQL takes 65,535 in a statement
            ring(now, times)
    assert heard() == list(range(9000))
