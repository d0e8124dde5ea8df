"""Rows that wait for the end of a block are written as if each had been saved at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anliegen.ground import rows
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Ticket

Make = Callable[..., Ticket]


def someone(number: int, now: datetime) -> Person:
    return Person(name=f"Kim {number}", folded=f"kim {number}", created_at=now)


def test_alone_a_row_is_written_at_once(db: None, now: datetime) -> None:
    kim = rows.insert(someone(1, now))
    kim.name = "Kim Berger"
    rows.update(kim, "name")
    assert Person.objects.get(pk=kim.pk).name == "Kim Berger"
    assert rows.locked(Person.objects.all(), kim.pk) == kim


def test_in_a_block_many_rows_take_one_statement(db: None, now: datetime) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        rows.deferred(30),
    ):
        made = [rows.insert(someone(number, now)) for number in range(30)]
        assert Person.objects.count() == 0
    assert [query["sql"].split()[0] for query in asked] == ["SELECT", "SELECT", "INSERT"]
    assert list(Person.objects.order_by("pk").values_list("pk", "name")) == [(one.pk, one.name) for one in made]


def test_keys_rise_and_the_next_ordinary_row_gets_a_higher_one(db: None, now: datetime) -> None:
    with rows.deferred(2):
        keys = [rows.insert(someone(number, now)).pk for number in range(5)]
    assert keys == sorted(set(keys))
    assert Person.objects.create(name="later", created_at=now).pk > keys[-1]


def test_more_rows_than_one_statement_may_carry_are_written_and_changed(db: None, now: datetime) -> None:
    with rows.deferred(7000):  # PostgreSQL takes 65,535 values in a statement
        made = [rows.insert(someone(number, now)) for number in range(7000)]
        rows.write()
        for each in made:
            each.name = f"Alex {each.pk}"
            rows.update(each, *(field.name for field in Person._meta.concrete_fields if not field.primary_key))
    names = Person.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == [f"Alex {each.pk}" for each in made]


def test_a_row_may_name_one_that_is_written_after_it(db: None, now: datetime) -> None:
    with transaction.atomic(), rows.deferred(1):
        first = rows.insert(someone(1, now))
        rows.insert(Address(person=first, kind="email", value="a@x.de", folded="a@x.de", created_at=now))
        second = rows.insert(someone(2, now))
        rows.insert(Address(person=second, kind="email", value="b@x.de", folded="b@x.de", created_at=now))
    assert list(Address.objects.order_by("pk").values_list("person__name", flat=True)) == ["Kim 1", "Kim 2"]


def test_changes_of_every_kind_of_column_arrive(ticket: Ticket, now: datetime) -> None:
    message = Message.objects.get(ticket=ticket)
    with transaction.atomic(), rows.deferred(1):
        held = rows.locked(Ticket.objects.all(), ticket.pk)
        held.tags, held.priority, held.waiting_since = ["ä b", 'c"d'], 4, None
        rows.update(held, "tags", "priority")
        rows.update(held, "waiting_since")
        message.to, message.references = [{"name": 'O"Hara %s', "address": "x@y.de"}], ["<1@x>", "<2@x>"]
        message.is_from_stranger, message.written_at = True, now - timedelta(days=1)
        rows.update(message, "to", "references", "is_from_stranger", "written_at")
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.priority, ticket.waiting_since) == (["ä b", 'c"d'], 4, None)
    again = Message.objects.get(pk=message.pk)
    assert (again.to, again.references) == ([{"name": 'O"Hara %s', "address": "x@y.de"}], ["<1@x>", "<2@x>"])
    assert (again.is_from_stranger, again.written_at) == (True, now - timedelta(days=1))


def test_only_the_named_rows_and_columns_change(ticket: Ticket, open_ticket: Make, kim_address: Address) -> None:
    other = open_ticket(kim_address)
    with transaction.atomic(), rows.deferred(1):
        held = rows.locked(Ticket.objects.all(), ticket.pk)
        held.priority, held.topic = 1, "never saved"
        rows.update(held, "priority")
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.topic) == (1, "")
    assert Ticket.objects.get(pk=other.pk).priority == 2


def test_a_change_of_a_row_that_is_new_goes_out_with_it(db: None, now: datetime) -> None:
    with CaptureQueriesContext(connection) as asked, rows.deferred(1):
        kim = rows.insert(someone(1, now))
        kim.language = "de"
        rows.update(kim, "language")
    assert not [query for query in asked if query["sql"].startswith("UPDATE")]
    assert Person.objects.get(pk=kim.pk).language == "de"


def test_in_a_block_a_row_is_locked_once_and_is_always_the_same_object(ticket: Ticket) -> None:
    with transaction.atomic(), rows.deferred(1), CaptureQueriesContext(connection) as asked:
        first = rows.locked(Ticket.objects.all(), ticket.pk)
        assert rows.locked(Ticket.objects.all(), ticket.pk) is first
    assert len([query for query in asked if "FOR UPDATE" in query["sql"]]) == 1


def test_many_are_locked_in_one_statement_and_missing_ones_left_out(ticket: Ticket) -> None:
    with transaction.atomic(), rows.deferred(1):
        found = rows.lock(Ticket.objects.all(), [ticket.pk, 987654])
        assert found == {ticket.pk: ticket}
        assert rows.locked(Ticket.objects.all(), ticket.pk) is found[ticket.pk]


def test_after_writing_a_query_sees_the_rows_and_the_next_lock_reads_again(ticket: Ticket, now: datetime) -> None:
    with transaction.atomic(), rows.deferred(1):
        held = rows.locked(Ticket.objects.all(), ticket.pk)
        held.priority = 4
        rows.update(held, "priority")
        kim = rows.insert(someone(1, now))
        rows.write()
        assert Person.objects.filter(pk=kim.pk).exists()
        Ticket.objects.filter(pk=ticket.pk).update(topic="abschlag")
        again = rows.locked(Ticket.objects.all(), ticket.pk)
        assert (again.priority, again.topic) == (4, "abschlag")


def test_a_block_that_fails_writes_nothing(db: None, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), rows.deferred(1):
        rows.insert(someone(1, now))
        raise ZeroDivisionError
    assert not Person.objects.exists()
    assert not rows.is_deferred()
