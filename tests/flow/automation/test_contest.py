"""A customer wants a person to check what automation decided."""

from collections.abc import Callable
from datetime import datetime

import pytest

from anliegen.flow.automation import approval
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Note, Ticket


@pytest.fixture
def decision(
    open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, run_pipeline: Callable[[], int]
) -> Decision:
    """The mailbox rule gave Kim's ticket to billing."""
    open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    return Decision.objects.get()


def test_it_is_written_down_and_lands_with_the_lead(
    decision: Decision, tom: Agent, billing: Team, now: datetime
) -> None:
    accounts.change(billing, lead=tom, actor=SYSTEM, at=now)
    kim = Actor.person(decision.ticket.person_id)
    decision = contest(decision, actor=kim, at=now)
    assert decision.contested_at == now
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.assignee) == ("open", tom)
    event = Event.objects.get(verb="decision.contested")
    assert (event.actor, event.subject) == (kim.ref, f"ticket:{ticket.pk}")
    assert event.data == {"decision": f"decision:{decision.pk}"}
    note = Note.objects.get()
    assert "Prüfung durch einen Menschen" in note.text
    assert "service@musterstadt.example" in note.text
    assert "Welches Team? Entschieden ist: Abrechnung." in note.text


def test_without_a_lead_it_goes_to_who_answers_for_the_decision(decision: Decision, mira: Agent, now: datetime) -> None:
    contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    assert Ticket.objects.get().assignee == mira


def test_who_has_it_already_keeps_it(decision: Decision, admin: Agent, now: datetime) -> None:
    tickets.assign(decision.ticket, to=admin, actor=SYSTEM, at=now)
    contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    assert Ticket.objects.get().assignee == admin


def test_somebody_who_has_left_gets_nothing(decision: Decision, mira: Agent, admin: Agent, now: datetime) -> None:
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    assert Ticket.objects.get().assignee is None


def test_a_resolved_ticket_is_open_again_and_the_customer_waits(decision: Decision, now: datetime) -> None:
    tickets.resolve(decision.ticket, actor=SYSTEM, at=now)
    contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.waiting_since, ticket.resolved_at) == ("open", now, None)


def test_asking_twice_is_asking_once(decision: Decision, now: datetime) -> None:
    for _ in range(2):
        contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    assert Note.objects.count() == 1
    assert Event.objects.filter(verb="decision.contested").count() == 1


def test_automation_keeps_away_and_the_wish_is_a_message_of_theirs(
    decision: Decision, kim: Person, now: datetime
) -> None:
    contest(decision, actor=Actor.person(kim.pk), at=now, language="en")
    ticket = Ticket.objects.get()
    assert (ticket.by_hand_why, ticket.by_hand_since) == ("contested", now)
    message = ticket.messages.order_by("-pk")[0]
    assert (message.direction, message.channel, message.person, message.is_from_stranger) == ("in", "form", kim, False)
    assert message.text.startswith("I would like a person to check what was decided automatically.")


def test_nobody_reads_a_mood_out_of_what_the_program_says_for_them(
    decision: Decision, kim: Person, run_pipeline: Callable[[], int], now: datetime
) -> None:
    contest(decision, actor=Actor.person(kim.pk), at=now)
    run_pipeline()
    assert not Decision.objects.filter(question="signal").exists()
    assert (Ticket.objects.get().by_hand_why, Ticket.objects.get().level) == ("contested", 1)


def test_what_was_joined_with_another_is_checked_there(
    decision: Decision, open_ticket: Callable[..., Ticket], kim_address: Address, mira: Agent, now: datetime
) -> None:
    other = open_ticket(kim_address)
    tickets.join(decision.ticket, other, actor=Actor.agent(mira.pk), at=now)
    contest(decision, actor=Actor.person(kim_address.person_id), at=now)
    into, joined = Ticket.objects.get(pk=other.pk), Ticket.objects.get(pk=decision.ticket_id)
    assert (into.by_hand_why, into.status, joined.status) == ("contested", "open", "closed")


def test_what_a_person_said_before_is_asked_anew(decision: Decision, mira: Agent, now: datetime) -> None:
    approval.confirm(decision, by=mira, at=now)
    contest(decision, actor=Actor.person(decision.ticket.person_id), at=now)
    decision.refresh_from_db()
    assert (decision.settled_as, decision.settled_by, decision.is_open) == ("", None, True)
    assert approval.reject(decision, by=mira, at=now).settled_as == "undone"
