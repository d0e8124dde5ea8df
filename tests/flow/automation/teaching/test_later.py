"""A later message that is about something else is proposed, and never more than that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.automation import approval, later
from anliegen.flow.automation.models import Decision, Learnt, Told
from anliegen.flow.automation.reasons import explain
from anliegen.flow.automation.teaching import actions, lessons, speaking
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Topic
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

Says = Callable[..., list[Decision]]


@pytest.fixture
def speaks(mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Learnt:
    for code in SAID:
        examples = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    learnt = lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)  # it would be applied
    speaking.forget()
    return actions.let_speak(learnt, responsible=mira, by=mira, at=now)


@pytest.fixture
def ticket(
    speaks: Learnt, open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox,
    run_pipeline: Callable[[], int],
) -> Ticket:  # fmt: skip
    """Of a removal, as the model said."""
    made = open_ticket(kim_address, text="Ich ziehe um", subject="", mailbox=mailbox)
    run_pipeline()
    Decision.objects.all().delete()
    made.refresh_from_db()
    assert made.topic == "umzug"
    return made


@pytest.fixture
def says(ticket: Ticket, kim_address: Address, run_pipeline: Callable[[], int], now: datetime) -> Says:
    """The customer writes again; what is proposed then."""

    def say(text: str, **more: Any) -> list[Decision]:
        said: dict[str, Any] = {"channel": "email", "person_id": ticket.person_id, "address": kim_address}
        received = Received(**said, text=text, reply_text=text, written_at=now, **more)
        tickets.receive(received, ticket=ticket, at=now + timedelta(hours=1))
        run_pipeline()
        return list(Decision.objects.filter(question="topic").order_by("pk"))

    return say


def test_another_topic_is_proposed_once_and_teaches_nothing_of_the_first_message(
    ticket: Ticket, says: Says, mira: Agent, run_pipeline: Callable[[], int], now: datetime
) -> None:
    (decision,) = says("Die Jahresrechnung stimmt nicht, bitte die Rechnung prüfen")
    assert (decision.choice, decision.author, decision.waits) == ("topic:rechnung", "model:triage@1", True)
    assert explain(decision) == "Die neue Nachricht klingt nach: Rechnung."
    ticket.refresh_from_db()
    assert ticket.topic == "umzug"
    assert len(says("Der Wasserzähler ist kaputt, der Zähler zeigt nichts an")) == 1  # somebody is asked already
    approval.confirm(decision, by=mira, at=now + timedelta(hours=2))
    run_pipeline()
    ticket.refresh_from_db()
    assert ticket.topic == "rechnung"
    assert not Told.objects.exists()
    assert speaking.log() == []


def test_several_are_named(says: Says) -> None:
    (decision,) = says("Mein Abschlag ist zu hoch, bitte den Abschlag senken.\n\nDer Wasserzähler ist kaputt.")
    assert (decision.choice, decision.reason, decision.applied_at) == ("", "several", None)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Umzug in die neue Wohnung", {}),
        ("Rezept für Apfelkuchen mit Streuseln", {}),
        ("xqzt vvvv pfft", {}),
        ("Rechnung fehlt noch", {"automatic": "auto-replied"}),
        ("Mein Mann ist verstorben. Die Rechnung stimmt nicht.", {}),
    ],
)
def test_what_is_the_same_or_nothing_or_for_people_alone_is_not_proposed(
    says: Says, text: str, more: dict[str, Any]
) -> None:
    assert says(text, **more) == []


def test_less_sure_it_is_silent(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "SURE", 1.1)
    assert says("Die Jahresrechnung stimmt nicht, bitte die Rechnung prüfen") == []


def test_no_model_no_reading(says: Says, mira: Agent, speaks: Learnt, now: datetime) -> None:
    actions.silence(speaks, reason="", by=mira, at=now)
    assert says("Die Jahresrechnung stimmt nicht, bitte die Rechnung prüfen") == []
