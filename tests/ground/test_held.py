"""A row under lock: as it stands, held against others, and only inside a transaction."""

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from anliegen.ground.held import held
from anliegen.records.accounts.models import Operator
from anliegen.records.tickets.models import Ticket


def test_it_is_the_row_as_it_stands_now(ticket: Ticket) -> None:
    for subject in ("Abschlag", "Zähler"):
        Ticket.objects.filter(pk=ticket.pk).update(subject=subject)
        assert held(Ticket, ticket.pk).subject == subject


def test_it_locks_the_row_alone_and_brings_what_is_asked_for_beside_it(ticket: Ticket) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = held(Ticket, ticket.pk, "team", "brand")
        assert found.team is not None
        assert (found.team.name, found.brand.name) == ("Abrechnung", "Stadtwerke Musterstadt")
    assert [query["sql"].partition(" FOR UPDATE")[2] for query in asked] == [' OF "tickets_ticket"']


def test_a_small_key_is_found_too(operator: Operator) -> None:
    assert held(Operator, operator.pk) == operator


def test_what_is_not_there_is_missed_as_ever(ticket: Ticket) -> None:
    with pytest.raises(Ticket.DoesNotExist):
        held(Ticket, ticket.pk + 1)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_locked(ticket: Ticket) -> None:
    with transaction.atomic():
        held(Ticket, ticket.pk)
    with pytest.raises(TransactionManagementError):
        held(Ticket, ticket.pk)
