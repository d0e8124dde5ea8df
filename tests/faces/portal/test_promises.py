"""What was promised and declined stands on the status page, in plain words, for whoever heard of it and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer, Declined, Promised
from anliegen.records.tickets.models import Promise, Ticket

pytestmark = pytest.mark.usefixtures("present")
Read = Callable[..., str]
WORDS = "Ich melde mich bis Freitag."


@pytest.fixture
def friday(now: datetime) -> datetime:
    return now + timedelta(days=4, hours=7)


@pytest.fixture
def promise(ticket: Ticket, mira: Agent, now: datetime, friday: datetime) -> Promise:
    """Mira promised it in an answer that reached Kim."""
    answer = Answer(WORDS, promises=(Promised(WORDS, friday, mira),))
    said = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=now)
    actions.mark_sent(said, actor=SYSTEM, at=now)
    return Promise.objects.get()


def part(page: str) -> str:
    """The part of the page that is about promises."""
    return page[page.index('id="promises"') : page.index('aria-labelledby="conversation-title"')]


def test_a_promise_says_by_when_and_who_sees_to_it(promise: Promise, ticket: Ticket, status_page: Read) -> None:
    said = part(status_page(ticket))
    assert WORDS in said
    assert "zugesagt für" in said and "Mira Yılmaz sorgt dafür." in said


def test_what_is_promised_does_not_wait_for_an_answer(
    promise: Promise, ticket: Ticket, status_page: Read, mira: Agent, now: datetime
) -> None:
    waits, comes = "dann geht es weiter", "wartet nicht auf Ihre Antwort"
    page = status_page(ticket)
    assert (waits in page, comes in page) == (False, True)
    actions.keep(promise, actor=Actor.agent(mira.pk), at=now)
    page = status_page(ticket)
    assert (waits in page, comes in page) == (True, False)


def test_nobody_says_that_all_is_done_while_a_promise_is_owed(
    promise: Promise, ticket: Ticket, status_page: Read, mira: Agent, now: datetime
) -> None:
    said, owed = "Von unserer Seite ist alles getan", "Was wir Ihnen zugesagt haben, steht noch aus"
    actions.change(ticket, actions.Change(status="resolved"), actor=Actor.agent(mira.pk), at=now)
    page = status_page(ticket)
    assert (said in page, owed in page) == (False, True)
    actions.keep(promise, actor=Actor.agent(mira.pk), at=now)
    page = status_page(ticket)
    assert (said in page, owed in page) == (True, False)


def test_what_became_of_it_is_said_plainly(
    promise: Promise, ticket: Ticket, status_page: Read, mira: Agent, friday: datetime
) -> None:
    actions.strike(promise, actor=SYSTEM, at=friday)
    said = part(status_page(ticket))
    assert "nicht eingehalten" in said and "Das ist unser Fehler. Mira Yılmaz sorgt dafür." in said
    actions.keep(promise, actor=Actor.agent(mira.pk), at=friday + timedelta(hours=1))
    said = part(status_page(ticket))
    assert "erledigt, aber verspätet" in said and "Sie mussten länger warten, als wir gesagt hatten" in said


def test_another_time_stands_with_its_reason_and_the_first_one(
    promise: Promise, ticket: Ticket, status_page: Read, mira: Agent, now: datetime, friday: datetime
) -> None:
    actions.move(
        promise, due_at=friday + timedelta(days=3), reason="Der Ableser kam nicht.", actor=Actor.agent(mira.pk), at=now
    )
    said = part(status_page(ticket))
    assert "Der Grund: Der Ableser kam nicht." in said and "Zuerst hatten wir" in said


def test_what_was_taken_back_before_it_left_was_never_said(
    ticket: Ticket, status_page: Read, mira: Agent, now: datetime, friday: datetime
) -> None:
    answer = Answer(WORDS, promises=(Promised(WORDS, friday, mira),))
    said = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=now)
    assert 'id="promises"' not in status_page(ticket)  # it can still be taken back
    actions.cancel(said, actor=Actor.agent(mira.pk), at=now)
    assert WORDS not in status_page(ticket)


def test_what_was_said_on_the_telephone_stands_there_too(
    ticket: Ticket, status_page: Read, mira: Agent, now: datetime, friday: datetime
) -> None:
    actions.promise(ticket, Promised("Wir rufen Sie zurück.", friday, mira), actor=Actor.agent(mira.pk), at=now)
    assert "Wir rufen Sie zurück." in part(status_page(ticket))


def test_whoever_only_has_the_visitors_link_reads_none(promise: Promise, ticket: Ticket, status_page: Read) -> None:
    assert 'id="promises"' not in status_page(ticket, token=links.visitor_token(ticket))


def test_in_joined_concerns_each_reads_what_was_promised_to_them(
    ticket: Ticket,
    status_page: Read,
    open_ticket: Callable[..., Ticket],
    mira: Agent,
    now: datetime,
    friday: datetime,
) -> None:
    address = customers.meet(kind="email", value="ada@example.org", name="Ada", actor=SYSTEM, at=now)
    other, actor = open_ticket(address), Actor.agent(mira.pk)
    actions.promise(ticket, Promised("Nur für Kim.", friday, mira), actor=actor, at=now)
    actions.promise(other, Promised("Nur für Ada.", friday, mira), actor=actor, at=now)
    actions.join(other, ticket, actor=actor, at=now)
    kims, adas = status_page(ticket), status_page(other)
    assert ("Nur für Kim." in kims, "Nur für Ada." in kims) == (True, False)
    assert ("Nur für Kim." in adas, "Nur für Ada." in adas) == (False, True)


def test_a_refusal_stands_there_with_all_that_lets_one_go_on(
    ticket: Ticket, status_page: Read, mira: Agent, now: datetime, kim_address: Address
) -> None:
    parts = {
        "decision": "Die Gebühr erstatten wir nicht.",
        "reason": "Sie war fällig.",
        "rule": "§ 17 StromGVV",
        "alternatives": "Wir stunden den Rest.",
        "objection": "Schreiben Sie uns.",
        "next_instance": "Schlichtungsstelle Energie e. V.",
    }
    facts = Declined(scope="whole", request="Erlass der Mahngebühr", **parts)
    refusal = actions.decline(ticket, Answer("Nein."), facts, actor=Actor.agent(mira.pk), at=now)
    assert "Erlass der Mahngebühr" not in status_page(ticket)  # it can still be taken back
    actions.mark_sent(refusal.message, actor=SYSTEM, at=now)
    page = status_page(ticket)
    said = page[page.index('id="refusals"') :]
    answers = "Verantwortlich für diese Entscheidung: Mira Yılmaz."
    for words in ("Erlass der Mahngebühr", "abgelehnt", answers, *parts.values()):
        assert words in said
