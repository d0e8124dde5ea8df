"""Detail 20: a translation stands beside the original, one click away. By keyboard alone, at both widths."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Mention, Message, Note, Ticket, Translation, TranslationDraft
from tests.browser.looks import barriers, sticks_out

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
SIZES = [pytest.param({"width": 1440}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone, dark")]
TEXT = "Merhaba,\n\ndün akşamdan beri elektrik sayacım çalışmıyor ve evde elektrik yok.\n\nTeşekkürler"


@pytest.fixture
def message(
    open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, run_pipeline: Callable[[], int]
) -> Message:
    made = actions.assign(
        open_ticket(kim_address, at=clock.now() - timedelta(minutes=5)), to=billing, actor=SYSTEM, at=clock.now()
    )
    Message.objects.filter(ticket=made).update(text=TEXT, language="tr")
    run_pipeline()
    return made.messages.get(direction="in")


def opened(page: Page, message: Message) -> Page:
    page.goto(f"/workspace/tickets/{message.ticket_id}/")
    page.keyboard.press("U")
    expect(page.locator(f"#tr{message.pk}")).to_be_visible()
    return page


@pytest.mark.parametrize("size", SIZES)
def test_original_and_translation_stand_beside_each_other_paragraph_by_paragraph(
    log_in: LogIn, mira: Agent, admin: Agent, message: Message, size: dict[str, int]
) -> None:
    written = ["Guten Tag,", "seit gestern Abend geht mein Stromzähler nicht, und ich habe keinen Strom."]
    actions.translate(message, written, language="de", actor=Actor.agent(admin.pk), at=clock.now())
    page = opened(log_in(mira, **size), message)
    beside = page.locator(f"#tr{message.pk}")
    expect(beside).to_contain_text("Übersetzt von Jana Kowalski (Mensch)")
    pairs = beside.locator(".beside-pair:not(.beside-head)")
    expect(pairs).to_have_count(3)
    expect(pairs.nth(2)).to_contain_text("noch nicht übersetzt")
    left, right = (pairs.nth(1).locator(".beside-text").nth(place).bounding_box() for place in (0, 1))
    assert left is not None and right is not None
    if size["width"] == 1440:
        assert left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
    else:
        assert left["y"] + left["height"] <= right["y"]
    for part in TEXT.split("\n\n"):
        expect(beside.get_by_text(part)).to_be_visible()
    assert barriers(page) == []
    assert sticks_out(page) == 0
    page.keyboard.press("U")
    expect(page.locator(f"#m{message.pk} > .entry-body > .mail-text").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_colleague_writes_it_right_there_and_nothing_is_lost(
    log_in: LogIn, mira: Agent, message: Message, size: dict[str, int]
) -> None:
    page = opened(log_in(mira, **size), message)
    expect(page.locator(f"#tr{message.pk}")).to_contain_text("Es gibt noch keine Übersetzung (Deutsch).")
    page.get_by_role("link", name="Selbst übersetzen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Übersetzung von Absatz 1")).to_be_visible()
    page.get_by_label("Übersetzung von Absatz 1").focus()
    page.keyboard.type("Guten Tag,")
    page.keyboard.press("Tab")
    page.keyboard.type("mein Zähler geht nicht.")
    expect(page.locator(f"#tr{message.pk} [role=status]")).to_contain_text("Entwurf gesichert um")
    assert barriers(page) == []
    assert sticks_out(page) == 0
    page.wait_for_timeout(600)
    assert TranslationDraft.objects.get().text == "Guten Tag,\n\nmein Zähler geht nicht."
    opened(page, message)
    page.get_by_role("link", name="Weiterschreiben").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Übersetzung von Absatz 2")).to_have_value("mein Zähler geht nicht.")
    page.get_by_role("button", name="Übersetzung sichern").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#tr{message.pk}")).to_contain_text("Übersetzt von Mira Yılmaz (Mensch)")
    assert Translation.objects.get().text == "Guten Tag,\n\nmein Zähler geht nicht."
    message.refresh_from_db()
    assert (message.text, TranslationDraft.objects.count()) == (TEXT, 0)


def test_a_colleague_who_speaks_the_language_is_asked_by_one_press(
    log_in: LogIn, mira: Agent, admin: Agent, message: Message
) -> None:
    Agent.objects.filter(pk=admin.pk).update(speaks=["tr"])
    page = opened(log_in(mira, width=390), message)
    page.get_by_role("button", name="Jana Kowalski bitten").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#tr{message.pk}")).to_contain_text("Jana Kowalski: gefragt")
    note = Note.objects.get()
    assert note.text.startswith("@Jana Kowalski, kannst du bitte die Nachricht vom ")
    begins = "Merhaba, dün akşamdan beri elektrik sayacım çalışmıyor ve evde elektrik yok. Teşekkürler"
    assert note.text.endswith(f"(Türkisch) übersetzen? Sie beginnt so: „{begins}“")
    assert Mention.objects.get().agent == admin
    assert barriers(page) == []


def test_a_colleague_who_reads_it_is_offered_to_translate_for_the_others(
    log_in: LogIn, admin: Agent, message: Message
) -> None:
    Agent.objects.filter(pk=admin.pk).update(speaks=["tr"])
    page = opened(log_in(admin), message)
    expect(page.locator(f"#x{message.pk} summary").first).to_contain_text("Für Kollegen übersetzen")
    expect(page.get_by_role("button", name="bitten")).to_have_count(0)
