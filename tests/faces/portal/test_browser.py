"""The portal in a real browser: with and without scripts, on a phone and a wide screen, light, dark and in contrast."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Calendar, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Message, Ticket

from .conftest import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OTHERS = {"x.exe": b"MZ", "foto.JPG": b"x", "ohne": b"x", "nichts.txt": b""}
PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LOOKS = [(size, scheme, None) for size in (PHONE, WIDE) for scheme in ("light", "dark")] + [(WIDE, "light", "more")]


@pytest.fixture
def open_browser(
    chromium: Browser, live_server: LiveServer, mailbox: Mailbox, calendar: Calendar
) -> Iterator[Callable[..., Page]]:
    """Opens a page; at the end nothing may have gone wrong in it, and no cookie may be there."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_(**options: object) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            locale="de-DE",
            **({"viewport": PHONE} | options),  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        return page

    yield open_
    for context in contexts:
        assert context.cookies() == []
        context.close()
    # The stream is not served here, and a form that has to be corrected answers 422.
    assert [each for each in wrong if "status of 4" not in each] == []


@pytest.fixture
def resolved(ticket: Ticket, mira: Agent) -> Ticket:
    said = actions.reply(ticket, Answer("Erledigt."), actor=Actor.agent(mira.pk), at=clock.now(), status="resolved")
    actions.mark_sent(said, actor=SYSTEM, at=clock.now())
    ticket.refresh_from_db()
    return ticket


def fill_in(page: Page) -> None:
    page.get_by_label("Ihr Anliegen").fill("Mein Abschlag ist zu hoch.\nBitte prüfen Sie ihn.")


def send(page: Page) -> None:
    page.get_by_role("button", name="Anliegen absenden").click()


@pytest.mark.parametrize(("size", "scheme", "contrast"), LOOKS)
def test_nothing_bars_the_way(
    open_browser: Callable[..., Page], resolved: Ticket, size: dict[str, int], scheme: str, contrast: str | None
) -> None:
    page = open_browser(viewport=size, color_scheme=scheme, contrast=contrast or "no-preference")
    found = {}
    for where in (
        "/",
        "/anliegen/neu/",
        "/anliegen/link/",
        "/automatik/",
        "/hilfe/barrierefreiheit/",
        "/datenschutz/",
        "/gibt/es/nicht/",
        address("status", resolved),
        address("received", resolved),
    ):
        page.goto(where)
        if where == "/anliegen/neu/":
            page.get_by_label("E-Mail-Adresse").fill("a@b.example")
            page.evaluate("document.querySelector('form').noValidate = true")
            send(page)
            expect(page.get_by_text("Bitte prüfen Sie diese Angaben")).to_be_visible()
        violations = Axe().run(page, options=RULES).response["violations"]
        sticks_out = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if violations or sticks_out:
            found[where] = ([each["id"] for each in violations], sticks_out)
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_decision_is_contested_on_the_phone_checked_by_a_person_and_automation_kept_away(
    open_browser: Callable[..., Page], ticket: Ticket, mira: Agent, scheme: str, with_scripts: bool
) -> None:
    model, at = Actor.model("triage@3"), clock.now()
    urgent = Proposal("priority:3", 0.97, "no-mailbox", mira.pk, {"words": ["dringend"], "model": "triage@3"})
    decision = approval.submit(ticket, "priority", urgent, actor=model, at=at, message=ticket.messages.get())
    page = open_browser(viewport={"width": 390, "height": 844}, color_scheme=scheme, java_script_enabled=with_scripts)
    page.goto(address("status", ticket))
    decided = page.get_by_role("region", name="Was automatisch entschieden wurde")
    expect(decided.get_by_role("heading", name="Dringlichkeit: hoch")).to_be_visible()
    decided.get_by_role("button", name="Von einem Menschen prüfen lassen: Dringlichkeit").click()
    expect(page.get_by_role("status").first).to_contain_text("Ihr Wunsch ist notiert")
    expect(decided).to_contain_text("Mira Yılmaz prüft es und antwortet Ihnen.")
    expect(page.get_by_role("region", name="Nur Menschen")).to_contain_text(
        "Um dieses Anliegen kümmern sich nur Menschen"
    )
    approval.correct(decision, "priority:2", by=mira, at=clock.now())
    page.goto(address("status", ticket))
    expect(decided).to_contain_text("Mira Yılmaz hat es geprüft und geändert. Dringlichkeit: normal.")
    page.get_by_role("button", name="Bitte keine Automatik für alle meine Anliegen").click()
    expect(page.get_by_role("region", name="Nur Menschen")).to_contain_text("Um alle Ihre Anliegen")
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.by_hand_why) == (2, "contested")
    if with_scripts:
        assert Axe().run(page, options=RULES).response["violations"] == []
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_without_scripts_a_person_with_a_telephone_gets_through(open_browser: Callable[..., Page]) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Anliegen schildern").click()
    fill_in(page)
    page.locator("#id_files").set_input_files({"name": "foto.pdf", "mimeType": "x/x", "buffer": b"%PDF-1"})
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("E-Mail-Adresse oder eine Telefonnummer")
    expect(page.get_by_label("Ihr Anliegen")).to_have_value("Mein Abschlag ist zu hoch.\nBitte prüfen Sie ihn.")
    expect(page.get_by_label("foto.pdf")).to_be_checked()
    page.get_by_label("Telefonnummer").fill("0341 5551234")
    send(page)
    ticket = Ticket.objects.get()
    expect(page.get_by_role("main")).to_contain_text(f"unter der Nummer {ticket.pk}")
    assert ticket.messages.get().attachments.get().filename == "foto.pdf"
    page.get_by_role("link", name="Seite des Anliegens öffnen").click()
    page.get_by_label("Ihre Nachricht").fill("Noch etwas.")
    page.get_by_role("button", name="Nachricht senden").click()
    expect(page.locator("#conversation")).to_contain_text("Noch etwas.")


