"""Due moments and legal deadlines in a real browser: by keyboard alone, at both widths, light and dark."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions.deadlines import set_deadline, ship_kinds
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
SIZES = [(1440, False), (390, True)]


@pytest.fixture
def late(
    calendar: Calendar,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    run_pipeline: Callable[[], int],
) -> Ticket:
    """A concern of two weeks ago that waited for the customer in between, and still waits for its first answer."""
    now = clock.now()
    ship_kinds(actor=SYSTEM, at=now)
    set_target(
        Wanted(first_minutes=240, resolution_minutes=60_000),
        reaches_back=False,
        actor=SYSTEM,
        at=now - timedelta(days=60),
    )
    ticket = open_ticket(kim_address, at=now - timedelta(days=14))
    for days, status in ((14, "waiting_customer"), (10, "open")):
        wanted = actions.Change(status=status, team=billing)
        actions.change(ticket, wanted, actor=SYSTEM, at=now - timedelta(days=days))
    run_pipeline()
    return ticket


def opened(page: Page, ticket: Ticket) -> Page:
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.keyboard.press("i")
    expect(page.get_by_role("dialog", name="Warum ist das dann fällig?")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_why_it_is_due_opens_by_a_key_and_tells_the_steps_in_order(
    log_in: LogIn, mira: Agent, late: Ticket, width: int, dark: bool
) -> None:
    page = log_in(mira, width=width, dark=dark)
    page.goto(f"/workspace/tickets/{late.pk}/")
    expect(page.locator("a.due")).to_contain_text("Erste Antwort überfällig seit")
    opened(page, late)
    dialog = page.get_by_role("dialog", name="Warum ist das dann fällig?")
    expect(dialog.get_by_role("heading", name="Erste Antwort überfällig")).to_be_visible()
    steps = dialog.locator(".why-one").first.get_by_role("listitem")
    expect(steps.nth(0)).to_contain_text("Der Vorgang ging ein")
    expect(steps.nth(1)).to_contain_text("Zielzeit: 4 Stunden Servicezeit")
    expect(steps.last).to_contain_text("Fällig")
    expect(dialog.get_by_text("Es wartete auf die Kundschaft.").first).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_nothing_of_it_is_fetched_before_it_is_asked_for(log_in: LogIn, mira: Agent, late: Ticket) -> None:
    page = log_in(mira)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/workspace/tickets/{late.pk}/")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if url.endswith("/due/")] == []
    opened(page, late)
    assert len([url for url in asked if url.endswith("/due/")]) == 1


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_a_deadline_is_set_by_keyboard_alone_and_its_last_day_is_shown_before(
    log_in: LogIn, mira: Agent, late: Ticket, width: int, dark: bool
) -> None:
    page = opened(log_in(mira, width=width, dark=dark), late)
    summary = page.locator("#deadline-new > summary")
    summary.focus()
    page.keyboard.press("Enter")
    kind = DeadlineKind.objects.get(code="withdrawal-refund")
    page.get_by_label("Welche Frist").select_option(str(kind.pk))
    page.get_by_label("Tag des Ereignisses").fill("2026-11-04")
    page.keyboard.press("Tab")
    expect(page.locator("#deadline-ends")).to_contain_text("Buß- und Bettag: Das Ende verschiebt sich (§ 193 BGB).")
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("Warum sie gesetzt wird").fill("Widerruf vom 4. November")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Warum ist das dann fällig?")).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text("hat gesetzt: Frist „Rückzahlung nach Widerruf“, bis 19.11.2026")
    assert Deadline.objects.get().last_on == date(2026, 11, 19)


def test_what_is_missing_is_said_in_the_dialog_and_what_was_typed_stays(
    log_in: LogIn, mira: Agent, late: Ticket
) -> None:
    page = opened(log_in(mira), late)
    page.locator("#deadline-new > summary").click()
    page.get_by_label("Tag des Ereignisses").fill("2001-01-01")
    kind = DeadlineKind.objects.get(code="energy-complaint")
    page.get_by_label("Welche Frist").select_option(str(kind.pk))
    page.get_by_label("Warum sie gesetzt wird").fill("Beschwerde")
    page.get_by_role("button", name="Frist setzen").click()
    expect(page.get_by_role("alert")).to_contain_text("An diesem Tag galt diese Regel nicht.")
    expect(page.get_by_label("Warum sie gesetzt wird")).to_have_value("Beschwerde")
    assert Deadline.objects.count() == 0


def test_a_deadline_is_fulfilled_with_its_reason(log_in: LogIn, mira: Agent, late: Ticket) -> None:
    kind = DeadlineKind.objects.get(code="energy-complaint")
    actor = Actor.agent(mira.pk)
    set_deadline(late, kind, starts_on=date(2026, 11, 16), why="Beschwerde", actor=actor, at=clock.now())
    page = opened(log_in(mira), late)
    page.locator("summary", has_text="Frist erfüllt").click()
    page.get_by_label("Wie sie erfüllt wurde").fill("Beantwortet")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("hat erfüllt: Frist „Antwort auf eine Beschwerde (Energie)“")
    assert Deadline.objects.get().settled_why == "Beantwortet"


def test_the_effect_of_a_target_follows_what_is_typed(log_in: LogIn, admin: Agent, late: Ticket) -> None:
    page = log_in(admin)
    page.goto("/workspace/settings/targets/")
    page.get_by_role("link", name="für alle Vorgänge").click()
    expect(page.locator("#effect")).to_contain_text("0 Vorgänge wären zu einer anderen Zeit fällig")
    page.get_by_label("Erste Antwort, in Stunden").fill("400")
    page.get_by_label("auch für das, was schon offen ist").check()
    expect(page.locator("#effect")).to_contain_text("1 Vorgang wäre zu einer anderen Zeit fällig")
    expect(page.locator("#effect")).to_contain_text("dann überfällig: 0")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("region", name="Meldungen")).to_contain_text("neu berechnet")


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_time_stands_beside_its_reason_and_not_under_it(
    log_in: LogIn, mira: Agent, late: Ticket, language: str
) -> None:
    Agent.objects.filter(pk=mira.pk).update(language=language)
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{late.pk}/due/")
    times = page.locator(".why-due .why-when:visible")
    expect(times).not_to_have_count(0)
    assert times.evaluate_all("times => Math.max(...times.map(time => time.scrollWidth - time.clientWidth))") == 0
