"""The composer in a real browser: recipients, files, forwarding, review, taking back, and going on afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Draft, Message, Ticket
from tests.browser.looks import TWO

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
DROP = """(element, name) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["Plan"], name, { type: "text/plain" }));
  element.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
SELECT = """([from, to]) => {
  const letters = document.querySelectorAll("#timeline .mail-text");
  const range = document.createRange();
  range.setStart(letters[from], 0);
  range.setEnd(letters[to], letters[to].childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """Kim wrote a few minutes ago, with a copy to Leo."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(minutes=5)
    ticket = open_ticket(kim_address, at=at, cc=(("Leo Ott", "leo@example.net"),))
    return actions.assign(ticket, to=billing, actor=SYSTEM, at=at)


def look(page: Page, ticket: Ticket) -> None:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")


def is_sound(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", TWO)
def test_recipients_are_chips_that_warn_and_can_be_taken_out(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    look(page, fresh)
    page.locator("#compose-reply > summary").click()
    who = page.locator("#reply [data-who]")
    expect(who.locator(".chip")).to_contain_text(["Kim Berger"])
    page.get_by_role("button", name="Allen antworten").click()
    expect(who.locator(".chip")).to_have_count(2)
    page.get_by_label("Kopie an").press("Control+End")
    page.keyboard.type(", wer@fremd.example")
    expect(who.locator(".chip").nth(2)).to_contain_text("wer@fremd.example")
    expect(who.locator(".chip").nth(2)).to_contain_text("außerhalb")
    expect(who.locator(".chip").nth(2)).to_contain_text("noch nie angeschrieben")
    expect(page.locator("#reply button[data-people]")).to_have_text("Antwort an 3 Personen senden")
    is_sound(page)
    page.get_by_role("button", name="wer@fremd.example entfernen").click()
    expect(who.locator(".chip")).to_have_count(2)
    expect(page.get_by_label("Kopie an")).to_have_value("leo@example.net")
    expect(page.locator("#reply button[data-people]")).to_have_text("Antwort an 2 Personen senden")


def test_whom_one_means_is_chosen_with_keys_and_the_greeting_follows(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("r")
    page.keyboard.type("Gern.")
    page.locator("#reply .part summary").first.click()
    to = page.locator("#id_to")
    to.focus()
    page.keyboard.type("ki")
    offered = page.get_by_role("listbox", name="Vorgeschlagene Personen").get_by_role("option")
    expect(offered).to_have_text(["Kim Berger · kim@example.org"])
    is_sound(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(to).to_have_value("kim@example.org, ")
    page.keyboard.type("jana")
    expect(offered).to_have_text(["Jana Kowalski · jana@musterstadt.example"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag,\n\nGern.")
    to.fill("")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nGern.")


def test_a_and_shift_answers_all_from_the_keyboard(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("A")
    expect(page.get_by_label("Ihre Antwort")).to_be_focused()
    expect(page.locator("#reply button[data-people]")).to_have_text("Antwort an 2 Personen senden")


def test_files_are_dropped_anywhere_go_up_at_once_and_are_refused_with_words(
    log_in: LogIn, mira: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("r")
    form = page.locator("#reply")
    form.evaluate(DROP, "plan.txt")
    kept = page.get_by_role("list", name="Dateien, die schon da sind").get_by_role("listitem")
    expect(kept).to_have_text(["plan.txt · 4 Byte"])
    form.evaluate(DROP, "spiel.exe")
    expect(page.locator("#reply [data-upload]")).to_contain_text("„spiel.exe“ ist ein Programm")
    page.reload()
    expect(kept).to_have_text(["plan.txt · 4 Byte"])
    kept.get_by_role("button", name="Diese Datei herausnehmen").click()
    expect(kept).to_have_count(0)
    expect(page.locator("#id_files")).to_be_focused()
    page.get_by_label("Anlagen").set_input_files({"name": "neu.txt", "mimeType": "text/plain", "buffer": b"neu"})
    expect(kept).to_have_text(["neu.txt · 3 Byte"])
    is_sound(page)
    page.get_by_label("Ihre Antwort").press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert [one.filename for one in Message.objects.get(direction="out").attachments.all()] == ["neu.txt"]


def test_an_attachment_that_is_missing_is_asked_for_once(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("r")
    page.keyboard.type("Anbei die Bestätigung.")
    page.keyboard.press("Control+Enter")
    notice = page.locator("#reply .notice", has_text="es ist keiner dabei")
    expect(notice).to_be_focused()
    is_sound(page)
    assert not Message.objects.filter(direction="out").exists()
    notice.get_by_role("button", name="Trotzdem senden").click()
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize("size", TWO)
def test_f_forwards_to_somebody_else_with_what_was_chosen(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    actions.write_note(fresh, text="Nur für uns", actor=Actor.agent(mira.pk), at=clock.now())
    page = log_in(mira, **size)
    look(page, fresh)
    page.keyboard.press("f")
    to = page.get_by_label("Weiterleiten an")
    expect(to).to_be_focused()
    page.keyboard.type("werk@partner.example")
    expect(page.locator("#forward [data-who]")).to_contain_text("außerhalb")
    send = page.locator("#forward .composer-foot button[type=submit]")
    expect(send).to_have_text("An werk@partner.example weiterleiten")
    page.get_by_label("Ihre Worte dazu").fill("Könnt ihr das ansehen?")
    expect(page.locator("#forward [data-state]")).to_contain_text("Entwurf gesichert um")
    is_sound(page)
    page.reload()
    page.keyboard.press("f")
    expect(page.get_by_label("Ihre Worte dazu")).to_have_value("Könnt ihr das ansehen?")
    send.click()
    expect(page.locator(".toast")).to_contain_text("Wird weitergeleitet an werk@partner.example.")
    letter = page.locator("#timeline .message-out")
    expect(letter).to_contain_text("Weitergeleitet; die Kundschaft hat das nicht bekommen.")
    sent = Message.objects.get(is_forward=True)
    assert "Mein Abschlag ist zu hoch." in sent.text and "Nur für uns" not in sent.text
    assert not Draft.objects.exists()


def test_what_a_third_party_answers_comes_here_as_from_them(
    log_in: LogIn, mira: Agent, fresh: Ticket, operator: Operator, run_pipeline: Callable[[], int]
) -> None:
    answer = Answer("Bitte ansehen.", to=(("Werk", "werk@partner.example"),))
    message = actions.forward(fresh, answer, actor=Actor.agent(mira.pk), at=clock.now())
    actions.mark_sent(message, actor=SYSTEM, at=clock.now())
    from anliegen.records.customers import actions as customers  # noqa: PLC0415

    works = customers.meet(kind="email", value="werk@partner.example", name="Werk Nord", actor=SYSTEM, at=clock.now())
    received = Received(
        channel="email", person_id=works.person_id, address=works, text="Ist geprüft.", from_name="Werk Nord",
        from_address="werk@partner.example", written_at=clock.now(),
    )  # fmt: skip
    actions.receive(received, ticket=fresh, at=clock.now())
    page = log_in(mira)
    look(page, fresh)
    letter = page.locator("#timeline .message-in").last
    expect(letter).to_contain_text("Werk Nord")
    expect(letter).not_to_contain_text("Jemand Neues schreibt")


@pytest.mark.parametrize("size", TWO)
def test_a_colleague_is_asked_and_sends_it_back_then_approves(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    look(page, fresh)
    page.locator("#compose-reply > summary").click()
    page.get_by_label("Ihre Antwort").press("Control+End")
    page.keyboard.type("Wir prüfen das.")
    expect(page.locator("#reply [data-state]")).to_contain_text("Entwurf gesichert um")
    page.locator("#reply .part summary", has_text="Freigabe").click()
    page.get_by_label("Wer soll es ansehen?").select_option("Jana Kowalski")
    page.get_by_label("Worauf sollen sie achten?").fill("Passt der Ton?")
    is_sound(page)
    page.get_by_role("button", name="Um Freigabe bitten").click()
    expect(page.locator("#timeline")).to_contain_text("bittet Jana Kowalski um Freigabe einer Antwort")

    desk = log_in(admin, opens="/workspace/", **size)
    expect(desk.locator(".to-review")).to_be_visible()
    desk.locator(".to-review").click()
    desk.get_by_role("link", name="Wir prüfen das.").click()
    look(desk, fresh)
    card = desk.locator("#reviews .card")
    expect(card).to_contain_text("Passt der Ton?")
    is_sound(desk)
    card.locator("summary", has_text="Zurückgeben").click()
    card.get_by_label("Was soll geändert werden?").fill("Bitte mit Termin.")
    card.get_by_role("button", name="Mit dieser Bemerkung zurückgeben").click()
    expect(card).to_have_count(0)

    page.reload()
    expect(page.locator("#reply")).to_contain_text("Jana Kowalski hat es zurückgegeben")
    expect(page.locator("#reply")).to_contain_text("Bitte mit Termin.")
    page.get_by_label("Ihre Antwort").press("Control+End")
    page.keyboard.type(" Bis Freitag.")
    expect(page.locator("#reply [data-state]")).to_contain_text("Entwurf gesichert um")
    page.locator("#reply .part summary", has_text="Freigabe").click()
    page.get_by_label("Wer soll es ansehen?").select_option("Jana Kowalski")
    page.get_by_role("button", name="Um Freigabe bitten").click()
    expect(page.locator("#timeline .event", has_text="bittet Jana Kowalski")).to_have_count(2)
    look(desk, fresh)
    card.get_by_role("button", name="Freigeben", exact=True).click()
    expect(card).to_have_count(0)
    page.reload()
    expect(page.locator("#reply")).to_contain_text("Freigegeben von Jana Kowalski")
    page.locator("#reply button[data-people]").click()
    expect(page.locator("#timeline .message-out")).to_contain_text("freigegeben von Jana Kowalski")


def test_the_last_seconds_are_counted_and_one_key_takes_it_back(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("r")
    page.keyboard.type("Zu früh.")
    page.keyboard.press("Control+Enter")
    back = page.locator(".toast").get_by_role("button", name="Zurücknehmen")
    expect(back).to_contain_text(" s")
    expect(back).to_have_attribute("data-key", "Z")
    is_sound(page)
    page.locator("body").press("Z")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nZu früh.")
    assert Message.objects.get(direction="out").state == "cancelled"


def test_after_sending_the_next_one_opens_and_it_can_be_taken_back_from_there(
    log_in: LogIn, mira: Agent, fresh: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team
) -> None:
    other = open_ticket(kim_address, at=clock.now() - timedelta(minutes=30), subject="Zähler")
    actions.assign(other, to=billing, actor=SYSTEM, at=clock.now())
    Agent.objects.filter(pk=mira.pk).update(after_sending="next")
    page = log_in(mira)
    look(page, fresh)
    page.keyboard.press("r")
    page.keyboard.type("Zu früh.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/tickets/{other.pk}/**")
    toast = page.locator(".toast")
    expect(toast).to_contain_text(f"Die Antwort in Nummer {fresh.pk} geht gleich hinaus.")
    toast.get_by_role("button", name="Zurücknehmen").click()
    page.wait_for_url(f"**/tickets/{fresh.pk}/")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nZu früh.")


def test_what_was_selected_in_several_letters_is_quoted_passage_by_passage(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim_address: Address
) -> None:
    received = Received(
        channel="email", person_id=kim_address.person_id, address=kim_address, text="Und der Zähler?\n\nEr steht.",
        from_address=kim_address.value, written_at=clock.now(),
    )  # fmt: skip
    actions.receive(received, ticket=fresh, at=clock.now())
    page = log_in(mira)
    look(page, fresh)
    page.evaluate(SELECT, [0, 1])
    page.keyboard.press("r")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(
        "Guten Tag Kim Berger,\n\n> Mein Abschlag ist zu hoch.\n\n> Und der Zähler?\n> \n> Er steht.\n\n"
    )
    page.get_by_label("Ihre Antwort").blur()
    page.evaluate(SELECT, [0, 0])
    page.keyboard.press("r")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(
        "Guten Tag Kim Berger,\n\n> Mein Abschlag ist zu hoch.\n\n> Und der Zähler?\n> \n> Er steht.\n\n"
        "> Mein Abschlag ist zu hoch.\n\n"
    )
