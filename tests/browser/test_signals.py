"""What speaks out of a message, and who is asked, in a real browser: wide and on a phone, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.tickets.models import Ticket
from tests.browser.looks import is_sound
from tests.stories.mails import mail, take

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_words_are_seen_and_contradicted_with_the_keyboard(
    log_in: Callable[..., Page],
    admin: Agent,
    mira: Agent,
    billing: Team,
    mailbox: Mailbox,
    run_pipeline: Callable[[], int],
    width: int,
    dark: bool,
) -> None:
    accounts.change(billing, lead=mira, actor=SYSTEM, at=clock.now())
    take(mail(text="Guten Tag, mein Mann ist verstorben. Ich möchte mit einem Menschen sprechen."))
    run_pipeline()
    page = log_in(admin, width=width, dark=dark)
    page.goto(f"/workspace/tickets/{Ticket.objects.get().pk}/")
    expect(page.get_by_text("Nur Menschen: Trauerfall")).to_be_visible()
    panel = page.locator("#heard-panel")
    page.locator("#about, #heard-panel").first.scroll_into_view_if_needed()
    expect(panel.locator("q", has_text="Mann ist verstorben")).to_be_visible()
    is_sound(page, f"heard-{width}")
    panel.get_by_role("button", name="Stimmt nicht: Wunsch nach einem Menschen").press("Enter")
    expect(panel.get_by_text("Stimmt nicht, sagt Jana Kowalski")).to_be_visible()
    is_sound(page, f"denied-{width}")
    page.goto("/workspace/settings/referrals/")
    page.get_by_label("Trauerfall").select_option(label="Mira Yılmaz")
    is_sound(page, f"referrals-{width}")
    page.get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_text("Von jetzt an werden sie gefragt.")).to_be_visible()
