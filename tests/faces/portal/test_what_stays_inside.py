"""Nothing that is not the customer's own ever stands on a page of the portal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Attachment, Message, Note, Ticket

from .conftest import address, text_of

PAGES = ("status", "received")
pytestmark = pytest.mark.usefixtures("present")

SECRET = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=12, max_size=40)
STEPS = st.lists(
    st.tuples(st.sampled_from(["note", "reply", "forward", "cancelled", "queued", "stranger", "status"]), SECRET),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def other_address(now: datetime, operator: object) -> Address:
    return customers.meet(kind="email", value="ada@example.org", name="Ada", actor=SYSTEM, at=now)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_notes_and_what_is_meant_for_others_never_show(
    steps: list[tuple[str, str]],
    browser: Client,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    other_address: Address,
    mira: Agent,
    now: datetime,
) -> None:
    ticket = open_ticket(kim_address)
    agent = Actor.agent(mira.pk)
    hidden, shown = [], []
    for number, (step, secret) in enumerate(steps):
        at = now + timedelta(minutes=number)
        match step:
            case "note":
                actions.write_note(ticket, text=f"N{secret}", actor=agent, at=at)
                hidden.append(f"N{secret}")
            case "reply":
                said = actions.reply(ticket, Answer(f"R{secret}"), actor=agent, at=at)
                actions.mark_sent(said, actor=SYSTEM, at=at)
                shown.append(f"R{secret}")
            case "forward":
                elsewhere = Answer(f"F{secret}", to=(("Netz", "netz@partner.example"),))
                actions.mark_sent(actions.reply(ticket, elsewhere, actor=agent, at=at), actor=SYSTEM, at=at)
                hidden.append(f"F{secret}")
            case "cancelled":
                actions.cancel(actions.reply(ticket, Answer(f"C{secret}"), actor=agent, at=at), actor=agent, at=at)
                hidden.append(f"C{secret}")
            case "queued":
                actions.reply(ticket, Answer(f"Q{secret}"), actor=agent, at=at)
                hidden.append(f"Q{secret}")
            case "stranger":
                words = Received("email", other_address.person_id, f"S{secret}", at, address=other_address)
                actions.receive(words, ticket=ticket, at=at)
                hidden.append(f"S{secret}")
            case "status":
                actions.change(ticket, actions.Change(tags=[f"t{secret.lower()}"]), actor=agent, at=at)
                hidden.append(f"t{secret.lower()}")
    for name in PAGES:
        for token in (links.token(ticket), links.visitor_token(ticket)):
            page = text_of(browser.get(address(name, ticket, token=token)))
            assert [word for word in hidden if word in page] == []
    page = text_of(browser.get(address("status", ticket)))
    assert [word for word in shown if word not in page] == []
    assert [note.text for note in Note.objects.filter(ticket=ticket) if note.text in page] == []


def test_the_link_of_one_concern_opens_no_other(
    browser: Client, ticket: Ticket, open_ticket: Callable[..., Ticket], other_address: Address
) -> None:
    other = open_ticket(other_address, text="Adas Worte", subject="Adas Sache")
    asked = [(browser.get, name) for name in ("status", "received")]
    asked += [(browser.post, name) for name in ("reply", "outcome")]
    for send, name in asked:
        response = send(address(name, other, token=links.token(ticket)), {"text": "x", "answer": "fulfilled"})
        assert response.status_code == 404
        assert "Adas" not in text_of(response)
    assert Message.objects.filter(ticket=other).count() == 1


@pytest.mark.parametrize("position", [0, 15, 31])
def test_a_proof_with_one_changed_sign_opens_nothing(browser: Client, ticket: Ticket, position: int) -> None:
    token = links.token(ticket)
    forged = token[:position] + ("0" if token[position] != "0" else "1") + token[position + 1 :]
    assert browser.get(address("status", ticket, token=forged)).status_code == 404


@pytest.mark.parametrize("token", ["x", "ä", "0" * 32, "%00", "-", "A" * 5000])
def test_nonsense_for_a_proof_opens_nothing(browser: Client, ticket: Ticket, token: str) -> None:
    assert browser.get(f"/anliegen/{ticket.pk}/{token}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "1", "99999999999999999999999"])
def test_a_number_that_is_none_gets_the_same_answer_as_a_wrong_proof(
    browser: Client, ticket: Ticket, number: str
) -> None:
    wrong = browser.get(address("status", ticket, token="0" * 32))
    missing = browser.get(f"/anliegen/{number}/{'0' * 32}/")
    assert (missing.status_code, missing.content) == (wrong.status_code, wrong.content)


def test_another_persons_ticket_voids_the_old_link(browser: Client, ticket: Ticket, other_address: Address) -> None:
    token = links.token(ticket)
    Ticket.objects.filter(pk=ticket.pk).update(person=other_address.person)
    assert browser.get(address("status", ticket, token=token)).status_code == 404


@pytest.mark.parametrize(("days", "status"), [(179, 200), (181, 404)])
def test_half_a_year_after_its_end_the_page_ends(
    browser: Client, ticket: Ticket, now: datetime, days: int, status: int
) -> None:
    actions.change(ticket, actions.Change(status="closed"), actor=SYSTEM, at=now - timedelta(days=days))
    assert browser.get(address("status", ticket)).status_code == status


def test_a_closed_link_says_what_to_do(browser: Client, ticket: Ticket) -> None:
    page = text_of(browser.get(address("status", ticket, token="0" * 32)))
    for part in ("Neuen Link senden lassen", "/anliegen/link/", "+49 341 123456", "rueckruf@musterstadt.example"):
        assert part in page


def test_the_page_is_kept_by_nobody_and_told_to_nobody(browser: Client, ticket: Ticket) -> None:
    for token in (links.token(ticket), "0" * 32):
        headers = browser.get(address("status", ticket, token=token)).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]


def test_a_foreign_page_cannot_answer_in_the_customers_name(browser: Client, ticket: Ticket) -> None:
    response = browser.post(
        address("reply", ticket), {"text": "Falsch.", "nonce": "a" * 32}, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert Message.objects.filter(ticket=ticket).count() == 1


def test_words_of_a_customer_are_words_and_no_markup(
    browser: Client, open_ticket: Callable[..., Ticket], kim_address: Address
) -> None:
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) https://a.example/"onclick="x'
    ticket = open_ticket(kim_address, text=evil, subject="<b>Betreff</b>")
    raw = browser.get(address("status", ticket)).content.decode()
    for part in ("<script>alert", "<img src=x", "<b>Betreff", 'href="javascript', 'onclick="x"'):
        assert part not in raw


def test_a_visitor_sees_nothing_of_what_was_joined_and_their_words_come_to_their_own_side(
    browser: Client, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    """Somebody typed in Kim's address; an agent joins that with what Kim wrote."""
    kims = open_ticket(kim_address, text="Mein Passwort ist Rosenkohl.", channel="form")
    typed = open_ticket(kim_address, text="Noch eine Frage.", at=now + timedelta(hours=1), channel="form")
    for ticket, into in ((typed, kims), (kims, typed)):
        actions.join(ticket, into, actor=SYSTEM, at=now + timedelta(hours=2))
        page = text_of(browser.get(address("status", typed, token=links.visitor_token(typed))))
        assert ("Rosenkohl" in page, "Noch eine Frage." in page) == (False, True)
        page = text_of(browser.get(address("status", kims, token=links.visitor_token(kims))))
        assert ("Rosenkohl" in page, "Noch eine Frage." in page) == (True, False)
        actions.part(ticket, actor=SYSTEM, at=now + timedelta(hours=3))
    actions.join(typed, kims, actor=SYSTEM, at=now + timedelta(hours=4))
    sent = browser.post(
        address("reply", typed, token=links.visitor_token(typed)), {"text": "Und noch etwas.", "nonce": "a" * 32}
    )
    assert sent.status_code == 303
    newest = Message.objects.latest("pk")
    assert (newest.ticket, newest.came_to) == (kims, typed)
    actions.part(typed, actor=SYSTEM, at=now + timedelta(hours=5))
    assert [one.text for one in typed.messages.order_by("pk")] == ["Noch eine Frage.", "Und noch etwas."]


def test_a_visitor_gets_no_file_of_what_was_joined(
    browser: Client, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    file = File("zaehler.pdf", "application/pdf", 4, files.put(b"%PDF"))
    kims = open_ticket(kim_address, text="Mein Zähler.", channel="form", files=(file,))
    typed = open_ticket(kim_address, text="Noch eine Frage.", at=now + timedelta(hours=1), channel="form")
    actions.join(typed, kims, actor=SYSTEM, at=now + timedelta(hours=2))
    pk = Attachment.objects.get().pk
    assert browser.get(address("file", typed, token=links.visitor_token(typed), pk=pk)).status_code == 404
    assert browser.get(address("file", kims, token=links.visitor_token(kims), pk=pk)).status_code == 200
