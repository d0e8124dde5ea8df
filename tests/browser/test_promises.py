"""Promises and refusals in a real browser: offered without disturbing, kept in view, and a no that lets one go on."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Operator, Recourse
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Message, Promise, Refusal, Ticket
from tests.browser.looks import FOUR, WIDTHS, WITHIN, barriers, barriers_in_both, broken

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calendar")]
LogIn = Callable[..., Page]


@pytest.fixture
def promise(fresh: Ticket, mira: Agent) -> Promise:
    """Mira promised on the telephone to call back."""
    at = clock.now()
    words = Promised("Ich rufe Sie wegen des Abschlags zurück.", at + timedelta(days=2), mira)
    return actions.promise(fresh, words, actor=Actor.agent(mira.pk), at=at)


@pytest.fixture
def office(fresh: Ticket) -> Recourse:
    return accounts.create(
        Recourse,
        kind="conciliation",
        name="Schlichtungsstelle Energie e. V.",
        address="Friedrichstraße 133\n10117 Berlin",
        note="Die Schlichtung ist für Sie kostenlos.",
        actor=SYSTEM,
        at=clock.now(),
    )


def begin(page: Page, ticket: Ticket, words: str) -> None:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    page.keyboard.press("r")
    page.keyboard.type(words)


@pytest.mark.parametrize("size", WIDTHS)
def test_what_is_promised_while_writing_is_offered_below_and_kept_with_the_answer(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    begin(page, fresh, "Ich melde mich bis Freitag bei Ihnen.")
    offer = page.get_by_role("group", name="Das liest sich wie eine Zusage")
    expect(offer.get_by_label("Zusage „bis Freitag“")).to_be_checked()
    expect(page.get_by_label("Ihre Antwort")).to_be_focused()  # nobody is disturbed
    assert barriers_in_both(page) == []
    assert page.locator(".promises-found").evaluate(WITHIN)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#ticket-head")).to_contain_text("Zusage: ")
    expect(page.locator("#promises-panel")).to_contain_text("Ich melde mich bis Freitag bei Ihnen.")
    made = Promise.objects.get()
    assert (made.agent, made.message) == (mira, Message.objects.get(direction="out"))


def test_who_sends_quicker_than_it_is_offered_is_asked_once_and_loses_nothing(
    log_in: LogIn, mira: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    page.route("**/promises/noticed/", lambda route: route.fulfill(status=204))  # as if it had not come yet
    begin(page, fresh, "Ich melde mich bis Freitag bei Ihnen.")
    page.keyboard.press("Control+Enter")
    offer = page.get_by_role("group", name="Das liest sich wie eine Zusage")
    expect(offer).to_contain_text("Noch nicht gesendet.")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(re.compile("Ich melde mich bis Freitag bei Ihnen."))
    assert not Message.objects.filter(direction="out").exists()
    offer.get_by_label("Zusage „bis Freitag“").uncheck()
    page.get_by_role("button", name="Antwort an Kim Berger senden").click()
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert not Promise.objects.exists()


def test_taking_the_answer_back_takes_the_promise_back(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    Operator.objects.update(undo_seconds=30)
    page = log_in(mira)
    begin(page, fresh, "Ich melde mich bis Freitag bei Ihnen.")
    expect(page.get_by_label("Zusage „bis Freitag“")).to_be_checked()
    page.keyboard.press("Control+Enter")
    page.locator(".toast").get_by_role("button", name="Zurücknehmen").click()
    expect(page.locator("#promises-panel")).to_contain_text("Zurzeit ist nichts zugesagt.")
    expect(page.locator("#ticket-head")).not_to_contain_text("Zusage")
    expect(page.get_by_label("Zusage „bis Freitag“")).to_be_checked()  # offered again with the words
    assert Promise.objects.get().withdrawn_because == "taken_back"


def test_a_promise_by_hand_is_made_and_done_with_the_keyboard(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Zusage festhalten")
    dialog.get_by_label("Was zugesagt wird").press_sequentially("Wir rufen Sie zurück.")
    dialog.get_by_role("button", name="Zusage festhalten").press("Enter")
    panel = page.locator("#promises-panel")
    expect(panel).to_contain_text("Wir rufen Sie zurück.")
    panel.get_by_role("button", name="Erledigt").press("Enter")
    expect(panel).to_contain_text("Zurzeit ist nichts zugesagt.")
    assert Promise.objects.get().state == "kept"


@pytest.mark.parametrize("size", WIDTHS)
def test_the_head_is_amber_before_and_red_after(
    log_in: LogIn, mira: Agent, fresh: Ticket, promise: Promise, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    chip = page.locator(".promise-chip .badge")
    expect(chip).to_have_class(re.compile("badge-waiting"))
    past = clock.now() - timedelta(hours=3)
    Promise.objects.update(due_at=past, risk_at=past, remind_at=past, clock_at=past)
    actions.strike(promise, actor=SYSTEM, at=clock.now())
    page.reload()
    expect(chip).to_have_class(re.compile("badge-broken"))
    expect(chip).to_contain_text("Zusage gebrochen")
    assert barriers_in_both(page) == []


@pytest.mark.parametrize("size", WIDTHS)
def test_that_it_takes_longer_is_written_from_a_draft(
    log_in: LogIn, mira: Agent, promise: Promise, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{promise.ticket_id}/")
    page.get_by_role("link", name="Es dauert länger").click()
    expect(page.get_by_role("textbox", name="Der Brief")).to_have_value(re.compile(r"\[Warum es länger dauert\]"))
    page.get_by_label("Warum es länger dauert").fill("Der Ableser ist krank.")
    page.get_by_role("button", name="Beides in den Brief übernehmen").click()
    expect(page.get_by_role("textbox", name="Der Brief")).to_have_value(re.compile("Der Ableser ist krank."))
    assert barriers_in_both(page) == []
    page.get_by_role("button", name="Brief senden").click()
    page.wait_for_url(f"**/tickets/{promise.ticket_id}/")
    told = Promise.objects.get()
    assert (told.reason, told.told_in) == ("Der Ableser ist krank.", Message.objects.get(direction="out"))


@pytest.mark.parametrize("size", WIDTHS)
def test_a_no_goes_out_with_all_that_belongs_to_it(
    log_in: LogIn, mira: Agent, fresh: Ticket, office: Recourse, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("d")
    page.get_by_label("Die Entscheidung").fill("Wir senken den Abschlag nicht auf 40 Euro.")
    page.get_by_label("Die Begründung").fill("Bei Ihrem Verbrauch käme eine Nachzahlung von 500 Euro.")
    page.get_by_label("Die Regel").fill("§ 13 Abs. 1 StromGVV: Der Abschlag richtet sich nach dem Verbrauch.")
    page.get_by_label("Was stattdessen möglich ist").fill("Wir senken ihn um 15 Prozent.")
    page.get_by_label("Nächste Instanz").select_option(label="Schlichtungsstelle Energie e. V.")
    assert barriers_in_both(page) == []
    page.get_by_role("button", name="Brief schreiben").press("Enter")

    letter = page.get_by_role("textbox", name="Der Brief")
    whole = letter.input_value()
    letter.fill(whole.replace("Was stattdessen möglich ist", ""))
    lost = page.get_by_role("list", name="Was der Brief enthält").locator(".carried-lost")
    expect(lost).to_contain_text("die Alternativen")
    page.get_by_role("button", name="Ablehnung an Kim Berger senden").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Im Brief fehlt noch: die Alternativen.")
    assert barriers_in_both(page) == []
    page.get_by_role("textbox", name="Der Brief").fill(whole)
    expect(lost).to_have_count(0)
    page.get_by_role("button", name="Ablehnung an Kim Berger senden").press("Enter")
    page.wait_for_url(f"**/tickets/{fresh.pk}/")
    expect(page.locator("#timeline")).to_contain_text("Mira Yılmaz hat den ganzen Wunsch abgelehnt")
    refusal = Refusal.objects.get()
    assert refusal.alternatives == "Wir senken ihn um 15 Prozent."
    assert "Friedrichstraße 133, 10117 Berlin" in refusal.next_instance


@pytest.mark.parametrize("path", ["promises/", "tickets/{ticket}/promises/", "promises/{promise}/"])
def test_pages_about_promises_are_without_a_barrier(log_in: LogIn, admin: Agent, promise: Promise, path: str) -> None:
    page = log_in(admin, width=FOUR[0].width)
    page.goto("/workspace/" + path.format(ticket=promise.ticket_id, promise=promise.pk))
    expect(page.get_by_text("Ich rufe Sie wegen des Abschlags zurück.").first).to_be_visible()
    for look in FOUR:
        assert (look, broken(page, [look])) == (look, [])
        assert page.locator("main").first.evaluate(WITHIN)


def test_an_office_that_comes_along_is_taken_over_with_a_look_at_the_letter(
    log_in: LogIn, admin: Agent, fresh: Ticket
) -> None:
    page = log_in(admin)
    page.goto("/workspace/settings/recourses/")
    page.get_by_role("link", name="Schlichtungsstelle Energie e. V.").click()
    expect(page.locator("#preview")).to_contain_text("Friedrichstraße 133, 10117 Berlin")
    page.get_by_label("Anschrift").fill("Neue Straße 1\n10115 Berlin")
    expect(page.locator("#preview")).to_contain_text("Neue Straße 1, 10115 Berlin")
    assert barriers(page) == []
    page.get_by_role("button", name="Stelle nennen").click()
    expect(page.get_by_role("table")).to_contain_text("Schlichtungsstelle Energie e. V.")
    assert Recourse.objects.get().address == "Neue Straße 1\n10115 Berlin"
