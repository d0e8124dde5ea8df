"""Help with the wording of an answer: as before and after, taken up part by part, with the keyboard too."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import TWO

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
WRITTEN = "Ohne Ihre Kundennummer können wir Ihre Anfrage nicht bearbeiten. Sie müssen das Formular ausfüllen."
BETTER = "Sobald wir Ihre Kundennummer haben, können wir Ihre Anfrage bearbeiten."


def look_at(page: Page, ticket: Ticket, words: str) -> None:
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.keyboard.press("r")
    page.get_by_label("Ihre Antwort").fill(words)
    page.get_by_text("Wortwahl prüfen").click()


@pytest.mark.parametrize("size", TWO)
def test_a_proposal_is_taken_up_where_the_passage_stands_and_the_rest_stays(
    log_in: LogIn, mira: Agent, ticket: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    look_at(page, ticket, WRITTEN)
    expect(page.locator(".remark")).to_have_count(2)
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name=f"Stattdessen schreiben: {BETTER}").press("Enter")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(f"{BETTER} Sie müssen das Formular ausfüllen.")
    expect(page.locator(".remark")).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('.remark') !== null")


def test_what_the_writer_leaves_stays_as_it_is(log_in: LogIn, mira: Agent, ticket: Ticket) -> None:
    page = log_in(mira)
    look_at(page, ticket, "Sie müssen das Formular ausfüllen.")
    page.get_by_role("button", name="So lassen").click()
    expect(page.locator(".remark")).to_have_count(0)
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Sie müssen das Formular ausfüllen.")


def test_a_text_that_reads_well_is_said_to(log_in: LogIn, mira: Agent, ticket: Ticket) -> None:
    page = log_in(mira)
    look_at(page, ticket, "Gern schicken wir Ihnen die Rechnung noch einmal.")
    expect(page.get_by_text("Nichts fällt auf.")).to_be_visible()
