"""Statements that keep one plan: the setting is there within, and gone afterwards however it ended."""

import pytest
from django.db import DatabaseError, connection, transaction

from anliegen.ground.planned import planned_once, planned_to_the_end


def mode() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_within_it_is_planned_once_and_afterwards_for_its_values() -> None:
    with planned_once():
        assert mode() == "force_generic_plan"
    assert mode() == "force_custom_plan"


@pytest.mark.django_db(transaction=True)
def test_a_failure_of_the_program_puts_it_back() -> None:
    with pytest.raises(ZeroDivisionError), planned_once():
        raise ZeroDivisionError
    assert mode() == "force_custom_plan"


@pytest.mark.django_db(transaction=True)
def test_a_failed_statement_puts_it_back_within_a_transaction_and_without() -> None:
    with pytest.raises(DatabaseError), planned_once(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert mode() == "force_custom_plan"
    with pytest.raises(DatabaseError), transaction.atomic(), planned_once(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert mode() == "force_custom_plan"


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_within_is_no_further_failure() -> None:
    with pytest.raises(ZeroDivisionError), planned_once():
        connection.connection.close()
        raise ZeroDivisionError
    connection.close()
    assert mode() == "force_custom_plan"


@pytest.mark.django_db(transaction=True)
def test_to_the_end_no_row_is_looked_up_in_a_whole_table() -> None:
    asked = "EXPLAIN SELECT FROM tickets_ticket AS one JOIN tickets_ticket AS other ON one.subject = other.subject"
    with planned_to_the_end(), connection.cursor() as cursor:
        cursor.execute(asked)
        assert "Nested Loop" not in str(cursor.fetchall())
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)
