"""Seen with fresh eyes: crowds, long names, other languages, forced colours and a window at four times the size."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import OVERHANG

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
LONG = "Freifrau Anna-Magdalena Wolfeschlegelsteinhausenbergerdorff-Oberbruckschlegelxyz"
# How far the widest of them reaches beyond the part it stands in, in pixels.
BEYOND = """(parts) => Math.max(...parts.map(
  part => part.scrollWidth - part.clientWidth))"""


@pytest.fixture
def crowded(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """A concern whose customer has a name of eighty letters, with thirty tags."""
    Person.objects.filter(pk=kim_address.person_id).update(name=LONG)
    ticket = open_ticket(kim_address, subject="Zähler " * 40, text="Der Zähler steht.")
    ticket = actions.assign(ticket, to=billing, actor=SYSTEM, at=clock.now())
    Ticket.objects.filter(pk=ticket.pk).update(tags=[f"schlagwort-nummer-{number}" for number in range(30)])
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_a_name_of_eighty_letters_stays_in_its_place(log_in: LogIn, mira: Agent, crowded: Ticket, width: int) -> None:
    page = log_in(mira, width=width)
    page.goto(f"/workspace/tickets/{crowded.pk}/")
    page.keyboard.press("r")
    expect(page.locator(".composer-foot .button-primary")).to_contain_text("Wolfeschlegel")
    assert page.evaluate(OVERHANG) == 0
    assert page.locator(".pane, .entry-head, .composer-foot:visible").evaluate_all(BEYOND) <= 0


def test_a_crowd_of_tags_unfolds_and_leaves_room_for_the_conversation(
    log_in: LogIn, mira: Agent, crowded: Ticket
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{crowded.pk}/")
    tags = page.locator("#ticket-head .chip[title=Schlagwort]:visible")
    expect(tags).to_have_count(8)
    page.get_by_text("22 weitere zeigen").click()
    expect(tags).to_have_count(30)


def test_what_the_menu_of_a_concern_says_is_not_cut(log_in: LogIn, mira: Agent, crowded: Ticket) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{crowded.pk}/")
    page.locator("summary[title=Mehr]").click()
    expect(page.get_by_text("Das war schwer")).to_be_visible()
    assert page.locator(".menu[open] .menu-list").evaluate_all(BEYOND) == 0


def test_the_choices_of_a_filter_open_inside_the_page_of_a_phone(log_in: LogIn, mira: Agent, crowded: Ticket) -> None:
    page = log_in(mira, width=360, height=640)
    page.goto("/workspace/search/?q=Zähler")
    for opener in page.locator(".filters summary").all():
        opener.click()
        shown = page.locator(".menu[open] .menu-list")
        expect(shown).to_be_visible()
        assert shown.evaluate("list => [list.getBoundingClientRect().left >= 0, innerWidth]") == [True, 360]
        assert page.evaluate(OVERHANG) == 0
        opener.click()


def test_service_hours_fit_at_four_times_the_size(log_in: LogIn, admin: Agent, calendar: Calendar) -> None:
    page = log_in(admin, width=320, height=256)
    page.goto(f"/workspace/settings/calendars/{calendar.pk}/")
    assert page.evaluate(OVERHANG) == 0


def test_in_a_low_window_no_bar_covers_what_is_written(log_in: LogIn, mira: Agent, crowded: Ticket) -> None:
    page = log_in(mira, width=320, height=256)
    page.goto(f"/workspace/tickets/{crowded.pk}/")
    page.keyboard.press("r")
    expect(page.locator(".composer-foot:visible")).to_have_css("position", "static")


def test_forced_colours_show_the_chosen_line_and_no_bar_at_the_others(
    log_in: LogIn, mira: Agent, crowded: Ticket
) -> None:
    page = log_in(mira)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto("/workspace/?view=open")
    row = page.locator(".row-link").first
    assert row.evaluate("row => getComputedStyle(row).borderInlineStartColor") == "rgb(0, 0, 0)"
    page.keyboard.press("Control+k")
    chosen = page.locator(".choice-line[aria-selected=true]")
    expect(chosen).to_have_css("outline-style", "solid")
    ink = "one => getComputedStyle(one).color"
    assert chosen.locator(".icon").evaluate(ink) == "rgb(255, 255, 255)"
