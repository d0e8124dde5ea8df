"""A waiting version beside the speaking one, in a real browser; and a topic said as an exception, by keyboard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision, Learnt, Told
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Operator, Team, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import WIDTHS, barriers, barriers_in_both

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
TRIAL = {"n": 40, "right": 0.9, "low": 0.78, "high": 0.96, "silent": 0.05, "calibration": 0.02}
# What the speaking and the waiting version said, and a person; how often.
SAID = [("umzug", "umzug", "umzug", 3), ("umzug", "gas", "gas", 2), ("gas", "", "gas", 1), ("gas", "gas", None, 1)]


@pytest.fixture
def tickets(
    open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, calendar: Calendar
) -> list[Ticket]:
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(minutes=30)
    for code, name in (("umzug", "Umzug und Einzug"), ("gas", "Gasanschluss")):
        accounts.create(Topic, code=code, name=name, actor=SYSTEM, at=at)
    count = sum(times for *_said, times in SAID)
    made = [open_ticket(kim_address, at=at, subject=f"Anliegen {number}") for number in range(count)]
    return [actions.assign(one, to=billing, actor=SYSTEM, at=at) for one in made]


@pytest.fixture
def read(tickets: list[Ticket], admin: Agent) -> list[Ticket]:
    """Two versions have read them all, and of most a person has said what they are about."""
    at = clock.now()
    for version, state in ((1, "speaking"), (2, "waiting")):
        Learnt.objects.create(
            version=version, state=state, sha256=str(version) * 64, size=1, seconds=1, examples=40, topics=2,
            sheet={"examples": 40, "sources": {}, "topics": {}, "left_out": 0}, groups={"all": TRIAL, "by": {}},
            figures={"trial": TRIAL, "speaking": None}, learnt_at=at, responsible=admin, settled_by=admin,
        )  # fmt: skip
    said = [one for *one, times in SAID for _time in range(times)]
    for ticket, (old, new, told) in zip(tickets, said, strict=True):
        for version, topic in ((1, old), (2, new)):
            proposal = Proposal(f"topic:{topic}" if topic else "", 0.8, "no-mailbox", admin.pk)
            actor = Actor.model(f"triage@{version}")
            approval.submit(ticket, "topic", proposal, actor=actor, at=at, is_shadow=version == 2)
        if told is not None:
            message = ticket.messages.get()
            Told.objects.create(ticket=ticket, message=message, topic=told, by="set", agent=admin, told_at=at)
    Told.objects.filter(ticket=tickets[0]).update(is_exception=True)
    return tickets


@pytest.mark.parametrize("size", WIDTHS)
def test_the_comparison_is_read_at_any_width(
    log_in: LogIn, admin: Agent, read: list[Ticket], size: dict[str, Any]
) -> None:
    page = log_in(admin, **size)
    page.goto("/workspace/settings/learnt/")
    expect(page.get_by_role("heading", name="Fassung 2 neben Fassung 1")).to_be_visible()
    expect(page.get_by_text("noch zu wenige (5 von 50)")).to_be_visible()
    judged = page.get_by_role("table", name="Wer recht hatte")
    # One of the six is an exception and counts nowhere.
    # Narrow, a row stands below itself.
    rows = [" ".join(row.split()) for row in judged.locator("tbody tr").all_inner_texts()]
    assert rows == ["beide 2", "nur Fassung 1 1", "nur Fassung 2 2", "keine 0"]
    expect(page.get_by_role("table", name="Ausnahmen, aus denen nicht gelernt wird")).to_contain_text("Anliegen 0")
    assert barriers_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name=f"#{read[3].pk}").press("Enter")
    expect(page).to_have_url(f"/workspace/tickets/{read[3].pk}/")


def test_a_topic_is_said_as_an_exception_with_the_keyboard_and_taken_back(
    log_in: LogIn, mira: Agent, tickets: list[Ticket]
) -> None:
    ticket = tickets[0]
    proposal = Proposal("topic:umzug", 0.7, "no-mailbox", mira.pk, {"words": ["Umzug"], "nearest": [tickets[1].pk]})
    decision = approval.submit(ticket, "topic", proposal, actor=Actor.model("triage@1"), at=clock.now())
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    asked = page.get_by_role("region", name="Die Automatik fragt: Welches Thema?")
    asked.get_by_role("link", name="Ändern").press("Enter")
    dialog = page.get_by_role("dialog", name="Welches Thema?")
    dialog.locator("summary").get_by_text("Worauf das beruht").press("Enter")
    expect(dialog.get_by_text("Genau für die Stimme der Wörter allein")).to_be_visible()
    expect(dialog.get_by_role("link", name=f"#{tickets[1].pk}")).to_be_visible()
    dialog.get_by_label("Was ist richtig?").select_option("Gasanschluss")
    dialog.get_by_label("Ausnahme, nicht daraus lernen").press("Space")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Auswahl übernehmen").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Die Automatik lernt nicht daraus.")
    assert Told.objects.get().is_exception
    panel = page.locator("#panel-decisions")
    panel.locator("summary").first.press("Enter")
    panel.locator(f"#decision-{decision.pk} > summary").press("Enter")
    expect(panel).to_contain_text("Eine Ausnahme")
    panel.get_by_role("button", name="Doch daraus lernen").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Die Automatik lernt daraus.")
    assert not Told.objects.get().is_exception
    assert Decision.objects.get(pk=decision.pk).settled_choice == "topic:gas"
