"""Wiedervorlage, search with chips, export, and taking a concern along: as the hands do it, wide and on a phone."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import FOUR, Look, barriers, broken, sticks_out

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Open = Callable[..., Ticket]
WIDTHS = pytest.mark.parametrize("width", [1440, 390])


@pytest.fixture
def three(
    open_ticket: Open, kim_address: Address, billing: Team, calendar: Calendar, run_pipeline: Callable[[], int]
) -> list[Ticket]:
    """Three concerns about a meter with billing, the newest last."""
    at = clock.now() - timedelta(hours=5)
    made = [
        actions.change(
            open_ticket(kim_address, subject=f"Zähler {hour}", text="Der Zähler steht.", at=at + timedelta(hours=hour)),
            actions.Change(team=billing, topic="zaehler", tags=["eilig"] if hour else []), actor=SYSTEM, at=at,
        )
        for hour in range(3)
    ]  # fmt: skip
    run_pipeline()
    return made


def ticket_page(log_in: LogIn, mira: Agent, ticket: Ticket, **size: object) -> Page:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    return page


def dialog(page: Page) -> Locator:
    return page.locator("dialog[open]")


def is_sound(page: Page) -> None:
    """No barrier, and nothing runs out of the page."""
    assert barriers(page) == []
    assert sticks_out(page) == 0


@WIDTHS
def test_words_are_put_aside_without_the_mouse_and_undone(
    log_in: LogIn, mira: Agent, three: list[Ticket], width: int
) -> None:
    page = ticket_page(log_in, mira, three[0], width=width)
    page.keyboard.press("h")
    expect(dialog(page).get_by_label("Andere Zeit")).to_be_focused()
    page.keyboard.type("bald")
    expect(page.locator("#understood")).to_contain_text("„bald“ wurde nicht verstanden.")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("in 3 Wochen 9 Uhr")
    expect(page.locator("#understood strong")).to_contain_text("09:00 Uhr")
    page.keyboard.press("Tab")
    page.keyboard.type("Ablesung abwarten")
    page.keyboard.press("Enter")
    expect(page.locator("#put-aside")).to_contain_text("Ablesung abwarten")
    expect(dialog(page)).to_have_count(0)
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#put-aside")).to_have_count(0)
    assert Ticket.objects.get(pk=three[0].pk).snoozed_until is None


def test_enter_before_the_words_were_shown_shows_them_first(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = ticket_page(log_in, mira, three[0])
    page.keyboard.press("h")
    expect(dialog(page)).to_be_visible()
    # The answer that would have come in time says nothing; one that fails would rightly be complained of.
    page.route("**/understood/**", lambda route: route.fulfill(status=204))
    page.keyboard.type("in 3 Wochen 9 Uhr")
    page.keyboard.press("Enter")
    expect(page.locator("#understood strong")).to_contain_text("09:00 Uhr")
    assert Ticket.objects.get(pk=three[0].pk).snoozed_until is None
    dialog(page).get_by_label("Andere Zeit").press("Enter")
    expect(page.locator("#put-aside")).to_be_visible()


@WIDTHS
def test_one_click_puts_it_aside_and_the_list_says_until_when(
    log_in: LogIn, mira: Agent, three: list[Ticket], width: int
) -> None:
    both = [Look(width, dark=False), Look(width, dark=True)]
    page = ticket_page(log_in, mira, three[0], width=width)
    page.locator("#ticket-head").get_by_role("link", name="Wiedervorlage").click()
    expect(dialog(page)).to_be_visible()
    assert broken(page, both) == []
    dialog(page).get_by_role("button", name="In einer Woche").click()
    expect(page.locator("#put-aside")).to_be_visible()
    assert broken(page, both) == []
    page.get_by_role("button", name="Zurückholen").click()
    expect(page.locator("#timeline")).to_contain_text("Liegt wieder vor: von Hand zurückgeholt")


@WIDTHS
def test_filters_are_typed_chosen_and_taken_away_and_the_address_is_the_state(
    log_in: LogIn, mira: Agent, three: list[Ticket], width: int
) -> None:
    page = log_in(mira, opens="/workspace/", width=width)
    page.keyboard.press("/")
    page.keyboard.type("Zähler status:offen")
    page.keyboard.press("Enter")
    expect(page.locator(".chips")).to_contain_text("Status: offen")
    expect(page.locator("mark").first).to_have_text("Zähler")
    expect(page.locator(".found [data-row]")).to_have_count(3)
    page.locator(".filters summary", has_text="Schlagwort").click()
    page.get_by_role("link", name="eilig").click()
    expect(page.locator(".found [data-row]")).to_have_count(2)
    assert page.url.endswith("?q=Z%C3%A4hler+status%3Aoffen+tag%3Aeilig")
    page.reload()
    expect(page.locator(".found [data-row]")).to_have_count(2)
    page.get_by_role("link", name="Schlagwort: eilig entfernen").click()
    expect(page.locator(".found [data-row]")).to_have_count(3)
    page.go_back()
    expect(page.locator(".found [data-row]")).to_have_count(2)


def test_teams_and_colleagues_come_when_their_menu_is_opened(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = log_in(mira)
    page.goto("/workspace/search/?q=Z%C3%A4hler")
    page.locator(".filters summary", has_text="Team").click()
    page.get_by_role("link", name="Abrechnung", exact=True).click()
    expect(page.locator(".chips")).to_contain_text("Team: Abrechnung")
    expect(page.locator(".found [data-row]")).to_have_count(3)


def test_what_is_no_filter_and_what_names_nothing_is_said(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = log_in(mira, width=FOUR[0].width)
    page.goto("/workspace/search/?q=Z%C3%A4hler+farbe:rot+team:mars")
    expect(page.locator(".found")).to_contain_text("farbe:rot: Das ist kein Filter")
    expect(page.locator(".found")).to_contain_text("„mars“ gibt es hier nicht (Team)")
    assert broken(page, FOUR) == []


@WIDTHS
def test_a_search_is_exported_and_the_page_stays(log_in: LogIn, mira: Agent, three: list[Ticket], width: int) -> None:
    page = log_in(mira, width=width)
    page.goto("/workspace/search/?q=Z%C3%A4hler+tag:eilig")
    page.get_by_role("link", name="Exportieren").click()
    is_sound(page)
    page.get_by_label("Thema").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Exportieren").click()
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert [row[0] for row in rows] == ["Nummer", str(three[2].pk), str(three[1].pk)]
    assert "Thema" in rows[0]
    page.get_by_role("link", name="Zurück zur Liste").click()
    expect(page.locator(".chips")).to_contain_text("Schlagwort: eilig")


def test_the_list_has_its_export(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = log_in(mira, width=390)
    page.goto("/workspace/?view=team")
    page.get_by_role("link", name="Diese Liste exportieren").click()
    expect(page.get_by_role("heading", name="Exportieren")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("Mein Team")


@WIDTHS
def test_a_concern_is_taken_along_as_a_document(log_in: LogIn, mira: Agent, three: list[Ticket], width: int) -> None:
    page = ticket_page(log_in, mira, three[0], width=width)
    page.keyboard.press("y")
    page.keyboard.press("d")
    expect(dialog(page)).to_be_visible()
    is_sound(page)
    with page.expect_download() as download:
        dialog(page).get_by_role("button", name="JSON herunterladen").click()
    assert json.loads(Path(download.value.path()).read_text())["ticket"]["number"] == three[0].pk
    with page.context.expect_page() as opened:
        dialog(page).get_by_role("button", name="Druckansicht öffnen").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(f"#{three[0].pk} Zähler 0")
    is_sound(opened.value)


@pytest.mark.parametrize("is_safe", [True, False])
def test_number_title_and_link_go_into_the_clipboard_by_a_key_each(
    log_in: LogIn, mira: Agent, three: list[Ticket], is_safe: bool, site: str
) -> None:
    page = ticket_page(log_in, mira, three[0])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not is_safe:  # as a page without HTTPS has it: what was copied is heard of by the document alone
        page.evaluate("""() => {
          Object.defineProperty(navigator, "clipboard", { value: undefined });
          document.addEventListener("copy", () => (window.copied = document.activeElement.value));
        }""")
    number = three[0].pk
    link = f"{site}/workspace/tickets/{number}/"
    for key, text in (("n", f"#{number}"), ("t", f"#{number} Zähler 0"), ("l", link)):
        page.keyboard.press("y")
        page.keyboard.press(key)
        expect(page.locator(".toast").last).to_contain_text("Kopiert")
        read = "() => navigator.clipboard.readText()" if is_safe else "() => window.copied"
        assert page.evaluate(read) == text
        page.locator(".toast").last.get_by_title(re.compile("schließen")).click()


def test_a_woken_concern_says_why_and_what_the_reason_was(
    log_in: LogIn, mira: Agent, three: list[Ticket], run_pipeline: Callable[[], int]
) -> None:
    at = clock.now()
    actions.snooze(
        three[0], until=at + timedelta(days=3), reason="Ablesung abwarten", actor=Actor.agent(mira.pk), at=at
    )
    page = ticket_page(log_in, mira, three[0])
    actions.wake(three[0], why="customer", actor=SYSTEM, at=at)
    page.reload()
    expect(page.locator("#timeline")).to_contain_text("Liegt wieder vor: es kam eine Nachricht")
    expect(page.locator("#timeline")).to_contain_text("Grund: Ablesung abwarten")
