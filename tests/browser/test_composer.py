"""Writing an answer in a real browser: nothing of it gets lost, who gets it is seen, and its button stays in view."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket
from tests.browser.looks import TWO

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
CROWD = tuple((f"Person {number}", f"person{number}@kanzlei-mit-langem-namen.example") for number in range(12))
INSIDE = """element => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """Kim wrote a few minutes ago, with twelve people in copy, and asks for answers to another address."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(minutes=5)
    ticket = open_ticket(kim_address, at=at, cc=CROWD, reply_to="haushalt@example.org")
    return actions.assign(ticket, to=billing, actor=SYSTEM, at=at)


def begin(page: Page, ticket: Ticket) -> None:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    page.keyboard.press("r")


def test_what_is_taken_back_is_back_as_a_whole_and_goes_out_as_a_whole(
    log_in: LogIn, mira: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    begin(page, fresh)
    page.keyboard.type("Anbei die Bestätigung.")
    page.get_by_role("button", name="Allen antworten").click()
    page.get_by_label("Anlagen").set_input_files(
        [
            {"name": "bestätigung.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"},
            {"name": "irrtum.txt", "mimeType": "text/plain", "buffer": b"falsch"},
        ]
    )
    page.get_by_label("Danach").select_option("open")
    page.get_by_role("button", name="Antwort an 13 Personen senden").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Die Antwort an 13 Personen geht gleich hinaus.")
    toast.get_by_role("button", name="Zurücknehmen").click()

    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nAnbei die Bestätigung.")
    expect(page.get_by_label("Kopie an")).to_have_value(", ".join(address for _name, address in CROWD))
    expect(page.get_by_label("Danach")).to_have_value("open")
    kept = page.get_by_role("list", name="Dateien, die schon da sind")
    expect(kept.get_by_role("listitem")).to_have_text(["bestätigung.pdf · 8 Byte", "irrtum.txt · 6 Byte"])
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        kept.get_by_role("button", name="Diese Datei herausnehmen").last.click()
    page.reload()  # what was taken back is a draft like any other
    expect(kept.get_by_role("listitem")).to_have_text(["bestätigung.pdf · 8 Byte"])
    page.get_by_role("button", name="Antwort an 13 Personen senden").click()
    expect(page.locator(".toast")).to_contain_text("13 Personen")
    sent = Message.objects.get(state="queued")
    assert [one["address"] for one in sent.cc] == [address for _name, address in CROWD]
    assert [file.filename for file in sent.attachments.all()] == ["bestätigung.pdf"]
    fresh.refresh_from_db()
    assert fresh.status == "open"


def test_an_answer_that_was_to_leave_later_comes_back_with_its_time_and_its_own_recipient(
    log_in: LogIn, mira: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    begin(page, fresh)
    page.keyboard.type("Morgen mehr.")
    page.get_by_role("button", name="haushalt@example.org antworten").click()
    page.locator("#reply summary", has_text="Später").click()
    page.get_by_role("button", name="morgen 8 Uhr").click()
    chosen = page.get_by_label("Später senden").input_value()
    page.get_by_role("button", name="Antwort an haushalt@example.org später senden").click()
    page.locator("#timeline .message-out").get_by_role("button", name="Zurücknehmen").click()
    expect(page.locator("#id_to")).to_have_value("haushalt@example.org")
    expect(page.get_by_label("Später senden")).to_have_value(chosen)


def test_what_was_chosen_stays_when_the_answer_is_refused(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    begin(page, fresh)
    page.get_by_label("Anlagen").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"Plan"})
    page.locator("#reply summary", has_text="Kopie").click()
    page.get_by_label("Kopie an").fill("quatsch")
    page.locator("#reply button[data-people]").click()
    expect(page.locator("#reply .summary")).to_contain_text("„quatsch“ ist keine E-Mail-Adresse.")
    kept = page.get_by_role("list", name="Dateien, die schon da sind")
    expect(kept.get_by_role("listitem")).to_have_text(["plan.txt · 4 Byte"])
    page.get_by_label("Kopie an").fill("")
    page.locator("#reply button[data-people]").click()
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert [file.filename for file in Message.objects.get(direction="out").attachments.all()] == ["plan.txt"]


@pytest.mark.parametrize("size", TWO)
def test_the_button_is_in_view_and_says_with_the_fields_who_gets_it(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    send = page.locator("#reply button[data-people]")
    assert send.evaluate(INSIDE)
    left_out = page.locator("[data-left-out]")
    last = CROWD[-1][1]
    expect(left_out).to_contain_text("und 10 weitere")
    expect(left_out.get_by_text(last)).to_be_hidden()
    left_out.get_by_text("und 10 weitere").click()
    expect(left_out.get_by_text(last)).to_be_visible()
    copies = page.get_by_label("Kopie an")
    expect(copies).to_be_hidden()
    page.get_by_role("button", name="Allen antworten").click()
    expect(copies).to_be_visible()
    assert copies.evaluate("field => field.scrollHeight <= field.clientHeight + 2")
    page.get_by_label("Ihre Antwort").focus()
    page.keyboard.type("\n".join("Zeile" for _ in range(60)))
    assert send.evaluate(INSIDE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []


def test_the_writer_sees_how_the_mail_ends_and_signs_once(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    fresh.brand.signature = "Stadtwerke Musterstadt"
    fresh.brand.save()
    page = log_in(mira)
    begin(page, fresh)
    page.keyboard.type("Gern.")
    ending = page.locator("#reply .ending")
    ending.locator("summary").click()
    expect(ending.locator(".ending-text")).to_contain_text("Mira Yılmaz\nStadtwerke Musterstadt", use_inner_text=True)
    expect(ending).to_contain_text("(Link)")
    ending.locator("summary").click()
    page.get_by_label("Ihre Antwort").focus()
    page.keyboard.type("\n\nFreundliche Grüße\nMira Yılmaz")
    ending.locator("summary").click()
    expect(ending.locator(".ending-text")).to_have_text(re.compile("^Stadtwerke Musterstadt\\n"), use_inner_text=True)


def test_the_fields_of_a_ticket_are_chosen_with_keys_alone(
    log_in: LogIn, mira: Agent, tom: Agent, fresh: Ticket
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    summary = page.locator("#ticket-head summary[data-key=z]")
    page.keyboard.press("z")
    menu = page.locator("#ticket-head details[open]")
    names = menu.locator(".menu-item").all_inner_texts()
    expect(menu.locator(".menu-item[aria-current]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    here = names.index("niemand")
    for key in ("z", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    chosen = names[(here + 2) % len(names)]
    handover = page.get_by_role("dialog")  # who gets it reads first where it stands
    expect(handover.get_by_label("Stand in einer Zeile")).to_be_focused()
    page.keyboard.type("Zählerstand fehlt noch")
    page.keyboard.press("Enter")
    expect(handover).to_be_hidden()
    expect(summary).to_contain_text(chosen)
    page.keyboard.press("s")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    word = menu.locator(".menu-item:focus").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-head summary[data-key=s]")).to_contain_text(word)
    fresh.refresh_from_db()
    assert (str(fresh.assignee or "niemand"), fresh.get_status_display()) == (chosen, word)


@pytest.mark.parametrize("size", TWO)
def test_the_head_leaves_room_for_what_was_said(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    Ticket.objects.filter(pk=fresh.pk).update(subject="Zählerstandsmeldung " * 18)
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    title = page.locator("h1")
    height = "element => element.getBoundingClientRect().height"
    clamped = title.evaluate(height)
    assert clamped <= 60
    assert page.locator("#ticket-head").evaluate(height) <= (150 if size["width"] > 1000 else 190)
    title.focus()
    assert title.evaluate(height) > clamped
    head = page.locator("#timeline .message-in .entry-head")
    expect(head).to_contain_text("und 10 weitere")
    assert head.evaluate(height) <= (90 if size["width"] > 1000 else 160)


def test_the_sheet_of_keys_names_each_once(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("?")
    names = page.get_by_role("dialog", name="Tastenkürzel").locator("dt").all_inner_texts()
    assert sorted(names) == sorted(set(names))
    assert {"Suche", "Suchfeld", "Priorität", "Schlagwörter ändern"} <= set(names)
