"""What a setting would change, seen while it is changed; and a joining parted from where one looks for it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Role, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import Look, barriers, broken, sticks_out

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


def is_whole(page: Page) -> None:
    """No barrier, and nothing sticks out."""
    assert barriers(page) == []
    assert sticks_out(page) == 0


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_effect_of_a_role_stands_below_the_form_while_it_is_changed(
    log_in: LogIn, admin: Agent, agent_role: Role, tom: Agent, ticket: Ticket, width: int, dark: bool
) -> None:
    page = log_in(admin, width=width, dark=dark)
    page.goto(f"/workspace/settings/roles/{agent_role.pk}/")
    expect(page.locator("#effect")).to_contain_text("Sobald Sie etwas ändern")
    page.get_by_label("Sieht die Vorgänge aller Teams").check()
    expect(page.locator("#effect")).to_have_text("Sichtbare offene Vorgänge: 1 statt 0.")
    page.get_by_label("Vorgänge lesen").uncheck()
    expect(page.locator("#effect li")).to_have_text(["1 Person darf dann nicht mehr: Vorgänge lesen."])
    expect(page.locator("#effect").get_by_role("img", name="Erst ansehen")).to_be_visible()
    is_whole(page)
    agent_role.refresh_from_db()
    assert (agent_role.sees_all_teams, "ticket.read" in agent_role.permissions) == (False, True)


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_what_becomes_of_all_that_waits_for_somebody_stands_there_before_they_are_deactivated(
    log_in: LogIn, admin: Agent, tom: Agent, ticket: Ticket, now: datetime, width: int, dark: bool
) -> None:
    actions.assign(ticket, to=tom, actor=SYSTEM, at=now)
    promised = Promised("Ich melde mich bis Freitag.", now + timedelta(days=4), tom)
    actions.promise(ticket, promised, actor=Actor.agent(tom.pk), at=now)
    page = log_in(admin, width=width, dark=dark)
    page.goto(f"/workspace/settings/agents/{tom.pk}/")
    expect(page.locator(".foreseen-lines li")).to_have_text(
        [
            "1 offener Vorgang bleibt dieser Person zugewiesen, bis ihn jemand übernimmt.",
            "1 Zusage geht an: Abrechnung.",
        ]
    )
    is_whole(page)
    page.goto(f"/workspace/settings/agents/{tom.pk}/leaving/")
    is_whole(page)
    page.get_by_role("button", name="Deaktivieren").click()
    expect(page.locator(".toast")).to_contain_text("Tom Richter")
    assert not Agent.objects.get(pk=tom.pk).is_active


def test_without_a_script_a_button_shows_the_effect_and_saves_nothing(
    log_in: LogIn, site: str, admin: Agent, agent_role: Role, tom: Agent, ticket: Ticket
) -> None:
    state = log_in(admin).context.storage_state()
    browser = log_in(admin).context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=state, base_url=site, locale="de-DE")
    page = context.new_page()
    page.goto(f"/workspace/settings/roles/{agent_role.pk}/")
    page.get_by_label("Sieht die Vorgänge aller Teams").check()
    page.get_by_role("button", name="Zeigen, was sich ändert").click()
    expect(page.locator("#effect")).to_have_text("Sichtbare offene Vorgänge: 1 statt 0.")
    expect(page.get_by_label("Sieht die Vorgänge aller Teams")).to_be_checked()
    context.close()
    assert not Role.objects.get(pk=agent_role.pk).sees_all_teams


@pytest.mark.parametrize("width", [1440, 390])
def test_a_joining_is_parted_from_the_concern_that_goes_on(
    log_in: LogIn,
    admin: Agent,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
    width: int,
) -> None:
    other = open_ticket(kim_address, subject="Noch einmal der Abschlag", at=now + timedelta(hours=1))
    actions.join(other, ticket, actor=SYSTEM, at=now)
    page = log_in(admin, width=width)
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    here = page.get_by_role("region", name="Mit diesem Vorgang zusammengeführt")
    expect(here.get_by_role("link", name=f"#{other.pk} Noch einmal der Abschlag")).to_be_visible()
    is_whole(page)
    here.get_by_role("link", name=f"#{other.pk} wieder trennen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"#{other.pk}")
    dialog.get_by_role("button", name="Wieder trennen").click()
    page.wait_for_url(f"**/workspace/tickets/{other.pk}/")
    assert Ticket.objects.get(pk=other.pk).joined_into_id is None


@pytest.mark.parametrize("width", [1440, 390])
def test_who_would_be_given_a_team_s_concerns_stands_below_the_form(
    log_in: LogIn, admin: Agent, mira: Agent, billing: Team, ticket: Ticket, width: int
) -> None:
    page = log_in(admin, width=width)
    page.goto(f"/workspace/settings/teams/{billing.pk}/")
    page.get_by_label("er wird jemandem zugewiesen").focus()
    page.keyboard.press("Space")
    expect(page.locator("#effect li")).to_have_text(
        [
            "Jeder Vorgang, der von jetzt an zum Team kommt, wird einer dieser Personen zugewiesen: „Mira Yılmaz“.",
            "Etwas bekommt nur, wer in den Servicezeiten des Teams da ist und in der letzten Stunde etwas getan hat.",
            "1 offener Vorgang, den noch niemand hat, bleibt beim Team, bis ihn jemand übernimmt.",
            "0 von 1 haben schon so viel vor sich und bekämen vorerst nichts.",
        ]
    )
    assert broken(page, [Look(width, dark=False), Look(width, dark=True)]) == []
    page.get_by_label("Höchstens so viele warten bei einer Person").fill("0")
    expect(page.locator("#effect li")).to_contain_text(
        ["Bitte zuerst richtigstellen: „Höchstens so viele warten bei einer Person“."]
    )
    page.get_by_label("Höchstens so viele warten bei einer Person").fill("5")
    page.get_by_role("button", name="Speichern").click()
    page.wait_for_url("**/settings/teams/")
    billing.refresh_from_db()
    assert (billing.routing, billing.most_waiting) == ("assign", 5)
