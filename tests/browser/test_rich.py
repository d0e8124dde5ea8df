"""Writing with formatting, in a real browser: the editor works under the strict policy and by keyboard."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message, Ticket
from tests.browser.looks import TWO

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
PASTE = """element => {
  const clipboardData = new DataTransfer();
  const canvas = new OffscreenCanvas(60, 30);
  canvas.getContext("2d").fillRect(0, 0, 60, 30);
  return canvas.convertToBlob({ type: "image/png" }).then((blob) => {
    clipboardData.items.add(new File([blob], "x.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
}"""


def begin(page: Page, ticket: Ticket) -> Locator:
    """The editor, opened by its button."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    page.keyboard.press("r")
    assert not any("editor.js" in url for url in asked)  # fetched on first use only
    page.get_by_role("button", name="Formatierung").click()
    editor = page.get_by_role("textbox", name="Ihre Antwort")
    expect(editor).to_be_focused()
    assert any("editor.js" in url for url in asked)
    return editor


@pytest.mark.parametrize("size", TWO)
def test_it_is_written_by_keyboard_and_goes_out_formatted(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    editor = begin(page, fresh)
    expect(editor).to_contain_text("Guten Tag Kim Berger,")
    page.keyboard.type("Der Abschlag ")
    page.keyboard.press("Control+b")
    page.keyboard.type("sinkt")
    page.keyboard.press("Control+b")
    page.keyboard.type(". So geht es:")
    page.keyboard.press("Enter")
    page.keyboard.type("- Zähler ablesen")
    page.keyboard.press("Enter")
    page.keyboard.type("Stand melden")
    expect(editor.locator("ul li")).to_have_text(["Zähler ablesen", "Stand melden"])
    bold = page.get_by_role("button", name="Fett")
    expect(bold).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#reply [data-state]")).to_contain_text("Entwurf gesichert um")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(editor.locator("ul li")).to_have_text(["Zähler ablesen", "Stand melden"])
    editor.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    message = Message.objects.get(direction="out")
    assert message.html == (
        "<p>Guten Tag Kim Berger,</p><p>Der Abschlag <strong>sinkt</strong>. So geht es:</p>"
        "<ul><li><p>Zähler ablesen</p></li><li><p>Stand melden</p></li></ul>"
    )
    assert message.text == (
        "Guten Tag Kim Berger,\n\nDer Abschlag sinkt. So geht es:\n\n- Zähler ablesen\n- Stand melden"
    )
    assert "<strong>sinkt</strong>" in (as_mail(message).html or "")
    expect(page.locator("#timeline .message-out strong")).to_have_text("sinkt")


def test_a_link_a_heading_a_quote_and_a_picture(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    editor = begin(page, fresh)
    page.get_by_role("button", name="Überschrift").click()
    page.keyboard.type("Ihr Weg")
    page.keyboard.press("Enter")
    page.keyboard.type("Formular")
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Adresse des Links")).to_be_focused()
    page.keyboard.type("https://example.org/formular")
    page.keyboard.press("Enter")
    expect(editor.locator("a")).to_have_attribute("href", "https://example.org/formular")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Zitat").click()
    page.keyboard.type("Das schrieben Sie")
    expect(editor.locator("blockquote")).to_have_text("Das schrieben Sie")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    editor.evaluate(PASTE)
    picture = editor.locator("img:not(.ProseMirror-separator)")
    expect(picture).to_have_attribute("alt", "bild-1.png")
    expect(page.get_by_role("list", name="Dateien, die schon da sind").get_by_role("listitem")).to_have_count(1)
    expect(picture).to_have_js_property("naturalWidth", 60)
    expect(page.locator("#reply [data-state]")).to_contain_text("Entwurf gesichert um")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    message = Message.objects.get(direction="out")
    assert "> Das schrieben Sie" in message.text and "Formular <https://example.org/formular>" in message.text
    assert message.text.endswith("[Bild: bild-1.png]")
    (file,) = message.attachments.all()
    assert (file.is_inline, f"cid:{file.content_id}" in (as_mail(message).html or "")) == (True, True)
    expect(page.locator("#timeline .message-out .mail-text img")).to_have_js_property("naturalWidth", 60)
    expect(page.locator("#timeline .message-out .pictures")).to_have_count(0)  # seen once, in the text


def test_there_and_back_nothing_visible_is_lost(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    editor = begin(page, fresh)
    page.keyboard.type("Eins ")
    page.keyboard.press("Control+i")
    page.keyboard.type("zwei")
    switch = page.get_by_role("button", name="Formatierung")
    switch.click()
    field = page.locator("#id_text")
    expect(field).to_be_focused()
    expect(field).to_have_value("Guten Tag Kim Berger,\n\nEins zwei")
    switch.click()
    expect(editor.locator("em")).to_have_text("zwei")
    switch.click()
    expect(field).to_be_focused()
    field.press("Control+End")
    page.keyboard.type("\n\n- drei\n- vier\n\n> fünf")
    switch.click()
    expect(editor.locator("ul li")).to_have_text(["drei", "vier"])
    expect(editor.locator("blockquote")).to_have_text("fünf")


def test_who_prefers_formatting_begins_with_it(log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto("/workspace/profile/")
    page.get_by_label("mit Formatierung").check()
    page.get_by_role("button", name="Einstellungen speichern").click()
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Ihre Antwort")).to_contain_text("Guten Tag Kim Berger,")
    expect(page.locator(".rich-text")).to_be_visible()


def test_the_greeting_and_quotes_reach_the_editor_too(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    editor = begin(page, fresh)
    page.locator("#reply .part summary").first.click()
    page.locator("#id_to").fill("kim@example.org, leo@example.net")
    expect(editor.locator("p").first).to_have_text("Guten Tag,")
    page.locator("#timeline .mail-text").first.evaluate("element => getSelection().selectAllChildren(element)")
    page.locator("#timeline").evaluate("element => document.activeElement.blur()")
    page.keyboard.press("r")
    expect(editor.locator("blockquote")).to_have_text("Mein Abschlag ist zu hoch.")
