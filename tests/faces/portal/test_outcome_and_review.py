"""Is it settled, and was it decided rightly? The customer's judgement, on the status page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from anliegen.flow.automation.models import Decision
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Note, Ticket

from .conftest import address, text_of

Read = Callable[..., str]
Answer = Callable[..., str]

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture
def resolved(ticket: Ticket, now: datetime) -> Ticket:
    return actions.resolve(ticket, actor=SYSTEM, at=now)


@pytest.fixture
def say(browser: Client, ticket: Ticket) -> Answer:
    """Send the answer, and read the page it leads to."""

    def send(answer: str, words: str = "") -> str:
        response = browser.post(address("outcome", ticket), {"answer": answer, "words": words})
        assert response.status_code == 303
        return text_of(browser.get(response["Location"]))

    return send


def test_only_after_a_resolution_it_is_asked(ticket: Ticket, status_page: Read, now: datetime) -> None:
    assert "Ist Ihr Anliegen erledigt?" not in status_page(ticket)
    actions.resolve(ticket, actor=SYSTEM, at=now)
    assert "Ist Ihr Anliegen erledigt?" in status_page(ticket)


def test_a_yes_is_thanked_for_and_shown(resolved: Ticket, say: Answer) -> None:
    page = say("fulfilled", "Ging schnell.")
    assert "Das freut uns." in page
    assert "Bestätigt erledigt" in page
    assert "„Ging schnell.“" in page
    assert "Antwort ändern" in page


def test_a_no_opens_it_again_and_says_what_happens_next(resolved: Ticket, ticket: Ticket, say: Answer) -> None:
    page = say("not_fulfilled", "Der Betrag ist noch falsch.")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert "Ihr Anliegen ist wieder offen. Wir sind an der Reihe: Das Team Abrechnung antwortet Ihnen." in page
    assert "Wieder geöffnet" in page
    assert Message.objects.filter(ticket=ticket, text="Der Betrag ist noch falsch.").count() == 1


def test_partly_says_who_reads_it(resolved: Ticket, say: Answer) -> None:
    assert "Wenn Sie uns sagen, was fehlt, liest es ein Mensch" in say("partly")
    assert "Ein Mensch liest, was noch fehlt" in say("partly", "Die Gutschrift fehlt.")


def test_the_answer_can_be_changed_also_after_a_no(resolved: Ticket, ticket: Ticket, say: Answer) -> None:
    assert "Antwort ändern" in say("not_fulfilled")
    assert "Bestätigt erledigt" in say("fulfilled")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert [each.answer for each in Outcome.objects.all()] == ["fulfilled"]


@pytest.mark.parametrize("answer", ["", "perfect"])
def test_without_one_of_the_three_answers_the_words_stay(
    browser: Client, resolved: Ticket, ticket: Ticket, answer: str
) -> None:
    response: HttpResponse = browser.post(address("outcome", ticket), {"answer": answer, "words": "Eigene Worte."})
    assert response.status_code == 422
    assert "Eigene Worte." in text_of(response)
    assert Outcome.objects.exclude(answer="").count() == 0


def test_an_answer_that_comes_too_late_shows_how_it_stands(browser: Client, ticket: Ticket) -> None:
    response = browser.post(address("outcome", ticket), {"answer": "fulfilled"})
    assert (response.status_code, response["Location"]) == (303, address("status", ticket))
    assert Outcome.objects.count() == 0


@pytest.fixture
def sorted_ticket(
    open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, run_pipeline: Callable[[], int]
) -> Ticket:
    """A rule gave it to billing."""
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    return ticket


def test_a_decision_of_a_rule_stands_there_with_its_reason_and_who_answers_for_it(
    sorted_ticket: Ticket, status_page: Read
) -> None:
    page = status_page(sorted_ticket)
    for part in (
        "Eine Regel hat Ihr Anliegen dem Team Abrechnung gegeben.",
        "service@musterstadt.example",
        "Verantwortlich für diese Entscheidung: Mira Yılmaz.",
        "Von einem Menschen prüfen lassen",
    ):
        assert part in page


def test_where_nothing_was_decided_automatically_there_is_nothing_to_check(
    browser: Client,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    run_pipeline: Callable[[], int],
    status_page: Read,
) -> None:
    ticket = open_ticket(kim_address)
    run_pipeline()
    page = status_page(ticket)
    assert "Automatik" not in page and "automatisch entschieden" not in page
    assert "Von einem Menschen prüfen lassen" not in page
    left_to_a_person = Decision.objects.get(ticket=ticket, choice="")
    assert browser.post(address("review", ticket, decision=left_to_a_person.pk)).status_code == 404


def test_a_person_is_asked_to_check_it(
    browser: Client,
    sorted_ticket: Ticket,
    status_page: Read,
    mira: Agent,
    answered: Callable[..., Message],
    now: datetime,
) -> None:
    decision = Decision.objects.get()
    response = browser.post(address("review", sorted_ticket, decision=decision.pk))
    page = text_of(browser.get(response["Location"]))
    assert "Ihr Wunsch ist notiert" in page
    assert "Sie haben um Prüfung durch einen Menschen gebeten" in page
    assert "Von einem Menschen prüfen lassen" not in page
    sorted_ticket.refresh_from_db()
    assert (sorted_ticket.status, sorted_ticket.assignee) == ("open", mira)
    assert Note.objects.count() == 1
    answered(sorted_ticket, mira, "Geprüft.", at=now + timedelta(minutes=1))
    assert "Mira Yılmaz hat Ihnen seitdem geantwortet" in status_page(sorted_ticket)


def test_a_decision_about_another_concern_cannot_be_contested(
    browser: Client, sorted_ticket: Ticket, ticket: Ticket
) -> None:
    decision = Decision.objects.get(ticket=sorted_ticket)
    assert browser.post(address("review", ticket, decision=decision.pk)).status_code == 404
    decision.refresh_from_db()
    assert decision.contested_at is None
