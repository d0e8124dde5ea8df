from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from anliegen.flow.channels import outbox
from anliegen.flow.channels.mailroom.send import outbox_folder
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.records.accounts.models import Operator
from anliegen.records.tickets.models import Ticket


@pytest.fixture
def kept(miras: Client, ticket: Ticket, operator: Operator, run_pipeline: Callable[[], int]) -> str:
    """The name of the file in which an answer was kept."""
    operator.undo_seconds = 0
    operator.acknowledges = False
    operator.save()
    given = {"text": "Wir prüfen das.", "status": "open", "version": ticket.version, "seen": 0}
    miras.post(f"/workspace/tickets/{ticket.pk}/reply/", given | {"seen": 10**9})
    run_pipeline()
    delivery = Delivery.objects.get()
    Delivery.objects.update(due_at=clock.now())
    outbox.deliver(delivery.pk)
    return max(file.name for file in outbox_folder().glob("*.eml"))


def test_mails_that_would_go_out_are_listed_and_shown(miras: Client, kept: str) -> None:
    assert "kim@example.org" in miras.get("/dev/mail").content.decode()
    html = miras.get(f"/dev/mail/{kept}").content.decode()
    assert "Wir prüfen das." in html
    assert "Message-ID" in html


def test_who_does_not_see_the_concern_does_not_see_its_mails(toms: Client, janas: Client, kept: str) -> None:
    """They hold the words of another team, and the link that opens the customer's page."""
    assert "kim@example.org" not in toms.get("/dev/mail").content.decode()
    assert toms.get(f"/dev/mail/{kept}").status_code == 404
    assert janas.get(f"/dev/mail/{kept}").status_code == 200


@pytest.mark.parametrize("name", ["..%2f..%2fkeys%2fsecret_key", "nothing.eml", ".eml"])
def test_nothing_else_is_shown(miras: Client, name: str) -> None:
    assert miras.get(f"/dev/mail/{name}").status_code == 404


def test_with_a_mail_server_there_is_no_such_page(miras: Client, settings: Settings) -> None:
    settings.ANLIEGEN_SMTP_URL = "smtp://mail.example:587"
    assert miras.get("/dev/mail").status_code == 404


def test_it_asks_who_reads(client: Client, db: None) -> None:
    assert client.get("/dev/mail").headers["Location"] == "/workspace/login/?next=/dev/mail"
