"""Links, and what joining does, in a real browser: with the keyboard alone, wide and on a phone, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Link, Ticket
from tests.browser.looks import is_sound

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_linking_and_a_problem_without_the_mouse(
    log_in: Callable[..., Page],
    mira: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
    width: int,
    dark: bool,
) -> None:
    at, by = clock.now(), Actor.agent(mira.pk)
    one, other = (
        actions.assign(open_ticket(kim_address, subject=words, at=at), to=billing, actor=SYSTEM, at=at)
        for words in ("Kein Licht", "Stromausfall Nord")
    )
    page = log_in(mira, width=width, dark=dark)
    page.goto(f"/workspace/tickets/{one.pk}/")
    page.keyboard.press("q")
    expect(page.locator("#link-q")).to_be_focused()
    page.keyboard.type(str(other.pk))
    expect(page.locator("#link-effect")).to_contain_text(f"#{one.pk} gehört zusammen mit #{other.pk}.")
    is_sound(page, f"link-{width}")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Verknüpft:")
    assert Link.objects.get().kind == "relates"
    page.goto(f"/workspace/tickets/{one.pk}/join/{other.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zusammenführen")
    is_sound(page, f"join-{width}")
    actions.declare_problem(other, actor=by, at=at)
    actions.attach([one.pk], other, agent=mira, actor=by, at=at)
    page.goto(f"/workspace/tickets/{other.pk}/problem/")
    is_sound(page, f"problem-{width}")
    page.get_by_label("Ihre Antwort an alle").fill("{{anrede}}\n\nDer Strom ist wieder da.")
    page.get_by_role("button", name="Zeigen, wer was bekommt").press("Enter")
    expect(page.locator("#round")).to_contain_text("1 Vorgang bekommt eine eigene Antwort.")
    is_sound(page, f"round-{width}")
