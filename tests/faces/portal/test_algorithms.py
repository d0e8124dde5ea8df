"""How we use automation: for everybody, in both languages, as a page, as a PDF and for programs."""

from collections.abc import Iterator

import pytest
from django.test import Client

from anliegen.faces.portal import algorithms
from anliegen.faces.ui import pdf
from anliegen.oversight.compliance.register import figures
from anliegen.records.accounts.models import Agent
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
