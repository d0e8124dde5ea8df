"""Who may not read customers sees them by number: in lists, at the ticket, in what was said, and in what is found."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

PAGES = ["/workspace/?view=team", "/workspace/tickets/{number}/", "/workspace/search/?q=Abschlag"]


@pytest.fixture
def by_number(mira: Agent, admin: Agent, now: datetime) -> None:
    accounts.change(mira.role, permissions=["ticket.read", "ticket.note", "ticket.change"], actor=SYSTEM, at=now)


@pytest.mark.parametrize("page", PAGES)
def test_a_customer_is_a_number(
    miras: Client, ticket: Ticket, by_number: None, run_pipeline: Callable[[], int], page: str
) -> None:
    run_pipeline()
    html = miras.get(page.format(number=ticket.pk)).content.decode()
    assert f"Kundin/Kunde {ticket.person_id}" in html
    assert ("Berger" in html, "kim@example.org" in html) == (False, False)


@pytest.mark.parametrize("page", PAGES)
def test_who_may_read_customers_sees_the_name(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int], page: str
) -> None:
    run_pipeline()
    assert "Kim Berger" in miras.get(page.format(number=ticket.pk)).content.decode()
