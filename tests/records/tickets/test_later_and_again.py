"""An answer with a chosen time, one that was stopped, and one that did not arrive."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import addressees
from anliegen.records.tickets.addressees import Addressees
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Message, Participant, Ticket

HOUR = timedelta(hours=1)
TOMORROW = timedelta(days=1)
KIM = ("Kim Berger", "kim@example.org")


@pytest.fixture
def as_mira(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def later(ticket: Ticket, as_mira: Actor, now: datetime) -> Message:
    answer = Answer("Ab morgen gilt es.", send_at=now + TOMORROW)
    return tickets.reply(ticket, answer, actor=as_mira, at=now + HOUR, status="resolved")


@pytest.fixture
def leo(ticket: Ticket, now: datetime) -> Address:
    return customers.meet(kind="email", value="leo@example.net", name="Leo Ott", actor=SYSTEM, at=now)


def addressees_of(ticket: Ticket) -> Addressees:
    """The same, whether the messages are read for it or were read before."""
    found = addressees.addressees_of(ticket)
    assert addressees.addressees_of(ticket, list(ticket.messages.order_by("pk"))) == found
    return found


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def told(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True))


def come_in(ticket: Ticket, address: Address, at: datetime, **more: Any) -> Message:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text="Noch etwas.",
        from_name=address.person.name,
        from_address=more.pop("from_address", address.value),
        written_at=at,
        **more,
    )
    return tickets.receive(received, ticket=ticket, at=at)


def test_what_leaves_later_has_answered_nothing_yet(later: Message, ticket: Ticket, mira: Agent, now: datetime) -> None:
    after = fresh(ticket)
    assert (later.is_scheduled, list(Message.objects.scheduled())) == (True, [later])
    assert (after.status, after.waiting_since, after.first_answered_at, after.assignee) == ("new", now, None, mira)
    assert told(ticket)[-2:] == ["message.queued", "ticket.assigned"]


def test_when_it_leaves_it_answers_and_the_ticket_becomes_what_was_chosen(
    later: Message, ticket: Ticket, now: datetime
) -> None:
    for _ in range(2):
        tickets.mark_sent(later, actor=SYSTEM, at=now + TOMORROW)
    after = fresh(ticket)
    assert (after.status, after.waiting_since, after.first_answered_at) == ("resolved", None, now + TOMORROW)
    assert told(ticket)[-2:] == ["ticket.resolved", "message.sent"]


def test_what_others_finished_meanwhile_stays_finished(
    later: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    tickets.change(ticket, tickets.Change(status="closed"), actor=as_mira, at=now + 2 * HOUR)
    tickets.mark_sent(later, actor=SYSTEM, at=now + TOMORROW)
    assert fresh(ticket).status == "closed"


def test_another_time_can_be_chosen_but_none_that_has_passed(
    later: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    with pytest.raises(tickets.InThePast):
        tickets.reschedule(later, send_at=now, actor=as_mira, at=now + HOUR)
    moved = tickets.reschedule(later, send_at=now + 2 * TOMORROW, actor=as_mira, at=now + HOUR)
    assert (moved.send_at, told(ticket)[-1]) == (now + 2 * TOMORROW, "message.rescheduled")


def test_sent_now_it_can_still_be_undone_for_some_seconds(later: Message, as_mira: Actor, now: datetime) -> None:
    soon = tickets.send_now(later, actor=as_mira, at=now + 2 * HOUR)
    assert soon.send_at == now + 2 * HOUR + timedelta(seconds=10)
    assert tickets.cancel(soon, actor=as_mira, at=now + 2 * HOUR).state == "cancelled"


def test_taken_back_it_leaves_the_ticket_as_it_was(
    later: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    tickets.change(ticket, tickets.Change(status="waiting_internal"), actor=as_mira, at=now + HOUR)
    tickets.cancel(later, actor=as_mira, at=now + 2 * HOUR)
    after = fresh(ticket)
    assert (after.status, after.waiting_since, after.first_answered_at) == ("waiting_internal", now, None)


def test_what_has_left_or_leaves_at_once_gets_no_other_time(
    later: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    tickets.mark_sent(later, actor=SYSTEM, at=now + TOMORROW)
    at_once = tickets.reply(ticket, Answer("Gleich."), actor=as_mira, at=now + TOMORROW)
    known = told(ticket)
    assert tickets.send_now(later, actor=as_mira, at=now + TOMORROW).state == "sent"
    assert tickets.send_now(at_once, actor=as_mira, at=now + TOMORROW).send_at is None
    assert told(ticket) == known


def test_a_stopped_one_waits_for_a_person_and_may_leave_all_the_same(
    later: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    stopped = tickets.stop(later, actor=SYSTEM, at=now + 2 * HOUR)
    assert (stopped.state, list(Message.objects.troubled())) == ("stopped", [stopped])
    assert (fresh(ticket).status, told(ticket)[-1]) == ("new", "message.stopped")
    assert tickets.send_now(stopped, actor=as_mira, at=now + 3 * HOUR).state == "queued"
    assert list(Message.objects.troubled()) == []


@pytest.fixture
def failed(ticket: Ticket, as_mira: Actor, now: datetime) -> Message:
    form = File("formular.pdf", "application/pdf", 9, "b" * 64)
    answer = Answer("Wir senken ihn.", files=(form,), cc=(("Leo Ott", "leo@example.net"),))
    message = tickets.reply(ticket, answer, actor=as_mira, at=now + HOUR)
    unreached = [{"address": "kim@example.org", "reason": "5.1.1"}]
    return tickets.mark_failed(message, reason="5.1.1", unreached=unreached, actor=SYSTEM, at=now + 2 * HOUR)


def test_sent_again_to_a_corrected_address_it_is_a_new_answer_and_the_old_one_is_settled(
    failed: Message, ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    right = ("Kim Berger", "kim.berger@example.org")
    new = tickets.send_again(failed, to=(right,), cc=(("", "leo@example.net"),), actor=as_mira, at=now + 3 * HOUR)
    failed.refresh_from_db()
    assert (failed.state, failed.settled_at, failed.settled_by, new.instead_of) == (
        "failed", now + 3 * HOUR, mira, failed,
    )  # fmt: skip
    assert (new.state, new.text, [file.filename for file in new.attachments.all()]) == (
        "queued", "Wir senken ihn.", ["formular.pdf"],
    )  # fmt: skip
    assert new.rfc_message_id != failed.rfc_message_id
    after = fresh(ticket)
    assert (after.status, after.waiting_since, list(Message.objects.troubled())) == ("waiting_customer", None, [])
    assert told(ticket)[-3:] == ["message.queued", "ticket.status_changed", "message.settled"]
    # From now on answers go there by themselves.
    assert addressees_of(ticket).to == (right,)
    assert list(Participant.objects.filter(ticket=ticket).values_list("address__value", flat=True)) == [right[1]]


def test_an_address_of_somebody_else_is_written_to_but_not_taken_for_the_customers(
    failed: Message, ticket: Ticket, leo: Address, as_mira: Actor, now: datetime
) -> None:
    new = tickets.send_again(failed, to=(("Leo Ott", leo.value),), actor=as_mira, at=now + 3 * HOUR)
    leo.refresh_from_db()
    assert (new.to, leo.person_id == ticket.person_id) == ([{"name": "Leo Ott", "address": leo.value}], False)


def test_left_as_it_is_it_counts_as_seen_to_once(failed: Message, as_mira: Actor, now: datetime) -> None:
    tickets.settle(failed, actor=as_mira, at=now + 3 * HOUR)
    assert list(Message.objects.troubled()) == []
    for act in (tickets.settle, tickets.try_again):
        with pytest.raises(tickets.NotTroubled):
            act(failed, actor=as_mira, at=now + 4 * HOUR)
    with pytest.raises(tickets.NotTroubled):
        tickets.send_again(failed, to=(KIM,), actor=as_mira, at=now + 4 * HOUR)


def test_what_perhaps_left_is_sent_again_only_by_a_person_and_as_the_same_mail(
    ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    message = tickets.reply(ticket, Answer("Ja."), actor=as_mira, at=now)
    doubtful = tickets.mark_maybe_sent(message, actor=SYSTEM, at=now + HOUR)
    assert (doubtful.needs_a_person, fresh(ticket).status) == (True, "waiting_customer")
    again = tickets.try_again(doubtful, actor=as_mira, at=now + 2 * HOUR)
    assert (again.pk, again.state, again.rfc_message_id) == (message.pk, "queued", message.rfc_message_id)
    assert told(ticket)[-1] == "message.queued"


def test_who_answers_late_that_it_was_taken_ends_the_doubt(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    message = tickets.reply(ticket, Answer("Ja."), actor=as_mira, at=now)
    tickets.mark_maybe_sent(message, actor=SYSTEM, at=now + HOUR)
    assert tickets.mark_sent(message, actor=SYSTEM, at=now + HOUR).needs_a_person is False
    assert tickets.mark_maybe_sent(message, actor=SYSTEM, at=now + HOUR).state == "sent"


def test_an_answer_goes_to_whoever_wrote_the_message_answered_and_names_who_had_it_too(
    ticket: Ticket, kim_address: Address, leo: Address, mailbox: Mailbox, now: datetime
) -> None:
    Participant.objects.create(ticket=ticket, address=leo, role="copy")
    come_in(
        ticket,
        leo,
        now + HOUR,
        to=(("", "Service@musterstadt.example"), ("Kim Berger", "kim@example.org")),
        cc=(("Ida Ott", "ida@example.net"), ("", "kim@example.org"), ("", "service+a1.abc@musterstadt.example")),
    )
    assert addressees_of(ticket) == Addressees(
        to=(("Leo Ott", "leo@example.net"),), copies=(KIM, ("Ida Ott", "ida@example.net"))
    )


def test_a_stranger_gets_no_answer_by_accident(
    ticket: Ticket, kim_address: Address, leo: Address, now: datetime
) -> None:
    come_in(ticket, leo, now + HOUR)
    assert addressees_of(ticket) == Addressees(to=(KIM,), passed_over=("Leo Ott", "leo@example.net"))
    come_in(ticket, kim_address, now + 2 * HOUR)
    assert addressees_of(ticket) == Addressees(to=(KIM,))


def test_an_absence_note_is_not_what_is_answered(ticket: Ticket, leo: Address, now: datetime) -> None:
    Participant.objects.create(ticket=ticket, address=leo, role="copy")
    come_in(ticket, leo, now + HOUR, automatic="auto-reply")
    assert addressees_of(ticket).to == (KIM,)


def test_who_writes_by_a_form_is_answered_and_not_the_form(ticket: Ticket, kim_address: Address, now: datetime) -> None:
    come_in(ticket, kim_address, now + HOUR, from_address="formular@webhost.example")
    assert addressees_of(ticket).to == (KIM,)


def test_who_writes_from_another_address_of_theirs_is_answered_there(
    ticket: Ticket, kim_address: Address, now: datetime, open_ticket: Callable[..., Ticket]
) -> None:
    second = customers.add_address(kim_address.person, kind="email", value="kim@work.example", actor=SYSTEM, at=now)
    come_in(ticket, second, now + HOUR)
    assert addressees_of(ticket).to == (("Kim Berger", "kim@work.example"),)