def test_with_the_keyboard_alone(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto("/anliegen/neu/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ihr Anliegen")).to_be_focused()
    page.keyboard.type("Bitte um Rückruf.")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_label("E-Mail-Adresse")).to_be_focused()
    page.keyboard.type("kim@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Anliegen ist angekommen")


def test_with_scripts_it_is_said_before_sending(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto("/anliegen/neu/")
    fill_in(page)
    large = {"name": "film.pdf", "mimeType": "x/x", "buffer": bytes(10_000_001)}
    page.locator("#id_files").set_input_files(large)
    expect(page.locator("[data-files-problem]")).to_have_text("Größer als 10\u202fMB ist: film.pdf")
    others = [{"name": name, "mimeType": "x/x", "buffer": content} for name, content in OTHERS.items()]
    page.locator("#id_files").set_input_files([large, *others])
    expect(page.locator("[data-files-problem]")).to_have_text(
        "Größer als 10\u202fMB ist: film.pdf · Öffnen können wir Bilder, PDF, Texte und Office-Dateien, nicht aber:"
        " x.exe, ohne · Leer ist: nichts.txt"
    )
    page.locator("#id_files").set_input_files([])
    expect(page.locator("[data-files-problem]")).to_be_hidden()
    send(page)
    assert page.evaluate("document.querySelector('#id_email').validationMessage").startswith("Bitte nennen Sie")
    page.get_by_label("E-Mail-Adresse").fill("kim@example.org")
    page.evaluate("() => { const b = document.querySelector('form button[type=submit]'); b.click(); b.click(); }")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Anliegen ist angekommen")
    assert Ticket.objects.count() == 1


def test_the_question_is_answered_and_the_answer_changed(open_browser: Callable[..., Page], resolved: Ticket) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto(address("status", resolved))
    page.get_by_label("Nein, es ist nicht erledigt").check()
    page.get_by_label("In Ihren Worten").fill("Der Betrag stimmt nicht.")
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_role("main")).to_contain_text("Ihr Anliegen ist wieder offen.")
    resolved.refresh_from_db()
    assert resolved.status == "open"
    page.get_by_text("Antwort ändern").click()
    page.get_by_label("Ja, es ist erledigt").check()
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_role("main")).to_contain_text("Bestätigt erledigt")


def test_news_appear_and_what_is_being_written_stays(open_browser: Callable[..., Page], ticket: Ticket) -> None:
    page = open_browser()
    page.goto(address("status", ticket))
    page.get_by_label("Ihre Nachricht").fill("Ich schreibe gerade")
    words = Received("email", ticket.person_id, "Von unterwegs.", clock.now() + timedelta(seconds=1))
    actions.receive(words, ticket=ticket, at=clock.now())
    expect(page.locator("#conversation")).not_to_contain_text("Von unterwegs.")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('anliegen:ticket', {detail: {}}))")
    expect(page.locator("#conversation")).to_contain_text("Von unterwegs.")
    expect(page.get_by_label("Ihre Nachricht")).to_have_value("Ich schreibe gerade")
    expect(page.locator("#announcer")).to_have_text("Auf dieser Seite gibt es etwas Neues.")
    assert Message.objects.filter(ticket=ticket).count() == 2
    page.get_by_label("Ihre Nachricht").fill("")
    page.evaluate("document.querySelector('form[data-guard]').dispatchEvent(new Event('guard:kept', {bubbles: true}))")


@pytest.mark.parametrize("with_scripts", [True, False])
def test_the_register_is_folded_on_a_phone_alone_and_open_on_paper_and_where_a_link_leads(
    open_browser: Callable[..., Page], ticket: Ticket, with_scripts: bool
) -> None:
    page = open_browser(viewport={"width": 390, "height": 844}, java_script_enabled=with_scripts)
    page.goto("/automatik/")
    entry = page.locator(".portal-part").first
    fact = entry.get_by_text("Was sie entscheidet", exact=True)
    expect(fact).not_to_be_visible()
    folded = page.locator("main").bounding_box()
    entry.get_by_text("Einzelheiten").press("Enter")
    expect(fact).to_be_visible()
    entry.get_by_text("Einzelheiten").press("Enter")
    page.emulate_media(media="print")
    expect(fact).to_be_visible()
    page.emulate_media(media="screen")
    page.locator(".portal-contents a").first.click()  # the same entry
    expect(fact).to_be_visible()
    page.goto("/automatik/?lang=de")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(fact).to_be_visible()
    expect(entry.get_by_text("Einzelheiten")).not_to_be_visible()
    assert folded is not None and folded["height"] < 9_000
