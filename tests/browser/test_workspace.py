"""An agent's day at the screen, in a real browser."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.flow.channels.mailroom.send import outbox_folder
from anliegen.flow.macros.actions import create as create_macro
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Promised, Received
from anliegen.records.tickets.models import Message, Note, Promise, Ticket
from anliegen.records.tickets.view_filters import Filter
from tests.browser.looks import FIVE, barriers, barriers_in_both, broken, turn
from tests.browser.pages import WORKSPACE

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """Kim wrote a few minutes ago."""
    at = clock.now() - timedelta(minutes=5)
    return actions.assign(open_ticket(kim_address, at=at), to=billing, actor=SYSTEM, at=at)


def write_again(ticket: Ticket, address: Address, text: str, at: datetime) -> None:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text=text,
        from_name="Kim Berger",
        from_address=address.value,
        written_at=at,
    )
    actions.receive(received, ticket=ticket, at=at)


def test_from_the_list_to_an_answer_and_back_with_the_keyboard_alone(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira, opens="/workspace/")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**view=team")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/**")
    page.keyboard.press("r")
    expect(page.get_by_label("Ihre Antwort")).to_be_focused()
    page.keyboard.type("Wir prüfen das.")
    page.keyboard.press("Control+Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Die Antwort an Kim Berger geht gleich hinaus.")
    expect(page.locator("#timeline")).to_contain_text("Wir prüfen das.")
    expect(page.locator("#ticket-head")).to_contain_text("wartet auf Kundschaft")
    message = Message.objects.get(direction="out")
    assert message.text == "Guten Tag Kim Berger,\n\nWir prüfen das."

    toast.get_by_role("button", name="Zurücknehmen").click()
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nWir prüfen das.")
    message.refresh_from_db()
    assert message.state == "cancelled"
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator(f"#t{fresh.pk}")).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
def test_resolving_tells_the_customer_with_two_keys_and_can_be_taken_back(
    log_in: LogIn, mira: Agent, fresh: Ticket, width: int
) -> None:
    page = log_in(mira, width=width)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("e")
    field = page.get_by_label("Nachricht an Kim Berger")
    expect(field).to_be_focused()
    assert barriers(page) == []
    page.keyboard.type(" Der Abschlag ist gesenkt.")
    page.keyboard.press("Control+Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Gelöst. Die Nachricht an Kim Berger geht gleich hinaus.")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#ticket-head")).to_contain_text("gelöst")
    message = Message.objects.get(direction="out")
    assert "„Abschlag“ erledigt. Der Abschlag ist gesenkt.\n\n" in message.text

    toast.get_by_role("button", name="Zurücknehmen").click()
    expect(page.locator("#ticket-head")).to_contain_text("in Bearbeitung")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(message.text)
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_a_note_looks_unlike_an_answer_and_stays_inside(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("n")
    expect(page.locator("#compose-note")).to_contain_text("nur für Ihr Team, wird nie gesendet")
    page.keyboard.type("Anfangsstand falsch erfasst.")
    page.get_by_role("button", name="Notiz festhalten").click()
    expect(page.locator("#timeline .note")).to_contain_text("Anfangsstand falsch erfasst.")
    assert Note.objects.get().agent_id == mira.pk
    assert not Message.objects.filter(direction="out").exists()


def test_taking_on_and_changing_fields(log_in: LogIn, mira: Agent, tom: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("a")
    head = page.locator("#ticket-head")
    expect(head.locator("summary", has_text="Bearbeitung")).to_contain_text("Mira Yılmaz")
    page.keyboard.press("p")
    page.get_by_role("button", name="dringend").click()
    expect(head.locator("summary[data-key=p]")).to_contain_text("dringend")
    page.keyboard.press("l")
    page.get_by_role("textbox", name="Schlagwörter").fill("umzug, abschlag")
    page.get_by_role("button", name="Schlagwörter speichern").click()
    expect(page.locator("#ticket-head .chip").first).to_contain_text("abschlag")
    expect(page.locator(f"#t{fresh.pk}")).to_contain_text("dringend")
    fresh.refresh_from_db()
    assert (fresh.assignee_id, fresh.priority, fresh.tags) == (mira.pk, 4, ["abschlag", "umzug"])


def test_new_mail_appears_by_itself_and_typing_goes_on(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim_address: Address, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    page = log_in(mira)
    with page.expect_response("**/stream*"):
        page.goto(f"/workspace/tickets/{fresh.pk}/?view=team")
    page.keyboard.press("r")
    page.keyboard.type("Ich schreibe gerade")
    write_again(fresh, kim_address, "Hat sich erledigt!", clock.now())
    run_pipeline()
    expect(page.locator("#timeline")).to_contain_text("Hat sich erledigt!")
    expect(page.locator("#news")).to_contain_text("1 neu")
    page.keyboard.type(" weiter.")
    field = page.get_by_label("Ihre Antwort")
    expect(field).to_have_value("Guten Tag Kim Berger,\n\nIch schreibe gerade weiter.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply")).to_contain_text("Es gibt Neues")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nIch schreibe gerade weiter.")
    page.get_by_role("button", name="Trotzdem senden").click()
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")


def test_what_was_typed_survives_leaving_the_page(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("Halb fertig")
    page.goto("/workspace/")
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nHalb fertig")


def test_what_the_search_found_is_walked_with_the_keyboard(
    log_in: LogIn, mira: Agent, fresh: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    page = log_in(mira, opens="/workspace/")
    page.keyboard.press("/")
    page.keyboard.type(fresh.subject)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    page.keyboard.press("j")
    expect(page.locator(f"#t{fresh.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/workspace/tickets/{fresh.pk}/**")


def test_the_search_finds_and_opens(log_in: LogIn, mira: Agent, fresh: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    page = log_in(mira, opens="/workspace/")
    page.keyboard.press("/")
    page.keyboard.type("Abschläge")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("Abschlag")
    page.keyboard.press("/")
    page.keyboard.type(f"#{fresh.pk}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Abschlag")).to_be_visible()


def test_the_sheet_of_shortcuts_names_them(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_contain_text("Antworten")


@pytest.fixture
def kept(fresh: Ticket, mira: Agent) -> str:
    """An answer that failed, and the mail it was."""
    said = actions.reply(fresh, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=clock.now())
    actions.mark_failed(said, reason="5.1.1", actor=SYSTEM, at=clock.now())
    file = outbox_folder() / f"20261116-090000-{said.pk}.eml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("From: a@example.org\nTo: kim@example.org\nSubject: Abschlag\n\nWir prüfen das.\n", "utf-8")
    return file.name


@pytest.fixture
def promise(fresh: Ticket, mira: Agent) -> Promise:
    """Something that Mira promised Kim."""
    promised = Promised("Ich rufe Sie zurück.", clock.now() + timedelta(days=2), mira)
    return actions.promise(fresh, promised, actor=Actor.agent(mira.pk), at=clock.now())


@pytest.fixture
def decision(fresh: Ticket, mira: Agent) -> Decision:
    """Something that automation asks about Kim's concern."""
    unsure = Proposal("priority:4", 0.7, "no-mailbox", mira.pk, {"words": ["Abschlag"]})
    return approval.submit(fresh, "priority", unsure, actor=Actor.model("triage@1"), at=clock.now())


