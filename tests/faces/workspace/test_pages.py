import pytest
from django.test import Client

from anliegen.records.tickets.models import Ticket


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?view=team",
        "?view=unassigned",
        "?view=open",
        "search/",
        "search/?q=Abschlag",
        "tickets/new/",
        "profile/",
        "login/",
    ],
)
def test_every_page_opens(miras: Client, ticket: Ticket, address: str) -> None:
    response = miras.get(f"/workspace/{address}")
    assert response.status_code == (302 if address == "login/" else 200)


def test_the_inbox_shows_the_teams_ticket(miras: Client, ticket: Ticket) -> None:
    html = miras.get("/workspace/?view=team").content.decode()
    assert "Kim Berger" in html
    assert "Mein Abschlag ist zu hoch." in html


def test_a_ticket_opens(miras: Client, ticket: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Mein Abschlag ist zu hoch." in html
    assert "Guten Tag Kim Berger," in html


def test_the_login_page_opens(client: Client, db: None) -> None:
    assert client.get("/workspace/login/").status_code == 200
