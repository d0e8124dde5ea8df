"""What automation decided, in a real browser: asked at the head of a concern, told beside it, settled by keyboard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Topic
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import WIDTHS, WITHIN, barriers, barriers_in_both

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


@pytest.fixture
def fresh(fresh: Ticket, calendar: Calendar) -> Ticket:
    """There are two topics that it may be about."""
    for code, name in (("umzug", "Umzug und Einzug"), ("abschlag", "Abschlag ändern")):
        accounts.create(Topic, code=code, name=name, actor=SYSTEM, at=clock.now())
    return fresh


@pytest.fixture
def decision(fresh: Ticket, mira: Agent) -> Decision:
    """The model thinks that it is about moving, and is not sure; the priority it has set, the team it will set."""
    model, at = Actor.model("triage@3"), clock.now()
    evidence = {"words": ["Abschlag", "zu hoch", "neue Wohnung"], "nearest": [fresh.pk], "model": "triage@3"}
    urgent = Proposal("priority:3", 0.97, "no-mailbox", mira.pk, evidence)
    approval.submit(fresh, "priority", urgent, actor=model, at=at)
    later = Proposal("language:en", 0.98, "no-mailbox", mira.pk, evidence)
    approval.submit(fresh, "language", later, actor=model, at=at, delay=timedelta(minutes=30))
    unsure = Proposal("topic:umzug", 0.72, "no-mailbox", mira.pk, evidence, (("topic:abschlag", 0.21),))
    return approval.submit(fresh, "topic", unsure, actor=model, at=at)


@pytest.mark.parametrize("size", WIDTHS)
def test_what_waits_stands_at_the_head_and_all_of_it_beside(
    log_in: LogIn, mira: Agent, decision: Decision, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{decision.ticket_id}/")
    asked = page.get_by_role("region", name="Die Automatik fragt: Welches Thema?")
    expect(asked).to_contain_text("Umzug und Einzug Sicherheit: mittel (72\u202f%)")
    expect(page.get_by_role("region", name="Das tut die Automatik gleich: Welche Sprache?")).to_be_visible()
    panel = page.locator("#panel-decisions")
    if size["width"] > 1000:
        panel.locator("summary").first.click()
        panel.locator(f"#decision-{decision.pk} > summary").click()
        expect(panel).to_contain_text("Abschlag ändern (21 %)")
        assert panel.evaluate(WITHIN)
    assert barriers_in_both(page) == []
    assert page.locator("#timeline").evaluate(WITHIN)


def test_with_the_keyboard_one_is_confirmed_one_changed_and_one_stopped(
    log_in: LogIn, mira: Agent, decision: Decision, fresh: Ticket
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    about_to = page.get_by_role("region", name="Das tut die Automatik gleich: Welche Sprache?")
    about_to.get_by_role("button", name="Anhalten").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Angehalten. Es wurde nichts geändert.")
    asked = page.get_by_role("region", name="Die Automatik fragt: Welches Thema?")
    asked.get_by_role("link", name="Ändern").press("Enter")
    dialog = page.get_by_role("dialog", name="Welches Thema?")
    expect(dialog.get_by_label("Was ist richtig?")).to_be_focused()
    assert barriers(page) == []
    dialog.get_by_label("Was ist richtig?").select_option("Abschlag ändern")
    dialog.get_by_role("button", name="Auswahl übernehmen").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Berichtigt. Die Automatik lernt daraus.")
    expect(dialog).not_to_be_visible()
    expect(asked).to_have_count(0)
    panel = page.locator("#panel-decisions")
    panel.locator("summary").first.press("Enter")
    urgency = panel.locator("details").filter(has_text="Wie dringend?")
    urgency.locator("> summary").press("Enter")
    urgency.get_by_role("button", name="Stimmt").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Bestätigt. Die Automatik lernt daraus.")
    fresh.refresh_from_db()
    said = dict(Decision.objects.values_list("question", "settled_as"))
    assert said == {"topic": "corrected", "language": "stopped", "priority": "confirmed"}
    assert (fresh.topic, fresh.priority) == ("abschlag", 3)


def test_without_a_script_it_works_too(
    chromium: Any, site: str, log_in: LogIn, mira: Agent, decision: Decision, fresh: Ticket
) -> None:
    cookies = log_in(mira).context.cookies()
    context = chromium.new_context(base_url=site, locale="de-DE", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.get_by_role("region", name="Die Automatik fragt: Welches Thema?").get_by_role("link", name="Ändern").click()
    page.get_by_label("Was ist richtig?").select_option("Abschlag ändern")
    page.get_by_role("button", name="Auswahl übernehmen").click()
    expect(page.locator("#timeline")).to_contain_text("berichtigt: Abschlag ändern")
    context.close()
    fresh.refresh_from_db()
    assert fresh.topic == "abschlag"


@pytest.mark.parametrize("size", WIDTHS)
def test_the_list_of_proposals_is_without_a_barrier(
    log_in: LogIn, mira: Agent, decision: Decision, size: dict[str, Any]
) -> None:
    page = log_in(mira, **size)
    page.goto("/workspace/proposals/")
    expect(page.get_by_text("Umzug und Einzug")).to_be_visible()
    page.get_by_text("Worauf das beruht").click()
    assert barriers_in_both(page) == []
    assert page.locator("main").first.evaluate(WITHIN)
    page.get_by_role("button", name="Stimmt").click()
    expect(page.get_by_text("Die Automatik fragt nichts")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("Bestätigt.")


@pytest.mark.parametrize("size", WIDTHS)
def test_what_the_customer_wants_checked_is_in_view_at_once_and_answered_with_the_keyboard(
    log_in: LogIn, mira: Agent, decision: Decision, fresh: Ticket, size: dict[str, Any]
) -> None:
    urgent = Decision.objects.get(question="priority")
    contest(urgent, actor=Actor.person(fresh.person_id), at=clock.now())
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    asked = page.get_by_role("region", name="Die Kundschaft bittet um Prüfung durch einen Menschen")
    expect(asked).to_be_in_viewport()  # wherever the timeline stands
    asked.get_by_role("link", name="Prüfung beantworten: Wie dringend?").press("Enter")
    dialog = page.get_by_role("dialog", name="Wie dringend?")
    expect(dialog.get_by_label("Was haben Sie festgestellt?")).to_be_focused()
    assert barriers_in_both(page) == []
    page.keyboard.type("Zur")
    page.keyboard.press("Tab")
    page.keyboard.type("Niemand ist in Gefahr.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Die Prüfung ist festgehalten.")
    expect(asked).to_have_count(0)
    expect(page.locator("#timeline")).to_contain_text("Zurückgenommen. Grund: Niemand ist in Gefahr.")
    urgent.refresh_from_db()
    assert (urgent.settled_as, urgent.settled_by) == ("undone", mira)
