"""Taking up what automation proposed, in a real browser: the editor with the draft, the concession filled in."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind
from anliegen.records.tickets.models import Concession, Draft, Message, Ticket
from tests.browser.looks import TWO, WIDTHS, barriers_in_both, is_sound

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
WORDS = "Ihr Abschlag sinkt ab Januar auf den neuen Betrag."


@pytest.fixture
def drafted(fresh: Ticket, mira: Agent) -> Decision:
    proposal = Proposal("draft:some", 1.0, "no-mailbox", mira.pk, {}, text=WORDS)
    return approval.submit(fresh, "draft", proposal, actor=Actor.rule(12), at=clock.now(), may_act=False)


@pytest.fixture
def refund(fresh: Ticket, mira: Agent) -> Decision:
    at = clock.now()
    set_frames(mira.role, [Limit("ticket", 5000, "EUR")], actor=SYSTEM, at=at)
    accounts.create(ConcessionKind, name="Gutschrift", proposal="", actor=SYSTEM, at=at)
    proposal = Proposal("refund:some", 1.0, "no-mailbox", mira.pk, {}, text="Gutschrift von 12,50 €, zweimal gewartet")
    return approval.submit(fresh, "refund", proposal, actor=Actor.rule(12), at=at, may_act=False)


@pytest.mark.parametrize("size", WIDTHS)
def test_by_keyboard_the_editor_opens_with_the_draft_in_it_and_the_keyboard_in_the_text(
    log_in: LogIn, mira: Agent, drafted: Decision, fresh: Ticket, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.get_by_role("button", name="In meine Antwort übernehmen").first.press("Enter")
    field = page.get_by_label("Ihre Antwort")
    expect(field).to_be_focused()
    assert WORDS in field.input_value()
    expect(page.locator(".toast")).to_contain_text("Gesendet ist nichts.")
    expect(page.locator("#reply")).to_contain_text("Von einer Regel vorgeschlagen.")
    assert not Message.objects.filter(direction="out", agent__isnull=False).exists()
    is_sound(page, f"taken-up-{size['width']}-{'dark' if size.get('dark') else 'light'}")
    assert barriers_in_both(page) == []


@pytest.mark.parametrize("size", TWO)
def test_what_was_typed_a_moment_ago_is_asked_about_and_never_lost(
    log_in: LogIn, mira: Agent, drafted: Decision, fresh: Ticket, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("r")
    page.get_by_label("Ihre Antwort").fill("Mein Anfang")
    page.get_by_role("button", name="In meine Antwort übernehmen").first.press("Enter")
    dialog = page.get_by_role("dialog", name="Sie haben schon eine Antwort begonnen")
    expect(dialog).to_contain_text("Mein Anfang")
    below = dialog.get_by_role("button", name="Unter meinen Text setzen")
    expect(below).to_be_focused()
    is_sound(page, f"taken-up-asked-{size['width']}-{'dark' if size.get('dark') else 'light'}")
    below.press("Enter")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(f"Mein Anfang\n\n{WORDS}\n")
    assert Draft.objects.get().proposals == [drafted.pk]


@pytest.mark.parametrize("size", WIDTHS)
def test_the_concession_is_filled_in_and_given_by_pressing_its_button(
    log_in: LogIn, mira: Agent, refund: Decision, fresh: Ticket, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.get_by_role("button", name="Formular ausfüllen").first.press("Enter")
    amount = page.get_by_label("Betrag")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("12,50")
    assert not Concession.objects.exists()
    field, currency = amount.bounding_box(), page.locator(".pair-word").bounding_box()
    assert field is not None and currency is not None
    assert currency["x"] - (field["x"] + field["width"]) >= 8  # they stand apart, however narrow it is
    is_sound(page, f"taken-up-refund-{size['width']}-{'dark' if size.get('dark') else 'light'}")
    assert barriers_in_both(page) == []
    page.get_by_role("button", name="Gewähren oder beantragen").press("Enter")
    expect(page.locator("#concession-list")).to_contain_text("12,50")
    assert Concession.objects.get().cents == 1250


def test_without_a_script_both_open_too(
    log_in: LogIn, site: str, mira: Agent, drafted: Decision, refund: Decision, fresh: Ticket
) -> None:
    signed_in = log_in(mira)
    browser = signed_in.context.browser
    assert browser is not None
    plain = browser.new_context(
        java_script_enabled=False, storage_state=signed_in.context.storage_state(), base_url=site
    )
    page = plain.new_page()
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.get_by_role("button", name="In meine Antwort übernehmen").first.click()
    expect(page.get_by_label("Ihre Antwort")).to_be_visible()
    assert WORDS in page.get_by_label("Ihre Antwort").input_value()
    page.get_by_role("button", name="Formular ausfüllen").first.click()
    expect(page.get_by_label("Betrag")).to_have_value("12,50")
    plain.close()
