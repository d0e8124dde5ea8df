"""The contact form."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anliegen.faces.portal import concern, uploads
from anliegen.ground import clock
from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.expectation import AnswerRange
from anliegen.records.tickets.models import Message, Ticket

from .conftest import text_of

FORM = "/anliegen/neu/"
FILLED = {
    "text": "Mein Abschlag ist zu hoch.",
    "subject": "Abschlag",
    "email": "kim@example.org",
    "phone": "0341 99887766",
    "given_name": "Kim",
    "family_name": "Berger",
    "address_form": "neutral",
    "nonce": "0123456789abcdef" * 2,
}

pytestmark = pytest.mark.usefixtures("present")


def file(name: str, content: bytes = b"%PDF-1.7 inhalt") -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


@pytest.fixture
def send(browser: Client) -> Callable[..., HttpResponse]:
    return lambda **changed: browser.post(FORM, FILLED | changed)


def test_a_concern_is_opened_and_confirmed(browser: Client, send: Callable[..., HttpResponse]) -> None:
    response = send()
    assert response.status_code == 303
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.subject, ticket.language) == ("form", "Abschlag", "de")
    page = text_of(browser.get(response["Location"]))
    for part in (f"unter der Nummer {ticket.pk}", "das Team Abrechnung", "kim@example.org", "+49 341 123456"):
        assert part in page
    assert f"/anliegen/{ticket.pk}/{links.visitor_token(ticket)}/" in page
    assert links.token(ticket) not in page, "whoever typed the address in has not proven that it is theirs"


def test_an_honest_expected_time_is_named(browser: Client, send: Callable[..., HttpResponse]) -> None:
    page = text_of(browser.get(send()["Location"]))
    assert "zu wenige Antworten gemessen" in page


def test_while_we_are_closed_nobody_decides_now(
    browser: Client, send: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    Mailbox.objects.update(team=None, responsible=None)
    page = send()["Location"]
    assert "Ein Mensch entscheidet jetzt, welches Team sich darum kümmert." in text_of(browser.get(page))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 17, 22, tzinfo=UTC))  # a Friday evening
    closed = text_of(browser.get(page))
    assert (
        "Sobald wir wieder da sind, entscheidet ein Mensch, welches Team sich darum kümmert: "
        "ab Montag, 23. November, 8 Uhr." in closed
    )
    assert "Wir haben jetzt geschlossen und sind ab Montag, 23. November, 8 Uhr wieder da." in closed
    assert "entscheidet jetzt" not in closed


def test_what_was_measured_is_told_with_its_day(
    browser: Client, send: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "anliegen.records.tickets.queries.answer_range_of",
        lambda team: AnswerRange(timedelta(hours=6), timedelta(hours=8), 40),
    )
    page = text_of(browser.get(send()["Location"]))  # Monday at ten, and we close at five
    assert "in 8 von 10 Fällen innerhalb von 8 Stunden, gerechnet in unseren Servicezeiten." in page
    assert "Voraussichtlich hören Sie also bis Dienstag, 17. November, 9 Uhr von uns." in page


def test_the_pages_of_a_brands_concern_name_its_own_telephone(
    browser: Client, send: Callable[..., HttpResponse]
) -> None:
    Brand.objects.update(phone="030 23125-150", callback_address="rueckruf@netz.example")
    page = text_of(browser.get(send()["Location"]))
    assert ("tel:+493023125150" in page, "rueckruf@netz.example" in page) == (True, True)
    assert ("+49 341 123456" in page, "rueckruf@musterstadt.example" in page) == (False, False)
    assert "+49 341 123456" in text_of(browser.get("/"))


def test_a_telephone_number_alone_gets_the_whole_link_and_no_mail(
    browser: Client, send: Callable[..., HttpResponse], run_pipeline: Callable[[], int]
) -> None:
    page = text_of(browser.get(send(email="")["Location"]))
    run_pipeline()
    assert links.token(Ticket.objects.get()) in page
    assert "keine E-Mail-Adresse genannt" in page
    assert Message.objects.filter(direction="out").count() == 0
    assert tail.stopped() == [], "the reader that acknowledges goes on for everybody else"


def test_the_number_of_a_known_person_does_not_open_the_whole_page(
    browser: Client, send: Callable[..., HttpResponse], kim: Person, now: datetime
) -> None:
    """Their mail address is known, so the link that shows everything is mailed there."""
    Address.objects.create(person=kim, kind="phone", value="0341 1", folded="+493411", created_at=now)
    Address.objects.filter(kind="phone").update(value="0341 99887766", folded="+4934199887766")
    page = text_of(browser.get(send(email="")["Location"]))
    assert links.token(Ticket.objects.get()) not in page


def test_pressing_twice_makes_one_concern(send: Callable[..., HttpResponse]) -> None:
    assert send()["Location"] == send()["Location"]
    assert Ticket.objects.count() == 1


def test_each_page_carries_a_chance_of_its_own(browser: Client) -> None:
    found = {re.findall(r'name="nonce" value="([0-9a-f]{32})"', text_of(browser.get(FORM)))[0] for _ in range(2)}
    assert len(found) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": "  "}, "Bitte schreiben Sie, worum es geht."),
        ({"email": "", "phone": ""}, "Bitte nennen Sie eine E-Mail-Adresse oder eine Telefonnummer"),
        ({"email": "kim@"}, "Das ist keine vollständige E-Mail-Adresse."),
        ({"email": "kim"}, "Es fehlt das @, wie in name@example.org."),
        ({"email": "hilde@kunden"}, "Es fehlt die Endung, wie .de in name@example.de."),
        ({"email": "kim@.b@example.org"}, "Das ist keine E-Mail-Adresse."),
        ({"phone": "ruf an"}, "Das ist keine Telefonnummer."),
        ({"phone": "123"}, "Das ist keine Telefonnummer."),
        ({"text": "x" * 20_001}, "höchstens 20000 Zeichen"),
        ({"fax_code": "12"}, "Ein Feld, das nur Programme sehen"),
        ({"files": [file("virus.exe")]}, "„virus.exe“ wurde nicht angenommen"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    send: Callable[..., HttpResponse], changed: dict[str, Any], sentence: str
) -> None:
    response = send(**changed)
    page = text_of(response)
    assert response.status_code == 422
    assert sentence in page
    assert Ticket.objects.count() == 0
    kept = {name: value for name, value in (FILLED | changed).items() if isinstance(value, str) and name != "fax_code"}
    for name, value in kept.items():
        assert value.strip() in page, name
    assert 'value="12"' not in page, "the trap is emptied, or it would catch a person for ever"
    assert '<option value="neutral" selected>' in page


def test_files_need_not_be_chosen_again(browser: Client, send: Callable[..., HttpResponse]) -> None:
    page = text_of(send(email="", phone="", files=[file("a.pdf"), file("b.pdf", b"%PDF-b")]))
    held = re.findall(r'name="held" value="([^"]+)" checked', page)
    assert len(held) == 2
    send(held=held[1:])
    (attachment,) = Message.objects.get().attachments.all()
    assert attachment.filename == "b.pdf"


def test_one_sender_cannot_flood_us_and_keeps_what_they_wrote(
    send: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern, "MOST", 2)
    answers = [send(text=f"Anliegen {number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert "Anliegen 3" in text_of(answers[3])
    assert "+49 341 123456" in text_of(answers[3])
    assert Ticket.objects.count() == 2


def test_another_sender_is_not_stopped_by_the_first(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concern, "MOST", 1)
    codes = [
        browser.post(FORM, FILLED | {"text": address}, REMOTE_ADDR=address).status_code
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:1::1")
    ]
    assert codes == [303, 303, 303, 429, 303], "an IPv6 connection counts as one sender"


def test_a_form_on_a_foreign_page_opens_nothing(browser: Client) -> None:
    response = browser.post(FORM, FILLED, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "+49 341 123456" in text_of(response)
    assert Ticket.objects.count() == 0


def test_far_too_large_a_request_is_refused_before_it_is_read(browser: Client) -> None:
    response = browser.post(FORM, FILLED, CONTENT_LENGTH=str(uploads.READ_AT_MOST + 1))
    assert response.status_code == 413
    assert "+49 341 123456" in text_of(response)


def test_with_one_desk_nobody_is_asked_to_choose(browser: Client) -> None:
    assert "Worum geht es?" not in text_of(browser.get(FORM))


def test_with_several_desks_the_choice_decides_the_mailbox(
    browser: Client, send: Callable[..., HttpResponse], brand: Brand, technics: Team, tom: Agent, now: datetime
) -> None:
    box = accounts.create(
        Mailbox,
        address="netz@musterstadt.example",
        brand=brand,
        team=technics,
        responsible=tom,
        actor=SYSTEM,
        at=now,
    )
    accounts.create(
        Mailbox,
        address="netz2@musterstadt.example",
        brand=brand,
        team=technics,
        responsible=tom,
        actor=SYSTEM,
        at=now,
    )
    page = text_of(browser.get(FORM))
    assert "Worum geht es?" in page
    assert page.count(">Technik<") == 1, "two mailboxes of one team are one choice"
    send(desk=str(box.pk))
    send(desk="", text="Weiß nicht")
    chosen = Ticket.objects.order_by("pk").values_list("mailbox__address", flat=True)
    assert list(chosen) == ["netz@musterstadt.example", "service@musterstadt.example"]
    assert send(desk="999").status_code == 422


def test_a_mailbox_without_a_team_is_no_choice_beside_something_else(
    browser: Client, send: Callable[..., HttpResponse], brand: Brand, mailbox: Mailbox, technics: Team, tom: Agent,
    now: datetime,
) -> None:  # fmt: skip
    accounts.change(mailbox, team=None, actor=SYSTEM, at=now)
    assert "Worum geht es?" not in text_of(browser.get(FORM))
    address = "netz@musterstadt.example"
    box = accounts.create(Mailbox, address=address, brand=brand, team=technics, responsible=tom, actor=SYSTEM, at=now)
    page = text_of(browser.get(FORM))
    assert re.findall(r'<input[^>]* name="desk" value="([^"]*)"', page) == [str(box.pk), ""]
    send(desk=str(box.pk))
    send(desk="", text="Weiß nicht")
    chosen = Ticket.objects.order_by("pk").values_list("mailbox__address", flat=True)
    assert list(chosen) == [address, "service@musterstadt.example"]


def test_the_visitors_link_never_shows_our_answers(
    browser: Client, send: Callable[..., HttpResponse], mira: Agent, kim: Person, now: datetime
) -> None:
    """Anybody can type anybody's address; the answers go to the address, not to who typed it."""
    send()
    ticket = Ticket.objects.get()
    said = actions.reply(ticket, Answer("Ihr Konto endet auf 4711."), actor=Actor.agent(mira.pk), at=now)
    actions.mark_sent(said, actor=SYSTEM, at=now)
    token = links.visitor_token(ticket)
    page = text_of(browser.get(f"/anliegen/{ticket.pk}/{token}/"))
    assert "4711" not in page
    assert "Mein Abschlag ist zu hoch." in page
    assert "Unsere Antworten kommen per E-Mail" in page
    assert 'data-stream="' not in page
    browser.post(f"/anliegen/{ticket.pk}/{token}/antwort/", {"text": "Noch etwas.", "nonce": "a" * 32})
    assert "Noch etwas." not in text_of(browser.get(f"/anliegen/{ticket.pk}/{token}/")).partition("data-guard")[0]
    assert Message.objects.filter(ticket=ticket, text="Noch etwas.").count() == 1
    actions.resolve(ticket, actor=SYSTEM, at=now + timedelta(hours=1))
    for path in ("ergebnis/", "pruefung/1/"):
        assert browser.post(f"/anliegen/{ticket.pk}/{token}/{path}", {"answer": "fulfilled"}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
