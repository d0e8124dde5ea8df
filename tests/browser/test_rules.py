"""A rule is written with the keyboard alone, tried out, put in shadow mode and in force, and brought back."""

from collections.abc import Callable
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.flow.automation.rules.models import Rule
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets.models import Ticket

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_a_rule_from_the_first_word_to_an_earlier_version(
    log_in: LogIn, admin: Agent, technics: Team, ticket: Ticket, now: datetime
) -> None:
    page = log_in(admin)
    page.goto("/workspace/settings/rules/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Abschläge")
    page.keyboard.press("Tab")
    page.keyboard.type("Abschläge gehen gleich an die Technik.")
    page.get_by_label("Wieder zu prüfen bis").fill("2099-05-01")
    page.get_by_label("Weitere Bedingung").select_option("words")
    press(page, "Bedingung hinzufügen")
    page.get_by_label("Alle diese Wörter").focus()
    page.keyboard.type("Abschlag")
    page.get_by_label("Weitere Aktion").select_option("team")
    press(page, "Aktion hinzufügen")
    page.get_by_role("group", name="An ein Team geben").get_by_role("combobox").select_option(str(technics.pk))
    page.get_by_label("Nachher").check()
    expect(page.get_by_label("Alle diese Wörter")).to_have_value("Abschlag")
    check(page)
    press(page, "Zeigen, was sie berührt hätte")
    expect(page.get_by_text("dann geht der Vorgang an das Team „Technik“")).to_be_visible()
    check(page)
    assert not Rule.objects.exists()
    press(page, "Regel speichern")
    expect(page.get_by_role("heading", level=1, name="Abschläge")).to_be_visible()
    made = Rule.objects.get()
    for name, stage in (("Schattenbetrieb", "shadow"), ("in Kraft", "on")):
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press("Space")
        press(page, "Zustand setzen")
        expect(page.locator(".page-head .status")).to_contain_text(name)
        made.refresh_from_db()
        assert made.stage == stage
    check(page)
    page.get_by_role("link", name="Regel ändern").click()
    page.get_by_label("Name").fill("Abschläge, neu")
    press(page, "Regel speichern")
    expect(page.get_by_role("heading", level=1, name="Abschläge, neu")).to_be_visible()
    press(page, "Zurück zu Fassung 1")
    expect(page.get_by_role("heading", level=1, name="Abschläge", exact=True)).to_be_visible()
    page.goto("/workspace/settings/rules/")
    press(page, "Alle Automatik anhalten")
    expect(page.get_by_text("Die gesamte Automatik ist seit")).to_be_visible()
    check(page)
