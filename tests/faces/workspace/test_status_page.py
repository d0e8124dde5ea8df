"""What the customer sees, for our own people: read, and nothing more."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket


@pytest.fixture
def preview(client: Client, ticket: Ticket, mira: Agent, now: datetime) -> str:
    """The address to which the workspace leads Mira."""
    said = actions.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=now, status="resolved")
    actions.mark_sent(said, actor=SYSTEM, at=now)
    client.force_login(mira)
    response = client.get(f"/workspace/tickets/{ticket.pk}/status-page/")
    assert response.status_code == 302
    return str(response.headers["Location"])


def test_it_shows_what_the_customer_sees_without_a_field_and_says_so(preview: str, ticket: Ticket) -> None:
    page = Client().get(preview).content.decode()
    assert ("Mein Abschlag ist zu hoch." in page, "Wir senken ihn." in page) == (True, True)
    assert "Das sieht die Kundschaft." in page
    assert ("<form method" in page, "<textarea" in page, links.token(ticket) in page) == (False, False, False)


def test_nobody_can_act_in_the_customers_name_with_it(preview: str, ticket: Ticket) -> None:
    before, status = Message.objects.count(), Ticket.objects.get(pk=ticket.pk).status
    given = {"text": "Falsch", "answer": "fulfilled", "nonce": "a" * 32}
    for end in ("antwort/", "ergebnis/", "pruefung/1/"):
        assert Client().post(preview + end, given).status_code == 404
    assert Client().get(f"/stream?number={ticket.pk}&token={preview.split('/')[3]}").status_code != 200
    assert (Message.objects.count(), Ticket.objects.get(pk=ticket.pk).status) == (before, status)


def test_the_page_of_the_ticket_has_no_link_that_acts(
    client: Client, preview: str, ticket: Ticket, now: datetime
) -> None:
    page = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert f"/workspace/tickets/{ticket.pk}/status-page/" in page
    assert (links.token(ticket) in page, links.visitor_token(ticket) in page) == (False, False)


def test_it_ends_with_the_agents_deactivation(preview: str, mira: Agent, admin: Agent, now: datetime) -> None:
    assert Client().get(preview).status_code == 200
    accounts.deactivate(mira, actor=Actor.agent(admin.pk), at=now)
    assert Client().get(preview).status_code == 404


def test_it_ends_when_the_concern_goes_where_the_agent_does_not_see_it(
    preview: str, ticket: Ticket, technics: Team, now: datetime
) -> None:
    moved = actions.Change(team=technics, assignee=None)
    actions.change(Ticket.objects.get(pk=ticket.pk), moved, actor=SYSTEM, at=now)
    assert Client().get(preview).status_code == 404


def test_it_is_no_link_of_a_colleague(preview: str, ticket: Ticket, mira: Agent, admin: Agent) -> None:
    assert Client().get(preview.replace(f"/{mira.pk}-", f"/{admin.pk}-")).status_code == 404


def test_it_ends_within_two_hours(ticket: Ticket, mira: Agent, now: datetime) -> None:
    proof = links.preview_token(ticket, mira.pk, at=now)
    assert links.reader_of(ticket, proof, at=now + timedelta(hours=1)) == "preview"
    assert links.reader_of(ticket, proof, at=now + timedelta(hours=2)) is None
    assert links.opens(ticket, proof, at=now) is False


def test_who_may_not_see_the_concern_gets_none(client: Client, ticket: Ticket, tom: Agent) -> None:
    client.force_login(tom)
    assert client.get(f"/workspace/tickets/{ticket.pk}/status-page/").status_code == 404
