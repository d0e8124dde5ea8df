"""Detail 15: a summary says up to which message it goes and leads to the sentences it rests on. By keyboard alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Handover, Message, Ticket
from tests.browser.looks import barriers, sticks_out

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
SIZES = [pytest.param({"width": 1440}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone, dark")]
FIRST = "Seit gestern zeigt mein Zähler 1ESY1160012345 nichts mehr an."


def answer(ticket: Ticket, agent: Agent, text: str, minutes: int) -> Message:
    at = clock.now() - timedelta(minutes=minutes)
    return actions.reply(ticket, Answer(text=text), actor=Actor.agent(agent.pk), at=at)


@pytest.fixture
def long(
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    mira: Agent,
    run_pipeline: Callable[[], int],
) -> Ticket:
    """Seven messages: the first one of the customer's lies folded away."""
    made = actions.assign(
        open_ticket(kim_address, at=clock.now() - timedelta(hours=3)), to=billing, actor=SYSTEM, at=clock.now()
    )
    text = f"Guten Tag,\n\n{FIRST} Können Sie\njemanden schicken?\n\nViele Grüße\nKim"
    Message.objects.filter(ticket=made).update(text=text, language="de")
    for number in range(5):
        answer(made, mira, f"Guten Tag,\nwir haben Schritt {number} der Prüfung abgeschlossen.", 60 - number)
    answer(made, mira, "Guten Tag,\nwir schicken Ihnen am Freitag einen Monteur. Ist dann jemand zu Hause?", 20)
    run_pipeline()
    return made


@pytest.mark.parametrize("size", SIZES)
def test_a_long_conversation_is_summed_up_and_each_line_leads_to_its_sentence(
    log_in: LogIn, mira: Agent, long: Ticket, size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{long.pk}/")
    summary = page.locator("#summary")
    summary.scroll_into_view_if_needed()  # the newest message was in view
    expect(summary.locator("summary")).to_contain_text("(Nr. 7 von 7)")
    expect(summary.locator("summary")).to_contain_text("Automatik")
    page.keyboard.press("S")
    expect(summary).to_have_attribute("open", "")
    expect(summary).to_contain_text("Worauf wir warten")
    assert barriers(page) == []
    assert sticks_out(page) == 0
    summary.get_by_role("link", name="Können Sie jemanden schicken?").focus()
    page.keyboard.press("Enter")
    marked = page.locator("mark.sentence")
    expect(marked.first).to_be_focused()
    expect(marked.first).to_be_in_viewport()
    assert "".join("".join(marked.all_text_contents()).split()) == "KönnenSiejemandenschicken?"
    assert barriers(page) == []
    page.keyboard.press("S")  # folds it
    page.keyboard.press("S")  # and back, with the focus at its head
    summary.get_by_role("link", name="1ESY1160012345").focus()
    page.keyboard.press("Enter")
    assert "".join("".join(marked.all_text_contents()).split()) == "".join(FIRST.split())
    expect(marked).to_have_count(1)


def test_a_newer_message_is_said_to_be_missing_until_the_summary_is_renewed(
    log_in: LogIn, mira: Agent, long: Ticket, run_pipeline: Callable[[], int]
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{long.pk}/")
    page.keyboard.press("S")
    expect(page.locator("#summary summary")).to_contain_text("(Nr. 7 von 7)")
    expect(page.locator("#summary-head")).to_be_in_viewport()
    page.wait_for_function("document.body.dataset.tab")
    page.wait_for_timeout(500)  # until the page listens
    answer(long, mira, "Guten Tag,\nwir melden uns morgen noch einmal.", 0)
    run_pipeline()
    notice = page.locator("#summary-newer")
    expect(notice).to_contain_text("Seitdem kam eine Nachricht, die noch nicht darin ist.")
    notice.get_by_role("link", name="Erneuern").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#summary summary")).to_contain_text("(Nr. 8 von 8)")
    expect(page.locator("#summary")).to_contain_text("wir melden uns morgen noch einmal.")


def test_a_short_one_is_summed_up_on_demand_and_its_first_line_is_proposed_when_handing_over(
    log_in: LogIn, mira: Agent, admin: Agent, open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team,
    run_pipeline: Callable[[], int],
) -> None:  # fmt: skip
    made = actions.assign(open_ticket(kim_address, at=clock.now()), to=billing, actor=SYSTEM, at=clock.now())
    Message.objects.filter(ticket=made).update(text=FIRST, language="de")
    run_pipeline()
    page = log_in(mira, width=390)
    page.goto(f"/workspace/tickets/{made.pk}/")
    page.keyboard.press("S")
    expect(page.locator("#summary")).to_contain_text("(Nr. 1 von 1)")
    expect(page.locator("#summary-head")).to_be_in_viewport()
    expect(page.locator("#summary a[data-sentence]").first).to_have_text(FIRST)
    page.keyboard.press("o")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("Automatik.*Vorschlag aus der Zusammenfassung"))
    field = (
        dialog.get_by_label("Wie es steht")
        if dialog.get_by_label("Wie es steht").count()
        else page.locator("#id_summary")
    )
    expect(field).to_have_value("")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Übernehmen").focus()
    page.keyboard.press("Enter")
    expect(field).to_have_value(FIRST)
    dialog.get_by_role("button", name="Übergeben").focus()
    dialog.locator("select").select_option(label="Jana Kowalski")
    dialog.get_by_role("button", name="Übergeben").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#ticket-head")).to_contain_text("Jana Kowalski")
    assert Handover.objects.get().summary == FIRST
