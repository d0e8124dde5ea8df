"""Sending in a real browser: the button says who gets it, a time is chosen, and what failed is told by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.flow.channels.models import Delivery
from anliegen.flow.channels.outbox import deliver
from anliegen.ground import clock, egress
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket
from tests.browser.test_workspace import write_again
from tests.flow.channels.mail_server import MailServer

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
PASTE = """() => {
  const clipboardData = new DataTransfer();
  const picture = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]);
  clipboardData.items.add(new File([picture], "x.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """Kim wrote a few minutes ago, with a copy to Leo; nothing but the answer goes out."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(minutes=5)
    ticket = open_ticket(kim_address, at=at, cc=(("Leo Ott", "leo@example.net"),))
    return actions.assign(ticket, to=billing, actor=SYSTEM, at=at)


def test_the_button_counts_who_gets_it_and_says_when(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("r")
    send = page.locator("#reply button[data-people]")
    expect(send).to_have_text("Antwort an Kim Berger senden")
    expect(page.get_by_text("nicht an: leo@example.net")).to_be_visible()
    page.get_by_role("button", name="Allen antworten").click()
    expect(send).to_have_text("Antwort an 2 Personen senden")
    expect(page.get_by_text("nicht an: leo@example.net")).to_be_hidden()
    page.get_by_label("Kopie an").fill("")
    page.locator("#reply .part summary").first.click()  # An
    page.locator("#id_to").fill("ida@example.net")
    expect(send).to_have_text("Antwort an ida@example.net senden")
    page.locator("#id_to").fill("")
    page.locator("#reply summary", has_text="Später").click()
    page.get_by_role("button", name="morgen 8 Uhr").click()
    expect(send).to_have_text("Antwort an Kim Berger später senden")


def test_what_leaves_later_waits_is_changed_and_stops_when_the_customer_writes_first(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim_address: Address, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    page = log_in(mira)
    with page.expect_response("**/stream*"):
        page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    page.keyboard.type("Ab morgen gilt der neue Abschlag.")
    page.locator("#reply summary", has_text="Später").click()
    page.get_by_role("button", name="morgen 8 Uhr").click()
    page.locator("#reply button[data-people]").click()
    expect(page.locator(".toast")).to_contain_text("geht hinaus: morgen")
    letter = page.locator("#timeline .message-out")
    expect(letter).to_contain_text("geht später hinaus")
    run_pipeline()
    message = Message.objects.get(direction="out")
    assert message.send_at is not None and message.is_scheduled

    wanted = (message.send_at + timedelta(days=1)).astimezone(clock.now().tzinfo)
    letter.get_by_label("Andere Zeit").fill(wanted.strftime("%Y-%m-%dT08:00"))
    with page.expect_response("**/later/"):
        letter.get_by_role("button", name="Zeit wählen").click()
    expect(letter).to_contain_text("geht später hinaus")
    run_pipeline()
    message.refresh_from_db()
    assert Delivery.objects.get(message=message).due_at == message.send_at

    write_again(fresh, kim_address, "Danke, hat sich erledigt!", clock.now())
    run_pipeline()
    run_pipeline()
    expect(letter).to_contain_text("Angehalten: die Kundschaft hat zuerst geschrieben")
    expect(page.locator("#undelivered")).to_contain_text("1 nicht zugestellt")
    assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"] == []
    letter.get_by_role("button", name="Zurücknehmen").click()
    expect(page.get_by_label("Ihre Antwort")).to_have_value(
        "Guten Tag Kim Berger,\n\nAb morgen gilt der neue Abschlag."
    )
    run_pipeline()
    expect(page.locator("#undelivered")).to_have_text("")


def test_what_cannot_be_delivered_is_told_by_itself_and_sent_to_the_right_address(
    log_in: LogIn, mira: Agent, fresh: Ticket, settings: Any, run_pipeline: Callable[[], int]
) -> None:
    server = MailServer()
    settings.ANLIEGEN_SMTP_URL = server.url
    egress.register(
        scheme="smtp", host="127.0.0.1", port=server.port, purpose="mail", name="x", responsible="x",
        allow_private=True, actor=SYSTEM, at=clock.now(),
    )  # fmt: skip
    server.mood.recipients = {"kim@example.org": "550 5.1.1 no such person"}
    run_pipeline()
    page = log_in(mira)
    with page.expect_response("**/stream*"):
        page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    page.keyboard.type("Wir senken ihn.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    _leave(run_pipeline)
    expect(page.locator("#undelivered")).to_contain_text("1 nicht zugestellt")
    letter = page.locator("#timeline .message-out")
    expect(letter).to_contain_text("Dieses Postfach gibt es nicht")
    expect(letter).to_contain_text("550 5.1.1 no such person")
    assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"] == []

    letter.get_by_label("An", exact=True).fill("kim.berger@example.org")
    letter.get_by_role("button", name="Erneut senden").click()
    expect(page.locator("#timeline .message-out")).to_have_count(2)
    _leave(run_pipeline)
    expect(page.locator("#undelivered")).to_have_text("")
    server.stop()
    assert [one.to for one in server.got] == [("kim.berger@example.org",)]


def _leave(run_pipeline: Callable[[], int]) -> None:
    """Send what waits as if the time to undo had passed, and let the page hear of it."""
    run_pipeline()
    for delivery in Delivery.objects.filter(done_at=None):
        delivery.due_at = delivery.message.created_at
        delivery.save()
        deliver.func(delivery.pk)
    run_pipeline()


def test_a_pasted_picture_comes_along_and_stands_where_it_was_pasted(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("So sieht er aus: ")
    page.evaluate(PASTE)
    expect(page.get_by_label("Ihre Antwort")).to_have_value(
        "Guten Tag Kim Berger,\n\nSo sieht er aus: [Bild: bild-1.png]"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    (picture,) = Message.objects.get(direction="out").attachments.all()
    assert (picture.filename, picture.content_type, picture.is_inline) == ("bild-1.png", "image/png", True)
