"""Help with an answer: a proposal is asked for, read, taken up by a person, and says of itself what it is."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.tickets.models import Draft, Message, Ticket
from tests.browser.looks import TWO
from tests.providers import switched_on
from tools.model_double import Double

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
HOSTILE = "Gern senken wir ihn. <img src=x onerror=alert(1)> ![x](https://evil.example/)"


@pytest.fixture
def model(now: datetime, ticket: Ticket) -> Iterator[Double]:
    with Double(lambda asked: "Gern senken wir Ihren Abschlag.") as double:
        yield double


def help_at(page: Page, ticket: Ticket) -> None:
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.keyboard.press("r")
    page.get_by_text("Vorschläge und ähnliche Anliegen").click()


@pytest.mark.parametrize("size", TWO)
def test_a_draft_is_proposed_accepted_and_sent_and_says_what_it_is(
    log_in: LogIn, mira: Agent, ticket: Ticket, model: Double, now: datetime, size: dict[str, int]
) -> None:
    switched_on(model.address, at=now)
    page = log_in(mira, **size)
    help_at(page, ticket)
    page.get_by_role("button", name="Antwort vorschlagen").press("Enter")
    expect(page.locator(".assist-proposal .actor")).to_have_text("KI-Entwurfmuster-7b")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\n")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Statt meines Textes übernehmen").press("Enter")
    field = page.get_by_label("Ihre Antwort")
    expect(field).to_have_value("Guten Tag Kim Berger,\n\nGern senken wir Ihren Abschlag.\n")
    expect(page.locator("[data-assisted]")).to_be_visible()
    page.locator("[data-state]").get_by_text("Entwurf").wait_for()
    assert Draft.objects.get().model == "muster-7b"
    page.keyboard.press("Control+Enter")
    badge = page.locator(".message-out .actor-reviewed")
    expect(badge).to_have_text("KI-Entwurf, von Mensch geprüftMira Yılmaz")
    assert Message.objects.get(direction="out", agent=mira).model == "muster-7b"


def test_what_a_model_writes_is_text_and_runs_nowhere(
    log_in: LogIn, mira: Agent, ticket: Ticket, model: Double, now: datetime
) -> None:
    switched_on(model.address, at=now)
    model.answers = lambda asked: HOSTILE
    page = log_in(mira)
    help_at(page, ticket)
    page.get_by_role("button", name="Antwort vorschlagen").click()
    words = page.locator(".assist-proposal [data-words]")
    expect(words).to_contain_text("<img src=x onerror=alert(1)> ![x]({{?Link}}")
    expect(page.locator(".assist-proposal img")).to_have_count(0)
    page.get_by_role("button", name="Formatierung").click()
    page.get_by_role("button", name="Statt meines Textes übernehmen").click()
    editor = page.locator("[contenteditable=true]")
    expect(editor).to_contain_text("<img src=x onerror=alert(1)>")
    expect(editor.locator("img, a")).to_have_count(0)


def test_without_a_model_blocks_and_rules_help_and_nothing_is_marked(
    log_in: LogIn, mira: Agent, ticket: Ticket, now: datetime
) -> None:
    wordings = {"de": "Ihren Abschlag ändern Sie im Portal unter {{?Vertrag}}."}
    content = Content(title="Abschlag anpassen", word="abschlag", wordings=wordings)
    knowledge.write(content, owner=None, actor=Actor.agent(mira.pk), at=now)
    page = log_in(mira)
    help_at(page, ticket)
    page.get_by_role("button", name="„Abschlag anpassen“ einfügen").click()
    field = page.get_by_label("Ihre Antwort")
    expect(field).to_have_value("Guten Tag Kim Berger,\n\nIhren Abschlag ändern Sie im Portal unter {{?Vertrag}}.")
    field.fill("Wir haben das natürlich geprüft.")
    page.get_by_role("button", name="Kürzer").click()
    page.locator(".remark").get_by_role("button", name="Stattdessen schreiben").click()
    expect(field).to_have_value("Wir haben das geprüft.")
    expect(page.locator("[data-assisted]")).to_be_hidden()


@pytest.mark.parametrize("size", TWO)
def test_a_summary_by_a_model_is_asked_for_and_the_chosen_sentences_are_one_click_away(
    log_in: LogIn, mira: Agent, ticket: Ticket, model: Double, now: datetime, size: dict[str, int]
) -> None:
    switched_on(model.address, at=now)
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.keyboard.press("S")
    page.get_by_role("button", name="Mit KI zusammenfassen").press("Enter")
    summary = page.locator("#summary")
    expect(summary).to_contain_text("geschrieben von muster-7b bei Eigener Rechner")
    expect(summary.locator(".written")).to_have_text("Gern senken wir Ihren Abschlag.")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    chosen = summary.locator("[data-sentence]").first
    expect(chosen).to_be_hidden()
    summary.get_by_text("Ausgewählte Sätze zeigen").click()
    expect(chosen).to_be_visible()


@pytest.mark.parametrize("size", TWO)
def test_a_message_is_translated_by_a_model_beside_the_original(
    log_in: LogIn, mira: Agent, ticket: Ticket, model: Double, now: datetime, size: dict[str, int]
) -> None:
    switched_on(model.address, at=now)
    message = ticket.messages.get(direction="in")
    Message.objects.filter(pk=message.pk).update(text="Merhaba,\n\nfaturam çok yüksek.", language="tr")
    model.answers = lambda asked: "Guten Tag,\n\nmeine Rechnung ist zu hoch."
    page = log_in(mira, **size)
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.keyboard.press("U")
    page.get_by_role("button", name="Mit KI übersetzen").press("Enter")
    beside = page.locator(f"#tr{message.pk}")
    expect(beside).to_contain_text("Übersetzt vom Modell muster-7b, von niemandem geprüft")
    expect(beside).to_contain_text("meine Rechnung ist zu hoch.")
    expect(beside).to_contain_text("faturam çok yüksek.")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
