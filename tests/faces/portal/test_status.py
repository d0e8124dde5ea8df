"""The status page: how it stands in plain words, and the answer to it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client

from anliegen.faces.portal import status
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Link, Message, Ticket

from .conftest import address, text_of

Read = Callable[..., str]

pytestmark = pytest.mark.usefixtures("present")


def test_a_new_concern_says_who_reads_it_and_when_to_expect_an_answer(ticket: Ticket, status_page: Read) -> None:
    page = status_page(ticket)
    for part in (
        f"Nummer {ticket.pk}",
        "Abschlag</h1>",
        "Neu",
        "Das Team Abrechnung liest Ihr Anliegen und antwortet Ihnen.",
        "zu wenige Antworten gemessen",
        "Mein Abschlag ist zu hoch.",
    ):
        assert part in page


def test_the_person_who_has_it_is_named(ticket: Ticket, mira: Agent, status_page: Read, now: datetime) -> None:
    actions.change(ticket, actions.Change(status="open", assignee=mira), actor=SYSTEM, at=now)
    page = status_page(ticket)
    assert "In Bearbeitung" in page
    assert "Mira Yılmaz bearbeitet Ihr Anliegen und antwortet Ihnen." in page
    assert "Mira Yılmaz, Team Abrechnung" in page


def test_an_answer_is_shown_with_who_wrote_it(
    ticket: Ticket, mira: Agent, answered: Callable[..., Message], status_page: Read
) -> None:
    answered(ticket, mira, "Wir prüfen das, siehe https://musterstadt.example/abschlag")
    page = status_page(ticket)
    assert "Warten auf Ihre Antwort" in page
    assert re.search(r"Mira Yılmaz</h3>.{0,900}Mensch", page, re.DOTALL)
    assert '<a href="https://musterstadt.example/abschlag" rel="' in page
    assert "zu wenige Antworten gemessen" not in page, "what is answered is waited for no more"


def test_a_rule_never_passes_for_a_person(ticket: Ticket, status_page: Read, now: datetime) -> None:
    said = actions.acknowledge(
        ticket, Answer("Angekommen."), rule="acknowledge", actor=Actor.rule("acknowledge"), at=now
    )
    actions.mark_sent(said, actor=SYSTEM, at=now)
    assert re.search(r"Stadtwerke Musterstadt</h3>.{0,900}Automatik", status_page(ticket), re.DOTALL)


def test_what_can_still_be_undone_is_not_shown(ticket: Ticket, mira: Agent, status_page: Read, now: datetime) -> None:
    said = actions.reply(ticket, Answer("Voreilig."), actor=Actor.agent(mira.pk), at=now, status="resolved")
    page = status_page(ticket)
    assert "Voreilig." not in page
    assert "In Bearbeitung" in page
    assert "Ist Ihr Anliegen erledigt?" not in page
    actions.cancel(said, actor=Actor.agent(mira.pk), at=now)
    assert "Voreilig." not in status_page(ticket)


def test_a_mail_that_did_not_arrive_can_be_read_here(
    ticket: Ticket, mira: Agent, answered: Callable[..., Message], status_page: Read, now: datetime
) -> None:
    said = answered(ticket, mira, "Bitte nennen Sie Ihr Konto.")
    actions.mark_bounced(said, reason="5.1.1", actor=SYSTEM, at=now)
    page = status_page(ticket)
    assert "Bitte nennen Sie Ihr Konto." in page
    assert "Diese E-Mail hat Sie nicht erreicht." in page


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"status": "waiting_internal"}, "Warten auf Dritte"),
        ({"status": "resolved"}, "Gelöst"),
        ({"status": "closed"}, "Geschlossen"),
    ],
)
def test_each_state_has_its_word(
    ticket: Ticket, status_page: Read, now: datetime, change: dict[str, str], word: str
) -> None:
    actions.change(ticket, actions.Change(**change), actor=SYSTEM, at=now)  # type: ignore[arg-type]
    assert word in status_page(ticket)


def test_older_messages_are_folded_and_none_is_missing(
    ticket: Ticket, mira: Agent, answered: Callable[..., Message], status_page: Read, now: datetime
) -> None:
    for number in range(5):
        answered(ticket, mira, f"Antwort {number}.", at=now + timedelta(minutes=number))
    page = status_page(ticket)
    assert "3 frühere Nachrichten" in page
    assert [page.index(f"Antwort {number}.") for number in range(5)] == sorted(
        page.index(f"Antwort {number}.") for number in range(5)
    )
    assert page.index("Antwort 1.") < page.index("</details>") < page.index("Antwort 2.")


def test_a_reply_reaches_the_ticket_and_is_confirmed(browser: Client, ticket: Ticket) -> None:
    attachment = BytesIO(b"%PDF-1")
    attachment.name = "vertrag.pdf"
    response = browser.post(
        address("reply", ticket), {"text": "Hier der Vertrag.", "nonce": "a" * 32, "files": [attachment]}
    )
    assert response.status_code == 303
    message = Message.objects.filter(ticket=ticket, channel="form").get()
    assert (message.text, message.attachments.get().filename) == ("Hier der Vertrag.", "vertrag.pdf")
    page = text_of(browser.get(response["Location"]))
    assert "Ihre Nachricht ist angekommen" in page
    assert "Hier der Vertrag." in page


def test_a_reply_opens_what_was_resolved(browser: Client, ticket: Ticket, status_page: Read, now: datetime) -> None:
    actions.resolve(ticket, actor=SYSTEM, at=now)
    browser.post(address("reply", ticket), {"text": "Es stimmt nicht.", "nonce": "a" * 32})
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert "Wieder geöffnet" in status_page(ticket)


def test_long_after_the_end_a_reply_is_a_new_concern_and_the_customer_is_told(
    browser: Client, ticket: Ticket, operator: Operator, mailbox: Mailbox, now: datetime
) -> None:
    long_ago = now - timedelta(days=operator.reopen_days + 1)
    actions.change(ticket, actions.Change(status="closed"), actor=SYSTEM, at=long_ago)
    response = browser.post(address("reply", ticket), {"text": "Wieder dasselbe.", "nonce": "a" * 32})
    follow_up = Link.objects.get(other=ticket, kind="follow_up").ticket
    assert response["Location"].startswith(address("status", follow_up))
    page = text_of(browser.get(response["Location"]))
    assert f"Ihre Nachricht ist deshalb ein neues: Nummer {follow_up.pk}" in page
    ticket.refresh_from_db()
    assert ticket.status == "closed"


def test_the_days_to_open_it_again_count_from_the_resolution(
    browser: Client, ticket: Ticket, operator: Operator, mailbox: Mailbox, status_page: Read, now: datetime
) -> None:
    long_ago = now - timedelta(days=operator.reopen_days + 1)
    actions.resolve(ticket, actor=SYSTEM, at=long_ago)
    assert f"Bis zu {operator.reopen_days} Tage nach dem Abschluss" in status_page(ticket)
    browser.post(address("reply", ticket), {"text": "Wieder dasselbe.", "nonce": "a" * 32})
    follow_up = Link.objects.get(other=ticket, kind="follow_up").ticket
    ticket.refresh_from_db()
    assert (ticket.status, follow_up.status) == ("resolved", "new")


def test_pressing_twice_says_it_once(browser: Client, ticket: Ticket) -> None:
    for _ in range(2):
        browser.post(address("reply", ticket), {"text": "Nur einmal.", "nonce": "a" * 32})
    assert Message.objects.filter(ticket=ticket, channel="form").count() == 1


def test_an_empty_reply_says_what_is_missing_and_loses_nothing(browser: Client, ticket: Ticket) -> None:
    attachment = BytesIO(b"%PDF-1")
    attachment.name = "vertrag.pdf"
    response = browser.post(address("reply", ticket), {"text": " ", "nonce": "b" * 32, "files": [attachment]})
    page = text_of(response)
    assert response.status_code == 422
    assert "Bitte schreiben Sie ein paar Worte." in page
    assert "vertrag.pdf" in page
    assert "b" * 32 in page
    assert "Mein Abschlag ist zu hoch." in page


def test_replies_are_limited(browser: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "MOST", 1)
    codes = [
        browser.post(address("reply", ticket), {"text": f"Text {number}", "nonce": "a" * 32}).status_code
        for number in range(2)
    ]
    assert codes == [303, 429]


@pytest.mark.parametrize("name", ["reply", "outcome"])
def test_an_address_that_only_takes_forms_leads_to_the_page(browser: Client, ticket: Ticket, name: str) -> None:
    response = browser.get(address(name, ticket))
    assert (response.status_code, response["Location"]) == (303, address("status", ticket))


def test_the_open_page_hears_of_changes(ticket: Ticket, status_page: Read, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    page = status_page(ticket)
    stream = re.search(r'data-stream="/stream\?number=(\d+)&token=([0-9a-f]+)&last=(\d+)"', page)
    assert stream is not None
    assert (int(stream[1]), stream[2]) == (ticket.pk, links.token(ticket))
    assert int(stream[3]) > 0


def test_a_customer_without_a_mail_address_gets_the_same_page(
    open_ticket: Callable[..., Ticket], status_page: Read, now: datetime
) -> None:
    phone: Address = customers.meet(kind="phone", value="0341 1234567", name="", actor=SYSTEM, at=now)
    assert "Mein Abschlag ist zu hoch." in status_page(open_ticket(phone))
