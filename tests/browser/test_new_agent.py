"""From the house's address to the first answer, by somebody who has read nothing, at a desk and on a phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket

pytestmark = pytest.mark.browser
PASSWORD = "richtig-langes-wort"


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_an_empty_desk_leads_to_the_first_answer(
    window: Callable[..., Page],
    mira: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    width: int,
    dark: bool,
) -> None:
    ticket = open_ticket(kim_address, subject="Kein Licht", at=clock.now())
    actions.assign(ticket, to=billing, actor=SYSTEM, at=clock.now())
    page = window(width=width, dark=dark)
    page.goto("/")
    page.get_by_role("link", name="Anmelden").click()
    page.get_by_label("E-Mail-Adresse").fill(mira.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/workspace/")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Nächstes Anliegen übernehmen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kein Licht")
    expect(page.locator(".why-next")).to_be_visible()
    page.get_by_role("button", name="Antworten", exact=True).click()
    expect(page.locator("#compose-reply textarea").first).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("danke, wir sehen nach.")
    page.locator("#compose-reply").get_by_role("button", name="senden").click()
    expect(page.locator("#toasts")).to_contain_text("geht gleich hinaus")
    assert Message.objects.filter(ticket=ticket, agent=mira).count() == 1
