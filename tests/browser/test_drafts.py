"""What is being written, in a real browser: kept within a second, on every device, through crash and bad lines."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Draft, Message, Ticket
from tests.browser.looks import TWO

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]

NOTE_KEYS = "addEventListener('keydown', () => { window.lastKey = performance.now(); }, true)"
SENT_AFTER = """() => {
  const sent = performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/draft/"));
  return sent.at(-1).startTime - window.lastKey;
}"""  # milliseconds from the last key to the request; how soon the server answers `anliegen bench` says
WRITE_AND_LEAVE = """field => {
  field.value += " Und weg.";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  location.href = "/workspace/drafts/";
}"""


def write(page: Page, ticket: Ticket, words: str) -> None:
    """Begin an answer, and wait until it is kept."""
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    page.keyboard.press("r")
    page.keyboard.type(words)
    kept(page)


def kept(page: Page) -> None:
    expect(page.locator("#reply [data-state]")).to_contain_text("Entwurf gesichert um")


@pytest.mark.parametrize("size", TWO)
def test_a_draft_is_on_the_server_within_a_second_and_survives_a_crash(
    log_in: LogIn, mira: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.locator("#compose-reply > summary").click()
    page.get_by_label("Ihre Antwort").press("Control+End")
    page.evaluate(NOTE_KEYS)
    page.keyboard.type("Wir prüfen den Abschlag.")
    kept(page)
    assert page.evaluate(SENT_AFTER) < 1000
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.browser.new_context()  # nothing of the tab's own memory may be needed
    again = log_in(mira, **size)
    again.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    expect(again.get_by_label("Ihre Antwort")).to_be_visible()
    expect(again.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nWir prüfen den Abschlag.")
    assert not Event.objects.filter(verb__startswith="draft.").exists()


def test_while_one_types_on_it_is_kept_all_the_time(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    page.evaluate(NOTE_KEYS)
    for _key in range(16):  # longer than a second, never at rest
        page.keyboard.type("x")
        page.wait_for_timeout(100)
    assert page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/draft/')).length"
    )
    kept(page)
    assert Draft.objects.get().text.endswith("x" * 16)


def test_the_list_shows_that_there_is_a_draft_and_whose(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    write(log_in(mira), fresh, "Gleich mehr.")
    page = log_in(admin)
    page.goto("/workspace/?view=open")
    expect(page.locator(f"#t{fresh.pk}")).to_contain_text("Entwurf von Mira Yılmaz")
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    expect(page.locator("#reviews")).to_contain_text("Mira Yılmaz hat hier einen Entwurf")
    expect(page.locator("main")).not_to_contain_text("Gleich mehr.")


def test_two_devices_notice_each_other_and_nothing_is_lost(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    desk = log_in(mira)
    write(desk, fresh, "Am Schreibtisch.")
    phone = log_in(mira, width=390, height=844)
    phone.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    phone.get_by_label("Ihre Antwort").press("Control+End")
    phone.keyboard.type(" Am Telefon.")
    kept(phone)
    desk.get_by_label("Ihre Antwort").press("Control+End")
    desk.keyboard.type(" Und hier.")
    notice = desk.locator("#reply [data-conflict]")
    expect(notice).to_contain_text("Anderswo weitergeschrieben")
    notice.get_by_text("Andere Fassung zeigen").click()
    expect(notice).to_contain_text("Am Schreibtisch. Am Telefon.")
    expect(desk.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nAm Schreibtisch. Und hier.")
    assert Axe().run(desk).response["violations"] == []
    notice.get_by_role("button", name="Mit meiner weiterschreiben").click()
    kept(desk)
    expect(notice).to_have_count(0)
    assert Draft.objects.get().text.endswith("Am Schreibtisch. Und hier.")


def test_what_was_sent_elsewhere_is_not_sent_twice(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    desk = log_in(mira)
    write(desk, fresh, "Einmal.")
    phone = log_in(mira, width=390, height=844)
    phone.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    phone.get_by_role("button", name="Antwort an Kim Berger senden").click()
    expect(phone.locator(".toast")).to_contain_text("geht gleich hinaus")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#reply .summary")).to_contain_text("wurde inzwischen gesendet oder verworfen")
    assert Message.objects.filter(direction="out").count() == 1


def test_without_a_connection_it_stays_in_the_tab_says_so_and_is_kept_later(
    log_in: LogIn, mira: Agent, fresh: Ticket, complaints: list[str]
) -> None:
    page = log_in(mira)
    write(page, fresh, "Erst da,")
    page.context.set_offline(True)
    page.keyboard.type(" dann weg")
    expect(page.locator("#reply [data-state]")).to_have_text("Nur in diesem Tab gesichert: keine Verbindung")
    page.context.set_offline(False)
    kept(page)
    assert Draft.objects.get().text.endswith("Erst da, dann weg")
    complaints.clear()  # the browser says itself that it had no connection


def test_what_could_not_be_kept_is_there_after_a_reload(
    log_in: LogIn, mira: Agent, fresh: Ticket, complaints: list[str]
) -> None:
    page = log_in(mira)
    write(page, fresh, "Erst da,")
    page.route("**/draft/", lambda route: route.abort())
    page.keyboard.type(" dann weg")
    expect(page.locator("#reply [data-state]")).to_have_text("Nur in diesem Tab gesichert: keine Verbindung")
    page.unroute("**/draft/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nErst da, dann weg")
    kept(page)
    complaints.clear()


def test_leaving_at_once_loses_nothing(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    write(page, fresh, "Kurz.")
    page.get_by_label("Ihre Antwort").evaluate(WRITE_AND_LEAVE)
    page.wait_for_url("**/workspace/drafts/")
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nKurz. Und weg.")


def test_a_draft_is_discarded_and_an_emptied_one_is_none(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    write(page, fresh, "Doch nicht.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Entwurf verwerfen").click()
    expect(page.locator("#compose-reply")).not_to_have_attribute("open", "")
    assert not Draft.objects.exists()
    assert list(Event.objects.filter(verb__startswith="draft.").values_list("verb", flat=True)) == ["draft.discarded"]
    page.keyboard.press("n")
    page.keyboard.type("Notiz")
    expect(page.locator("#note [data-state]")).to_contain_text("Entwurf gesichert um")
    assert Draft.objects.get().kind == "note"
    with page.expect_response("**/draft/"):
        page.get_by_label("Ihre Notiz").fill("")
    assert not Draft.objects.exists()


def test_one_s_drafts_stand_on_a_page(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    write(page, fresh, "Gleich mehr.")
    page.goto("/workspace/")
    for key in "gd":
        page.keyboard.press(key)
    page.wait_for_url("**/workspace/drafts/")
    expect(page.get_by_role("heading", name="Ihre Entwürfe")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="Gleich mehr.").click()
    expect(page.get_by_label("Ihre Antwort")).to_be_visible()
