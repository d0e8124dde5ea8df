"""What the customer says of a resolution ranks above what we think."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.flow.feedback import outcome
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Message, Ticket

Say = Callable[..., Outcome]


@pytest.fixture
def resolved(ticket: Ticket, now: datetime) -> Ticket:
    return tickets.resolve(ticket, actor=SYSTEM, at=now)


@pytest.fixture
def say(ticket: Ticket, now: datetime) -> Say:
    def state(answer: str, words: str = "", at: datetime = now) -> Outcome:
        said = outcome.state(ticket, answer=answer, words=words, actor=Actor.person(ticket.person_id), at=at)
        ticket.refresh_from_db()
        return said

    return state


def test_a_resolution_is_asked_about_once(resolved: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    run_pipeline()
    assert Outcome.objects.get().answer == ""
    assert Event.objects.filter(verb="outcome.asked").count() == 1


def test_a_yes_is_kept_and_leaves_the_ticket_resolved(
    resolved: Ticket, ticket: Ticket, say: Say, now: datetime
) -> None:
    said = say("fulfilled", "Danke, ging schnell.")
    assert (said.answer, said.words, said.stated_at) == ("fulfilled", "Danke, ging schnell.", now)
    assert ticket.status == "resolved"
    event = Event.objects.get(verb="outcome.stated")
    assert event.data == {"outcome": f"outcome:{said.pk}", "answer": "fulfilled", "has_words": True}
    assert Message.objects.filter(ticket=ticket, channel="form").count() == 0


def test_a_no_opens_it_again_and_the_customer_waits(resolved: Ticket, ticket: Ticket, say: Say, now: datetime) -> None:
    later = now + timedelta(hours=2)
    say("not_fulfilled", at=later)
    assert (ticket.status, ticket.waiting_since) == ("open", later)
    assert Event.objects.filter(verb="ticket.reopened", actor=f"person:{ticket.person_id}").count() == 1


def test_words_that_say_what_is_missing_become_a_message(resolved: Ticket, ticket: Ticket, say: Say) -> None:
    say("partly", "Die Gutschrift fehlt noch.")
    message = Message.objects.get(ticket=ticket, channel="form")
    assert (message.text, message.person) == ("Die Gutschrift fehlt noch.", ticket.person)
    assert ticket.status == "open"
    assert Event.objects.filter(verb="ticket.reopened").count() == 1


def test_partly_without_words_opens_nothing(resolved: Ticket, ticket: Ticket, say: Say) -> None:
    say("partly")
    assert ticket.status == "resolved"


def test_the_answer_can_be_changed(resolved: Ticket, say: Say) -> None:
    say("partly")
    say("fulfilled")
    assert [each.answer for each in Outcome.objects.all()] == ["fulfilled"]
    assert Event.objects.filter(verb="outcome.stated").count() == 2


def test_a_no_that_is_taken_back_resolves_it_again(
    resolved: Ticket, ticket: Ticket, say: Say, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    say("not_fulfilled")
    say("fulfilled", at=now + timedelta(hours=1))
    assert (ticket.status, ticket.resolved_at) == ("resolved", now + timedelta(hours=1))
    run_pipeline()
    # Nobody is asked anew about what they have just said.
    assert [each.answer for each in Outcome.objects.all()] == ["fulfilled"]


def test_partly_can_be_changed_after_its_words_opened_it_again(resolved: Ticket, ticket: Ticket, say: Say) -> None:
    say("partly", "Die Gutschrift fehlt noch.")
    say("partly", "Die Gutschrift und der Brief fehlen noch.")
    assert (ticket.status, Message.objects.filter(channel="form").count()) == ("open", 2)
    say("fulfilled")
    assert ticket.status == "resolved"
    assert [each.answer for each in Outcome.objects.all()] == ["fulfilled"]


def test_the_same_answer_again_says_nothing_new(resolved: Ticket, say: Say) -> None:
    say("not_fulfilled", "Es tropft noch.")
    say("not_fulfilled", "Es tropft noch.")
    assert Message.objects.filter(channel="form").count() == 1
    assert Event.objects.filter(verb="outcome.stated").count() == 1


def test_a_second_resolution_is_a_second_question(resolved: Ticket, ticket: Ticket, say: Say, now: datetime) -> None:
    say("not_fulfilled")
    tickets.resolve(ticket, actor=SYSTEM, at=now + timedelta(days=1))
    say("fulfilled", at=now + timedelta(days=2))
    assert sorted(each.answer for each in Outcome.objects.all()) == ["fulfilled", "not_fulfilled"]


def test_there_is_nothing_to_say_of_an_open_ticket(ticket: Ticket, say: Say) -> None:
    assert outcome.can_be_stated(ticket) is False
    with pytest.raises(outcome.NothingToAnswer):
        say("fulfilled")
    assert Outcome.objects.count() == 0


def test_closing_asks_as_resolving_does_and_the_past_is_not_asked_about(
    ticket: Ticket, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    tickets.change(ticket, tickets.Change(status="closed"), actor=SYSTEM, at=now)
    tickets.reopen(ticket, actor=SYSTEM, at=now + timedelta(hours=1))
    run_pipeline()  # when the reader comes, it is open again
    assert Outcome.objects.count() == 0
    closed = tickets.change(ticket, tickets.Change(status="closed"), actor=SYSTEM, at=now + timedelta(hours=2))
    run_pipeline()
    asked = Outcome.objects.get()
    assert (asked.resolved_at, outcome.latest(closed)) == (closed.resolved_at, asked)
    assert Event.objects.get(verb="outcome.asked").actor == "system"
