"""The other pages of the portal, and what holds for all of them."""

import re
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser

import pytest
from django.db import DatabaseError
from django.test import Client

from anliegen.faces.portal import contact as portal_contact
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand, Operator
from anliegen.records.customers.models import Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Ticket

from .conftest import address, text_of

PUBLIC = (
    "/",
    "/anliegen/neu/",
    "/anliegen/link/",
    "/anliegen/link/unterwegs/",
    "/automatik/",
    "/hilfe/barrierefreiheit/",
    "/datenschutz/",
)
WRONG = ("/gibt/es/nicht/", "/anliegen/1/abc/")
pytestmark = pytest.mark.usefixtures("present")


class Reader(HTMLParser):
    """Collects addresses, ids, headings and what a strict content security policy would drop."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        if tag in ("script", "img", "link", "iframe"):
            self.loaded.append(given.get("src") or given.get("href") or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.dropped.append(self.get_starttag_text() or tag)


@pytest.fixture
def every_page(browser: Client, ticket: Ticket, now: datetime) -> Callable[[], list[tuple[str, str]]]:
    def read() -> list[tuple[str, str]]:
        actions.resolve(ticket, actor=SYSTEM, at=now)
        addresses = [*PUBLIC, *WRONG, address("status", ticket), address("received", ticket)]
        return [(each, browser.get(each).content.decode()) for each in addresses]

    return read


def test_a_person_can_be_reached_from_every_page(every_page: Callable[[], list[tuple[str, str]]]) -> None:
    for where, page in every_page():
        assert 'href="tel:+49341123456"' in page, where
        assert "rueckruf@musterstadt.example" in page, where
        assert "Mit einem Menschen sprechen" in page, where


def test_every_page_is_sound(every_page: Callable[[], list[tuple[str, str]]]) -> None:
    for where, page in every_page():
        reader = Reader()
        reader.feed(page)
        assert reader.dropped == [], where
        assert [each for each in reader.loaded if not each.startswith("/static/")] == [], where
        assert sorted(reader.ids) == sorted(set(reader.ids)), where
        assert reader.headings.count("h1") == 1, where


def test_nobody_ever_reads_the_word_ticket(every_page: Callable[[], list[tuple[str, str]]]) -> None:
    for where, page in every_page():
        visible = re.sub(r"<[^>]+>", " ", page)
        assert not re.search(r"ticket", visible, re.IGNORECASE), where


def test_no_page_sets_a_cookie(browser: Client, ticket: Ticket) -> None:
    for where in (*PUBLIC, *WRONG, address("status", ticket)):
        browser.get(where)
    browser.post("/anliegen/neu/", {"text": "x", "phone": "0341 123456", "nonce": "a" * 32})
    assert dict(browser.cookies) == {}


def test_the_start_page_says_who_we_are(browser: Client, operator: Operator, brand: Brand, now: datetime) -> None:
    accounts.change(operator, street="Lindenallee 12", postcode="04177", city="Musterstadt", actor=SYSTEM, at=now)
    accounts.create(Brand, name="Grünstrom", slug="g", email="g@m.example", actor=SYSTEM, at=now)
    page = text_of(browser.get("/"))
    for part in (
        "Stadtwerke Musterstadt",
        "Lindenallee 12",
        "04177 Musterstadt",
        "Grünstrom",
        "Jetzt erreichbar, bis 17:00 Uhr",
        "Mo bis Fr",
        "/anliegen/neu/",
    ):
        assert part in page


def test_the_country_stands_in_the_address_of_an_operator_outside_of_germany(
    browser: Client, operator: Operator, brand: Brand, now: datetime
) -> None:
    accounts.change(operator, country="AT", actor=SYSTEM, at=now)
    assert "Österreich" not in text_of(browser.get("/"))  # a country alone is no address
    accounts.change(operator, street="Lindenallee 12", postcode="1010", city="Wien", actor=SYSTEM, at=now)
    assert text_of(browser.get("/")).count("Österreich") == 2  # under "who we are" and on the way to a person
    accounts.change(operator, country="DE", actor=SYSTEM, at=now)
    page = text_of(browser.get("/"))
    assert ("Lindenallee 12, 1010 Wien" in page, "Deutschland" in page) == (True, False)


def test_the_page_of_a_concern_bears_the_name_of_its_brand(
    browser: Client, ticket: Ticket, brand: Brand, now: datetime
) -> None:
    accounts.change(brand, name="Grünstrom", email="hallo@gruenstrom.example", actor=SYSTEM, at=now)
    page = text_of(browser.get(address("status", ticket)))
    assert re.search(r'class="letterhead-name"[^>]*>Grünstrom<', page)
    assert "hallo@gruenstrom.example" in page


def test_the_statements_name_the_operator(browser: Client, operator: Operator, now: datetime) -> None:
    accounts.change(operator, website="https://www.musterstadt.example/", actor=SYSTEM, at=now)
    privacy = text_of(browser.get("/datenschutz/"))
    for part in ("Stadtwerke Musterstadt", "6 Monate", "24 Stunden", "https://www.musterstadt.example/"):
        assert part in privacy
    assert "Stadtwerke Musterstadt" in text_of(browser.get("/hilfe/barrierefreiheit/"))
    assert browser.get("/hilfe/barrierefreiheit").status_code == 301


@pytest.mark.parametrize(
    ("wanted", "query", "word"),
    [
        ("de-AT,de;q=0.8", "", "Wie können wir helfen?"),
        ("en-GB,en;q=0.8", "", "How can we help?"),
        ("fr,en;q=0.5", "", "How can we help?"),
        ("fr", "", "Wie können wir helfen?"),
        ("", "", "Wie können wir helfen?"),
        ("de", "?lang=en", "How can we help?"),
        ("en", "?lang=de", "Wie können wir helfen?"),
        ("en", "?lang=xx", "How can we help?"),
    ],
)
def test_the_page_speaks_the_readers_language(browser: Client, wanted: str, query: str, word: str) -> None:
    response = browser.get(f"/{query}", headers={"Accept-Language": wanted})
    assert word in text_of(response)
    assert f'<html lang="{response["Content-Language"]}"' in text_of(response)


def test_the_operators_language_is_the_last_word(browser: Client, operator: Operator, now: datetime) -> None:
    accounts.change(operator, default_language="en", actor=SYSTEM, at=now)
    assert "How can we help?" in text_of(browser.get("/", headers={"Accept-Language": "fr"}))


def test_a_chosen_language_goes_along_without_a_cookie(browser: Client) -> None:
    page = text_of(browser.get("/?lang=en"))
    for where in ("/anliegen/neu/?lang=en", "/datenschutz/?lang=en", 'action="/anliegen/link/?lang=en"'):
        assert where in page
    response = browser.post("/anliegen/neu/?lang=en", {"text": "Hello", "email": "a@b.example", "nonce": "a" * 32})
    assert response["Location"].endswith("?lang=en")
    assert Ticket.objects.get().language == "en"


def test_the_status_page_speaks_the_persons_language(browser: Client, ticket: Ticket, kim: Person) -> None:
    Person.objects.filter(pk=kim.pk).update(language="en")
    assert "Next step" in text_of(browser.get(address("status", ticket)))
    assert "Nächster Schritt" in text_of(browser.get(address("status", ticket) + "?lang=de"))


def test_a_lost_link_is_mailed_and_the_page_tells_nothing(
    browser: Client, ticket: Ticket, run_link_jobs: list[tuple[int, str]]
) -> None:
    right = browser.post("/anliegen/link/", {"number": f"[#{ticket.pk}]", "email": "kim@example.org"})
    wrong = browser.post("/anliegen/link/", {"number": str(ticket.pk), "email": "ada@example.org"})
    none = browser.post("/anliegen/link/", {"number": "999999", "email": "kim@example.org"})
    answers = {(each.status_code, each["Location"], each.content) for each in (right, wrong, none)}
    assert answers == {(303, "/anliegen/link/unterwegs/", b"")}
    assert len(run_link_jobs) == 3
    assert Message.objects.filter(rule="status-link").count() == 1


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"number": "", "email": "kim@example.org"}, "Bitte nennen Sie die Nummer."),
        ({"number": "abc", "email": "kim@example.org"}, "Die Nummer besteht aus Ziffern"),
        ({"number": "9" * 20, "email": "kim@example.org"}, "Die Nummer besteht aus Ziffern"),
        ({"number": "1", "email": "kim"}, "Das ist keine vollständige E-Mail-Adresse."),
    ],
)
def test_a_wrong_question_for_the_link_is_explained(
    browser: Client, run_link_jobs: list[tuple[int, str]], filled: dict[str, str], sentence: str
) -> None:
    response = browser.post("/anliegen/link/", filled)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert run_link_jobs == []
    assert all(f'value="{value}"' in text_of(response) for value in filled.values() if value)


def test_asking_for_links_is_limited_by_address_whether_it_exists_or_not(
    browser: Client, ticket: Ticket, run_link_jobs: list[tuple[int, str]]
) -> None:
    for email in ("kim@example.org", "nobody@example.org"):
        codes = [
            browser.post(
                "/anliegen/link/", {"number": "1", "email": email}, REMOTE_ADDR=f"192.0.2.{number}"
            ).status_code
            for number in range(7)
        ]
        assert codes == [303] * 5 + [429] * 2


def test_below_the_workspace_the_house_speaks(browser: Client) -> None:
    page = text_of(browser.get("/api/v1/gibt/es/nicht"))
    assert "Mit einem Menschen sprechen" not in page


def test_a_fault_of_ours_still_shows_the_way_to_a_person(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.get("/").status_code == 200
    calls = []

    def fail(*args: object) -> None:
        calls.append(args)
        raise DatabaseError("the database is away")

    monkeypatch.setattr("anliegen.faces.portal.visit.the_operator", fail)
    monkeypatch.setattr(portal_contact, "the_operator", fail)
    response = browser.get("/")
    assert response.status_code == 500
    assert len(calls) == 2
    for part in ("Bei uns ist etwas schiefgegangen", "+49 341 123456"):
        assert part in text_of(response)


@pytest.mark.django_db
def test_an_instance_without_an_operator_says_so() -> None:
    response = Client().get("/", headers={"Accept-Language": "de"})
    assert response.status_code == 503
    assert "anliegen setup" in text_of(response)


@pytest.mark.parametrize("where", ["/", "/datenschutz/", "/anliegen/link/unterwegs/"])
def test_a_page_that_is_only_read_takes_no_form(browser: Client, where: str) -> None:
    assert browser.post(where).status_code == 405
    assert browser.head(where).status_code == 200


def test_whoever_works_here_finds_the_way_to_log_in_behind_all_that_is_for_customers(browser: Client) -> None:
    html = text_of(browser.get("/"))
    assert html.index('href="/workspace/"') > html.index('id="who"')
