"""What only a browser shows of lists: choosing, narrowing, pinning, and coming back to where one was."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Pin, SavedView, Ticket
from anliegen.records.tickets.view_filters import Filter
from tests.browser.looks import OVERHANG, Look, barriers, barriers_in_both, broken

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Open = Callable[..., Ticket]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def many(open_ticket: Open, billing: Team, run_pipeline: Callable[[], int]) -> list[Ticket]:
    """Forty concerns of billing, the newest first; every fourth about a move."""
    at = clock.now() - timedelta(hours=40)
    made = []
    for hour in range(40):
        address = customers.meet(kind="email", value=f"p{hour}@example.org", name=f"Person {hour}", actor=SYSTEM, at=at)
        ticket = open_ticket(address, subject=f"Anliegen {hour}", at=at + timedelta(hours=hour))
        tags = ["umzug"] if hour % 4 == 0 else []
        made.append(actions.change(ticket, Change(team=billing, tags=tags), actor=SYSTEM, at=at))
    run_pipeline()
    Ticket.objects.filter(pk=made[36].pk).update(promised_for=clock.now() + timedelta(hours=3))
    Ticket.objects.filter(pk=made[35].pk).update(promised_for=clock.now() - timedelta(hours=3))
    Ticket.objects.filter(pk=made[39].pk).update(due_at=clock.now() + timedelta(hours=5), due_for="first")
    return made[::-1]


def view(owner: Agent, name: str, **wanted: tuple[str, ...]) -> SavedView:
    return actions.create_view(
        name=name, symbol="star", wanted=Filter(**wanted), order="newest", owner=owner, reach="own", team=None,
        actor=Actor.agent(owner.pk), at=clock.now(),
    )  # fmt: skip


def chosen(page: Page) -> list[bool]:
    return [box.is_checked() for box in page.locator(".row-pick input").all()]


def test_x_chooses_the_line_under_the_hand_and_shift_all_between(
    log_in: LogIn, mira: Agent, many: list[Ticket]
) -> None:
    page = log_in(mira)
    page.goto("/workspace/?view=team")
    bar = page.locator("#many")
    expect(bar).to_be_hidden()
    for key in "jxjx":
        page.keyboard.press(key)
    assert chosen(page)[:3] == [True, True, False]
    expect(bar.get_by_role("status")).to_have_text("2 ausgewählt")
    page.keyboard.press("x")
    assert chosen(page)[:3] == [True, False, False]
    boxes = page.locator(".row-pick input")
    boxes.nth(2).click()
    boxes.nth(6).click(modifiers=["Shift"])
    assert chosen(page)[:8] == [True, False, True, True, True, True, True, False]
    bar.get_by_role("button", name="Alle auf dieser Seite").click()
    assert chosen(page) == [True] * 40
    bar.get_by_role("button", name="Keine").click()
    expect(bar).to_be_hidden()


def test_many_are_changed_from_the_keyboard_with_what_changes_in_view_and_taken_back(
    log_in: LogIn, mira: Agent, many: list[Ticket]
) -> None:
    page = log_in(mira)
    page.goto("/workspace/?view=team")
    for key in "jxjxB":
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Mehrere Vorgänge ändern")
    dialog.get_by_label("Priorität").select_option(label="dringend")
    expect(dialog.locator("#many-preview li")).to_have_count(2)
    expect(dialog.locator("#many-preview li").first).to_contain_text("dringend")
    assert barriers(page, WCAG) == []
    dialog.get_by_label("Schlagwörter hinzufügen").fill("rückruf")
    expect(dialog.locator("#many-preview li").first).to_contain_text("rückruf")
    dialog.get_by_role("button", name="2 Vorgänge ändern").click()
    expect(dialog.get_by_text("2 Vorgänge sind geändert.")).to_be_focused()
    assert {(one.priority, *one.tags) for one in Ticket.objects.filter(pk__in=[t.pk for t in many[:2]])} == {
        (4, "rückruf")
    }
    dialog.get_by_role("button", name="Alles zurücknehmen").click()
    expect(page.get_by_text("2 Vorgänge sind wieder wie vorher.")).to_be_visible()
    assert Ticket.objects.filter(priority=4).count() == 0
    page.get_by_role("link", name="Zurück zur Liste").click()
    page.wait_for_url("**/workspace/?view=team")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_list_is_narrowed_in_a_dialog_and_by_taking_chips_away(
    log_in: LogIn, mira: Agent, many: list[Ticket], width: int
) -> None:
    page = log_in(mira, width=width)
    page.goto("/workspace/?view=team")
    page.keyboard.press("F")
    dialog = page.get_by_role("dialog", name="Filter")
    dialog.get_by_label("Schlagwörter").fill("umzug")
    dialog.get_by_label("Zusage").select_option("any")
    assert barriers_in_both(page) == []
    dialog.get_by_role("button", name="Anzeigen").click()
    page.wait_for_url("**/workspace/?view=team&tag=umzug&promise=any")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text("zugesagt für ")
    assert broken(page, [Look(width, dark=False), Look(width, dark=True)]) == []
    page.get_by_role("group", name="Eingegrenzt durch").get_by_role("link").last.click()
    page.wait_for_url("**/workspace/?view=team&tag=umzug")
    expect(page.locator("[data-row]")).to_have_count(10)


def test_a_filter_is_saved_as_a_view_and_counts_in_the_rail(log_in: LogIn, mira: Agent, many: list[Ticket]) -> None:
    page = log_in(mira)
    page.goto("/workspace/?view=open&tag=umzug")
    page.keyboard.press("V")
    page.wait_for_url("**/views/new/**")
    expect(page.get_by_text("10 Vorgänge, die Sie sehen dürfen")).to_be_visible()
    page.get_by_label("Name").fill("Umzüge")
    page.get_by_role("button", name="Ansicht speichern").click()
    page.wait_for_url("**/workspace/?saved=*")
    entry = page.locator("#saved a[aria-current]")
    expect(entry).to_contain_text("Umzüge")
    expect(entry.locator(".count")).to_contain_text("10")
    page.goto("/workspace/")
    page.keyboard.press("g")
    page.keyboard.press("1")
    page.wait_for_url("**/workspace/?saved=*")


def test_back_from_a_ticket_the_list_stands_where_it_was(log_in: LogIn, mira: Agent, many: list[Ticket]) -> None:
    page = log_in(mira)
    page.goto("/workspace/?view=team")
    for key, back in (("Escape", many[25]), ("u", many[30])):
        row = page.locator(f"#t{back.pk}")
        row.scroll_into_view_if_needed()
        page.evaluate("scrollBy(0, 120)")
        before = page.evaluate("scrollY")
        assert before > 300
        row.click()
        page.wait_for_url("**/tickets/**")
        page.keyboard.press(key)
        page.wait_for_url("**/workspace/?view=team#t*")
        expect(page.locator(f"#t{back.pk}")).to_be_focused()
        page.wait_for_function(f"Math.abs(scrollY - {before}) < 2")


def test_escape_closes_what_is_open_before_it_leaves(log_in: LogIn, mira: Agent, many: list[Ticket]) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{many[0].pk}/?view=team")
    page.locator(".ticket-state summary").first.click()
    page.keyboard.press("Escape")
    expect(page.locator("details[data-menu][open]")).to_have_count(0)
    expect(page).to_have_url(re.compile("/tickets/"))
    page.keyboard.press("r")
    page.keyboard.press("Escape")  # leaves the field
    expect(page).to_have_url(re.compile("/tickets/"))


@pytest.mark.parametrize("width", [1440, 390])
def test_a_pin_survives_reload_and_change_of_device(log_in: LogIn, mira: Agent, many: list[Ticket], width: int) -> None:
    page = log_in(mira, width=width)
    page.goto(f"/workspace/tickets/{many[0].pk}/?view=team")
    page.keyboard.press("P")
    expect(page.get_by_role("button", name="Lösen", exact=True)).to_have_attribute("aria-pressed", "true")
    assert Pin.objects.get().ticket == many[0]
    page.reload()
    expect(page.get_by_role("button", name="Lösen", exact=True)).to_be_visible()
    elsewhere = log_in(mira, opens="/workspace/", width=width)
    if width == 390:
        elsewhere.get_by_role("button", name="Menü").click()
    elsewhere.get_by_role("link", name=f"#{many[0].pk}").first.click()
    elsewhere.wait_for_url(f"**/tickets/{many[0].pk}/")
    elsewhere.keyboard.press("P")
    expect(elsewhere.locator("#pins a")).to_have_count(0)


@pytest.mark.parametrize("width", [1600, 1440, 390])
def test_the_rail_stays_legible_with_twenty_views(log_in: LogIn, mira: Agent, many: list[Ticket], width: int) -> None:
    for number in range(20):
        view(mira, f"Zuständigkeit {number}", tag=("umzug",))
    actions.pin(many[0], agent=mira, actor=Actor.agent(mira.pk), at=clock.now())
    page = log_in(mira, opens="/workspace/", width=width)
    if width == 390:
        page.get_by_role("button", name="Menü").click()
    expect(page.locator("#saved .count")).to_have_count(20)
    side = page.locator("#side")
    # Nothing is cut, nothing lies on the top, and the last one can be reached.
    assert side.evaluate("side => side.scrollWidth - side.clientWidth") <= 0
    if width > 390:
        top = page.locator(".topbar").bounding_box()
        assert side.bounding_box()["y"] >= top["y"] + top["height"] - 1  # type: ignore[index]
    page.locator("#saved a", has_text="Zuständigkeit 19").scroll_into_view_if_needed()
    expect(page.locator("#saved a", has_text="Zuständigkeit 19")).to_be_in_viewport()
    assert page.evaluate(OVERHANG) == 0
    assert barriers(page, WCAG) == []


def test_what_comes_meanwhile_is_announced_and_moves_nothing(
    log_in: LogIn, mira: Agent, many: list[Ticket], open_ticket: Open, run_pipeline: Callable[[], int]
) -> None:
    page = log_in(mira)
    page.goto("/workspace/?view=open&tag=umzug")
    first = page.locator("[data-row]").first.inner_text()
    address = customers.meet(kind="email", value="neu@example.org", name="Neu", actor=SYSTEM, at=clock.now())
    ticket = open_ticket(address, subject="Neu", at=clock.now())
    actions.change(ticket, Change(tags=["umzug"]), actor=SYSTEM, at=clock.now())
    run_pipeline()
    expect(page.get_by_role("link", name="1 neu")).to_be_visible()
    assert page.locator("[data-row]").first.inner_text() == first
    page.get_by_role("link", name="1 neu").click()
    expect(page.locator("[data-row]").first).to_contain_text("Neu")
    expect(page).to_have_url(re.compile(r"view=open&tag=umzug"))


def test_keys_lead_to_each_view(log_in: LogIn, mira: Agent, many: list[Ticket]) -> None:
    page = log_in(mira, opens="/workspace/")
    keys = {"w": "waiting", "p": "promised", "f": "due", "i": "mentioned", "k": "unplaced", "v": "snoozed"}
    for key, name in keys.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/workspace/?view={name}")


def test_without_a_script_many_are_changed_on_pages(
    log_in: LogIn, mira: Agent, many: list[Ticket], chromium: object, site: str
) -> None:
    page = log_in(mira)
    state = page.context.storage_state()
    context = page.context.browser.new_context(java_script_enabled=False, storage_state=state, base_url=site)  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto("/workspace/?view=team")
    plain.locator(".row-pick input").nth(0).check()
    plain.get_by_role("button", name="Ausgewählte ändern").click()
    plain.get_by_label("Priorität").select_option(label="hoch")
    plain.get_by_role("button", name="Zeigen, was sich ändert").click()
    plain.get_by_role("button", name="1 Vorgang ändern").click()
    expect(plain.get_by_text("1 Vorgang ist geändert.")).to_be_visible()
    context.close()
    assert Ticket.objects.get(pk=many[0].pk).priority == 3
