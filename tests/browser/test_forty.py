"""Details of the forty (docs/forty-details.md) that have no story of their own elsewhere."""

import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Message, Ticket
from tests.browser.looks import OVERHANG, barriers

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Run = Callable[[], int]
SIZES = [pytest.param({"width": 1440}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone, dark")]


@pytest.fixture
def three(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, run_pipeline: Run) -> list[Ticket]:
    """Three concerns of billing, the one that waits longest first."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(hours=4)
    made = []
    for hour in range(3):
        ticket = open_ticket(kim_address, subject=f"Abschlag {hour}", at=at + timedelta(hours=hour))
        made.append(actions.assign(ticket, to=billing, actor=SYSTEM, at=at))
    run_pipeline()
    return made


def write_again(
    ticket: Ticket, address: Address, text: str, *, reply_text: str = "", enclosed: tuple[File, ...] = ()
) -> Message:
    received = Received(
        channel="email", person_id=address.person_id, address=address, text=text, reply_text=reply_text or text,
        from_name="Kim Berger", from_address=address.value, written_at=clock.now(), files=enclosed,
    )  # fmt: skip
    return actions.receive(received, ticket=ticket, at=clock.now())


def open_at(page: Page, ticket: Ticket) -> Page:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    return page


def picture(width: int, height: int) -> bytes:
    """A grey PNG of this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = (b"\0" + b"\x99" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


# 1 keys answer at once


def test_keys_answer_without_asking_the_server(
    log_in: LogIn, mira: Agent, three: list[Ticket], complaints: list[str]
) -> None:
    page = open_at(log_in(mira), three[2])
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.keyboard.press("r")
    expect(page.get_by_label("Ihre Antwort")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Ihre Notiz")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    complaints.clear()  # of the stream and of what is fetched by the way, which have no line here


# 13 the newest in view, the rest folded


@pytest.mark.parametrize("size", SIZES)
def test_the_newest_message_is_in_view_and_what_is_older_is_folded_not_cut(
    log_in: LogIn, mira: Agent, three: list[Ticket], kim_address: Address, run_pipeline: Run, size: dict[str, int]
) -> None:
    for number in range(9):
        write_again(three[0], kim_address, f"Nachricht {number}. " + "Bitte sehen Sie nach. " * 40)
    quoted = "Und nun?\n\n> Das schrieben Sie im Mai.\n\n-- \nKim Berger"
    newest = write_again(three[0], kim_address, quoted, reply_text="Und nun?")
    run_pipeline()
    page = open_at(log_in(mira, **size), three[0])
    card = page.locator(f"#m{newest.pk}")
    expect(card.get_by_text("Und nun?")).to_be_in_viewport()
    expect(card.get_by_text("Das schrieben Sie im Mai.")).to_be_hidden()
    card.get_by_text("Zitat und Signatur anzeigen").click()
    expect(card.get_by_text("Das schrieben Sie im Mai.")).to_be_visible()
    expect(page.get_by_text("Nachricht 0.")).to_be_hidden()
    page.get_by_text("Frühere Einträge zeigen").click()
    expect(page.get_by_text("Nachricht 0.")).to_be_visible()


# 14 pictures open large


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_small_in_its_message_and_opens_large(
    log_in: LogIn, mira: Agent, three: list[Ticket], kim_address: Address, run_pipeline: Run, size: dict[str, int]
) -> None:
    content = picture(1600, 1200)
    photo = File("zaehler.png", "image/png", len(content), files.put(content))
    write_again(three[0], kim_address, "Anbei ein Foto.", enclosed=(photo,))
    run_pipeline()
    page = open_at(log_in(mira, **size), three[0])
    shown = page.get_by_role("img", name="zaehler.png")
    expect(shown).to_be_visible()
    small = shown.bounding_box()
    assert small is not None and small["width"] <= 400
    with page.expect_popup() as opened:
        shown.click()
    large = opened.value.locator("img")
    expect(large).to_be_visible()
    assert large.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1600, 1200]


# 18 what became of each message


def test_each_message_says_in_words_what_became_of_it(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    def answer(text: str) -> Message:
        return actions.reply(three[0], Answer(text), actor=Actor.agent(mira.pk), at=clock.now())

    states = {
        answer("eins").pk: "geht gleich hinaus",
        actions.mark_sent(answer("zwei"), actor=SYSTEM, at=clock.now()).pk: "gesendet",
        actions.mark_delivered(answer("drei"), actor=SYSTEM, at=clock.now()).pk: "zugestellt",
        actions.mark_bounced(answer("vier"), reason="5.1.1", actor=SYSTEM, at=clock.now()).pk: "kam zurück",
        actions.mark_failed(
            answer("fünf"), reason="5.1.1", actor=SYSTEM, at=clock.now()
        ).pk: "konnte nicht gesendet werden",
    }
    page = open_at(log_in(mira), three[0])
    told = {key: page.locator(f"#m{key} .badge").all_inner_texts() for key in states}
    assert {key: [word for word in words if word == states[key]] for key, words in told.items()} == {
        key: [word] for key, word in states.items()
    }
    assert barriers(page) == []


# 37 the next concern


@pytest.mark.parametrize("size", SIZES)
def test_one_key_gives_the_next_concern_and_says_why(
    log_in: LogIn, mira: Agent, three: list[Ticket], size: dict[str, int]
) -> None:
    page = log_in(mira, opens="/workspace/", **size)
    page.keyboard.press("w")
    page.wait_for_url("**/tickets/**")
    assert urlsplit(page.url).path == f"/workspace/tickets/{three[0].pk}/"
    expect(page.locator("main")).to_contain_text("Jetzt dran, weil die Person seit 4 Stunden wartet.")
    assert barriers(page) == []


# 39 a conflict is told for its field


@pytest.mark.parametrize("size", SIZES)
def test_a_conflict_names_its_field_and_who_was_quicker_and_one_may_insist(
    log_in: LogIn, mira: Agent, admin: Agent, three: list[Ticket], size: dict[str, int]
) -> None:
    page = open_at(log_in(mira, **size), three[0])
    change = actions.Change(priority=3)
    actions.change(three[0], change, actor=Actor.agent(admin.pk), at=clock.now())
    page.keyboard.press("p")
    page.locator("#ticket-head").get_by_role("button", name="dringend").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Priorität nicht geändert")
    expect(told).to_contain_text("Jana Kowalski")
    assert Ticket.objects.get(pk=three[0].pk).priority == 3
    assert barriers(page) == []
    told.get_by_role("button", name="Trotzdem ändern").click()
    expect(page.locator("#ticket-head summary[data-key=p]")).to_contain_text("dringend")
    assert Ticket.objects.get(pk=three[0].pk).priority == 4


# 400 % zoom: a window of 1280 pixels is 320 wide then, and 256 high


@pytest.mark.parametrize("dark", [False, True])
def test_at_four_times_the_size_everything_is_reached_by_scrolling_down_alone(
    log_in: LogIn, mira: Agent, three: list[Ticket], dark: bool
) -> None:
    page = log_in(mira, width=320, height=256, dark=dark)
    ticket = f"/workspace/tickets/{three[0].pk}/"
    for address in (
        "/workspace/?view=team", f"{ticket}?view=team", "/workspace/search/?q=Abschlag", f"{ticket}snooze/",
        f"{ticket}decline/", f"{ticket}promises/", f"{ticket}handover/", "/workspace/filter/?view=open",
        "/workspace/profile/keys/", "/workspace/notices/", "/workspace/promises/", "/workspace/people/",
    ):  # fmt: skip
        page.goto(address)
        assert (address, page.evaluate(OVERHANG)) == (address, 0)
        assert (address, barriers(page)) == (address, [])


def test_at_four_times_the_size_an_answer_is_written_and_sent(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = open_at(log_in(mira, width=320, height=256), three[0])
    page.keyboard.press("r")
    field = page.get_by_label("Ihre Antwort")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    page.keyboard.type("Wir prüfen das.")
    # What one writes is not hidden behind what sticks to the edges of so small a window.
    assert page.evaluate(
        """() => {
          const field = document.activeElement.getBoundingClientRect();
          const middle = document.elementFromPoint(field.left + field.width / 2, Math.max(field.top, 0) + 24);
          return middle === document.activeElement;
        }"""
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert Message.objects.get(agent=mira).text.endswith("Wir prüfen das.")
    assert page.evaluate(OVERHANG) == 0