def test_axe_finds_no_barrier_and_nothing_sticks_out(
    log_in: LogIn,
    mira: Agent,
    admin: Agent,
    fresh: Ticket,
    kept: str,
    promise: Promise,
    decision: Decision,
    run_pipeline: Callable[[], int],
) -> None:
    given = actions.pass_on(fresh, to=mira, summary="Bitte", actor=Actor.agent(admin.pk), at=clock.now())
    run_pipeline()
    saved = actions.create_view(
        name="Umzüge", symbol="tag", wanted=Filter(tag=("umzug",)), order="newest", owner=mira, reach="own", team=None,
        actor=Actor.agent(mira.pk), at=clock.now(),
    )  # fmt: skip
    macro = create_macro(name="Eilig", priority=4, adds_tags=["eilig"], actor=Actor.agent(mira.pk), at=clock.now())
    keys = {"ticket": fresh.pk, "saved": saved.pk, "mail": kept, "promise": promise.pk, "macro": macro.pk}
    keys |= {"decision": decision.pk, "handover": given.pk, "message": fresh.messages.get(direction="in").pk}
    page = log_in(mira, opens="/workspace/", width=FIVE[0].width)
    for pattern in WORKSPACE:
        address = pattern.format(**keys)
        turn(page, FIVE[0])
        page.goto(address)
        if pattern == "/workspace/tickets/{ticket}/":
            page.locator("[data-open=compose-reply]").click()
        assert (address, broken(page, FIVE)) == (address, [])


def test_axe_finds_no_barrier_on_the_login_page(window: Callable[..., Page], mira: Agent) -> None:
    page = window(width=390)
    page.goto("/workspace/login/")
    assert barriers_in_both(page) == []
