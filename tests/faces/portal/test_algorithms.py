"""How we use automation: for everybody, in both languages, as a page, as a PDF and for programs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.faces.portal import algorithms
from anliegen.faces.ui import pdf
from anliegen.flow.automation.models import Decision
from anliegen.oversight.compliance.register import figures
from anliegen.oversight.insights import actions as insights
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Ticket
from tests import needs

from .conftest import text_of

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    figures.forget()
    algorithms.MADE.clear()
    yield
    figures.forget()
    algorithms.MADE.clear()


def test_the_page_names_everything_that_acts_by_itself(browser: Client, mira: Agent) -> None:
    page = text_of(browser.get("/automatik/"))
    for words in (
        "Wie wir Automatik einsetzen",
        "Team nach Postfach",
        "die Adresse, an die geschrieben wurde",
        "lässt sich jederzeit zurücknehmen und darf deshalb von selbst gelten",
        mira.name,
        "weniger als 10 Entscheidungen, deshalb ohne Zahlen",
        "Eingangsbestätigung",
        "nichts: sie folgt einem festen Ablauf",
    ):
        assert words in page, words
    assert '<a href="/automatik/">Wie wir Automatik einsetzen</a>' in text_of(browser.get("/"))


def test_what_decides_something_comes_before_what_only_follows_a_course(browser: Client) -> None:
    page = text_of(browser.get("/automatik/"))
    entries = page.split('<section class="portal-part" id=')[1:]
    decides = ["nichts: sie folgt einem festen Ablauf" not in one for one in entries]
    assert True in decides and False in decides
    assert decides == sorted(decides, reverse=True)


def test_it_is_in_english_too(browser: Client) -> None:
    page = text_of(browser.get("/automatik/?lang=en"))
    assert "How we use automation" in page and "Team by mailbox" in page and "Postfach" not in page


def test_programs_read_the_same(browser: Client, mira: Agent) -> None:
    whole = browser.get("/automatik/register.json").json()
    assert (whole["format"], whole["days"], whole["least"]) == ("anliegen.algorithms/1", 90, 10)
    first = whole["algorithms"][0]
    assert (first["author"], first["class"], first["responsible"], first["figures"]) == (
        "rule:mailbox",
        "reversible",
        [mira.name],
        None,
    )


def test_the_pdf_is_made_once_for_each_language(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    if not pdf.is_there():
        needs.is_missing("typst is not installed: pip install anliegen[pdf]")
    answer = browser.get("/automatik/register.pdf")
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "wie-wir-automatik-einsetzen.pdf" in answer.headers["Content-Disposition"]
    monkeypatch.setattr(pdf, "made", lambda template, sheet: b"made anew")
    assert browser.get("/automatik/register.pdf").content == answer.content
    assert browser.get("/automatik/register.pdf?lang=en").content == b"made anew"


def test_without_the_maker_of_pdfs_none_is_offered(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "is_there", lambda: False)
    assert "register.pdf" not in text_of(browser.get("/automatik/"))
    assert browser.get("/automatik/register.pdf").status_code == 404


@pytest.fixture
def decided_by_mailbox(brand: Brand, kim: Person, mira: Agent, now: datetime) -> None:
    """Eighty concerns by mail and as many by form, all given to a team by the rule of the mailbox; looked at."""
    begun = [now - timedelta(hours=number + 200) for number in range(160)]
    tickets = Ticket.objects.bulk_create(
        Ticket(
            subject="Abschlag", channel=("email", "form")[number % 2], language="de", brand=brand, person=kim,
            created_at=at, updated_at=at, last_message_at=at, first_answered_at=at + timedelta(hours=2),
        )
        for number, at in enumerate(begun)
    )  # fmt: skip
    said = {"settled_at": now, "settled_by": mira, "settled_as": "confirmed"}
    Decision.objects.bulk_create(
        Decision(
            ticket=ticket, question="team", choice="team:1", confidence=1.0, reason="mailbox", author="rule:mailbox",
            responsible=mira, made_at=now, applied_at=now,
            **(said | {"is_implied": number >= 8} if number < 40 else {}),
        )
        for number, ticket in enumerate(tickets)
    )  # fmt: skip
    insights.examine(at=now)


def fairness_by_author(browser: Client) -> dict[str, str]:
    whole = browser.get("/automatik/register.json").json()
    return {one["author"]: one["fairness"] for one in whole["algorithms"]}


def test_fairness_is_told_of_who_was_looked_at_and_of_the_others_that_nobody_has(
    browser: Client, decided_by_mailbox: None
) -> None:
    said = fairness_by_author(browser)
    assert said["rule:mailbox"].endswith("keine Gruppe wird erkennbar schlechter bedient.")
    assert "von einer Regel entschieden" in said["rule:mailbox"] and "Modell" not in said["rule:mailbox"]
    for author in ("rule:routing", "rule:escalate"):
        assert said[author] == "Nicht gemessen: Es wurde zuletzt nichts entschieden.", author
    assert said["rule:acknowledge"] is None, "it decides nothing at all"


def test_of_few_decisions_nothing_is_said_of_groups(browser: Client, decided_by_mailbox: None) -> None:
    Decision.objects.filter(pk__in=Decision.objects.values("pk")[30:]).delete()
    said = fairness_by_author(browser)["rule:mailbox"]
    assert said == "Nicht gemessen: Von so wenigen Entscheidungen lassen sich Gruppen nicht vergleichen."


def test_what_people_only_left_as_it_was_is_not_told_as_confirmed(browser: Client, decided_by_mailbox: None) -> None:
    page = text_of(browser.get("/automatik/"))
    assert "von Menschen ausdrücklich bestätigt 8 (5\u202f%), gesehen und unwidersprochen 32 (20\u202f%)" in page
