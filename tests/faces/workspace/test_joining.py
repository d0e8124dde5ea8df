"""Joining and parting on the ticket page, and who may."""

from collections.abc import Callable
from datetime import datetime

from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket


def test_parting_asks_for_the_concern_it_takes_from_too(
    toms: Client,
    janas: Client,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    technics: Team,
    now: datetime,
) -> None:
    toms_own = actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=now)
    actions.join(toms_own, ticket, actor=SYSTEM, at=now)
    assert toms.post(f"/workspace/tickets/{toms_own.pk}/part/").status_code == 404
    toms_own.refresh_from_db()
    assert (toms_own.joined_into_id, ticket.messages.count()) == (ticket.pk, 2)
    assert janas.post(f"/workspace/tickets/{toms_own.pk}/part/").status_code == 302
    toms_own.refresh_from_db()
    assert (toms_own.joined_into_id, ticket.messages.count()) == (None, 1)


def test_parting_what_stands_alone_changes_nothing(toms: Client, miras: Client, ticket: Ticket) -> None:
    assert miras.post(f"/workspace/tickets/{ticket.pk}/part/").status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.joined_into_id) == ("new", None)
