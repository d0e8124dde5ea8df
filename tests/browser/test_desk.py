"""What only a browser shows of the desk: nothing runs out of its place, nothing moves, and the way back is there."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Attachment, Message, Ticket
from tests.browser.looks import OVERHANG

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Open = Callable[..., Ticket]
# How far anything in a part reaches beyond it, in pixels.
RUNS_OUT = """part => Math.max(...[...part.querySelectorAll("*")].map(
  each => each.getBoundingClientRect().right - part.getBoundingClientRect().right))"""


@pytest.fixture
def meters(open_ticket: Open, kim_address: Address, billing: Team, run_pipeline: Callable[[], int]) -> list[Ticket]:
    """Three concerns about a meter, the newest last, none of them Mira's own."""
    at = clock.now() - timedelta(hours=5)
    made = [
        actions.assign(
            open_ticket(kim_address, subject=f"Zähler {hour}", text="Der Zähler steht.", at=at + timedelta(hours=hour)),
            to=billing, actor=SYSTEM, at=at,
        )
        for hour in range(3)
    ]  # fmt: skip
    run_pipeline()
    return made


def answered(ticket: Ticket, mira: Agent) -> Message:
    return actions.reply(ticket, Answer("Wir kommen."), actor=Actor.agent(mira.pk), at=clock.now())


@pytest.mark.parametrize("width", [1440, 390])
def test_long_names_of_files_stay_in_their_card_and_a_crowd_of_them_unfolds(
    log_in: LogIn, mira: Agent, meters: list[Ticket], width: int
) -> None:
    message = Message.objects.filter(ticket=meters[0]).earliest("pk")
    long = "Zählerstandsprotokoll_mit_sehr_langem_Namen_ohne_jedes_Leerzeichen_" + "x" * 160
    Attachment.objects.bulk_create(
        Attachment(
            message=message, filename=f"{long}{number}.pdf", content_type="application/pdf", size=9, sha256="0" * 64
        )
        for number in range(40)
    )
    page = log_in(mira, width=width)
    page.goto(f"/workspace/tickets/{meters[0].pk}/")
    card = page.locator(f"#m{message.pk}")
    expect(card.locator(".attachments a:visible")).to_have_count(6)
    card.get_by_text("34 weitere zeigen").click()
    expect(card.locator(".attachments a:visible")).to_have_count(40)
    assert card.evaluate(RUNS_OUT) <= 0
    assert page.evaluate(OVERHANG) == 0


@pytest.mark.parametrize("width", [390, 360])
def test_what_was_not_delivered_stands_in_the_row_of_the_name(
    log_in: LogIn, mira: Agent, meters: list[Ticket], width: int
) -> None:
    for one in meters:
        actions.mark_failed(answered(one, mira), reason="5.1.1", actor=SYSTEM, at=clock.now())
    held = answered(meters[0], mira)
    Delivery.objects.create(message=held, due_at=clock.now(), attempts=1, code="connect_failed", trouble="server")
    page = log_in(mira, opens="/workspace/", width=width)
    name, told, field = (page.locator(f".topbar {each}") for each in (".wordmark", ".undelivered", "#search-q"))
    expect(page.get_by_role("link", name="3 nicht zugestellt")).to_be_visible()
    tops = [each.bounding_box() for each in (name, told, field)]
    assert tops[0]["y"] < tops[1]["y"] + tops[1]["height"] / 2 < tops[0]["y"] + tops[0]["height"]  # type: ignore[index]
    assert page.locator(".topbar").bounding_box()["height"] < 110  # type: ignore[index]
    assert page.evaluate(OVERHANG) == 0
    assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"] == []


def heights_of(views: Locator) -> list[float]:
    return [view.evaluate("view => view.getBoundingClientRect().height") for view in views.all()]


@pytest.mark.parametrize("width", [1600, 1440])
def test_a_view_that_is_chosen_moves_no_word(log_in: LogIn, mira: Agent, meters: list[Ticket], width: int) -> None:
    page = log_in(mira, opens="/workspace/", width=width)
    views = page.locator("#views a")
    found = []
    for view in ("mine", "unassigned", "open"):
        page.goto(f"/workspace/?view={view}")
        page.evaluate(
            "document.querySelectorAll('#views a').forEach(each => {"
            " each.querySelector('.count')?.remove();"
            " each.insertAdjacentHTML('beforeend', '<span class=count>1000+</span>') })"
        )
        found.append(heights_of(views))
    assert found[0] == found[1] == found[2]
    if width == 1600:  # beside its sign each is one line; below it, in the rail, it may take two
        assert len(set(found[0])) == 1


def test_from_the_search_through_what_was_found_and_back(log_in: LogIn, mira: Agent, meters: list[Ticket]) -> None:
    first, second, _third = meters
    page = log_in(mira)
    page.goto("/workspace/search/?q=Zähler")
    page.locator(f"#t{second.pk}").click()
    page.wait_for_url(f"**/tickets/{second.pk}/**")
    rows = page.locator(".pane-list .row-link")
    expect(rows).to_have_count(3)
    expect(page.locator(".pane-list [aria-current]")).to_contain_text("Zähler 1")
    expect(page.locator("#list-title")).to_have_text("Suche: Zähler")
    page.keyboard.press("j")
    page.wait_for_url(f"**/tickets/{first.pk}/**")
    page.keyboard.press("u")
    page.wait_for_url("**/search/**")
    expect(page.locator(f"#t{first.pk}")).to_be_focused()


def test_from_what_was_not_delivered_to_the_next_one(log_in: LogIn, mira: Agent, meters: list[Ticket]) -> None:
    for one in meters[:2]:
        actions.mark_failed(answered(one, mira), reason="5.1.1", actor=SYSTEM, at=clock.now())
    page = log_in(mira)
    page.goto("/workspace/undelivered/")
    page.locator(f"#t{meters[1].pk}").click()
    expect(page.locator(".pane-list .row-link")).to_have_count(2)
    page.get_by_role("button", name="So lassen").click()
    expect(page.get_by_text("Diese Antwort konnte nicht gesendet werden")).to_be_hidden()
    page.keyboard.press("j")
    page.wait_for_url(re.compile(rf"tickets/{meters[0].pk}/\?from=undelivered"))


@pytest.mark.parametrize("width", [1600, 1440, 1280, 390])
def test_the_table_of_mailboxes_fits(log_in: LogIn, admin: Agent, mailbox: Mailbox, brand: Brand, width: int) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(address="abrechnung.privatkunden@stadtwerke-lindenau.example")
    page = log_in(admin, width=width)
    page.goto("/workspace/settings/mailboxes/")
    assert page.locator(".table-frame").evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0


def test_a_delay_is_amber_and_in_words(log_in: LogIn, mira: Agent, meters: list[Ticket]) -> None:
    message = answered(meters[0], mira)
    due_at = clock.now() + timedelta(minutes=5)
    Delivery.objects.create(
        message=message, due_at=due_at, attempts=1, code="4.7.1", trouble="passing",
        error="451 4.7.1 Greylisted, please try again later",
    )  # fmt: skip
    for dark in (False, True):
        page = log_in(mira, dark=dark)
        page.goto(f"/workspace/tickets/{meters[0].pk}/")
        card = page.locator(f"#m{message.pk}")
        expect(card.locator(".badge-waiting")).to_have_text("wird noch versucht")
        expect(card.locator(".delay")).to_contain_text("Der Server am Ziel bat, es später noch einmal zu versuchen.")
        assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"] == []
