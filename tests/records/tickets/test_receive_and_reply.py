"""A customer's words come in, the operator's go out: state, event and refusal of each step."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Attachment, Message, Note, Participant, Ticket

HOUR = timedelta(hours=1)
ANSWER = Answer("Wir senken ihn auf 80 €.")


def told(ticket: Ticket, after: int = 0) -> list[str]:
    return list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True))[
        after:
    ]


def write_again(ticket: Ticket, address: Address, at: datetime, **fields: object) -> Message:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text="Noch etwas.",
        written_at=at,
        **fields,  # type: ignore[arg-type]
    )
    return tickets.receive(received, ticket=ticket, at=at)


@pytest.fixture
def as_mira(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def stranger(operator: object, now: datetime) -> Address:
    return customers.meet(kind="email", value="fremd@example.net", name="Fremd", actor=SYSTEM, at=now)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_the_first_message_opens_a_ticket_and_the_customer_waits(
    open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    photo = File("zaehler.jpg", "image/jpeg", 3, "a" * 64)
    ticket = open_ticket(kim_address, files=(photo,))
    assert (ticket.status, ticket.waiting_since, ticket.version) == ("new", now, 1)
    assert Participant.objects.get().role == "requester"
    assert Attachment.objects.get().sha256 == photo.sha256
    message = Message.objects.get()
    assert (message.state, message.author_kind, message.reply_text, message.is_from_stranger) == (
        "received", "person", "", False,
    )  # fmt: skip
    events = list(
        Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", "actor", "data")
    )
    kim = f"person:{kim_address.person_id}"
    assert events == [
        ("ticket.opened", kim, {"channel": "email", "person": kim}),
        ("message.received", kim, {"message": f"message:{message.pk}", "first": True, "automatic": False}),
    ]


def test_without_a_brand_no_ticket_is_opened(kim_address: Address, now: datetime) -> None:
    said = Received(channel="email", person_id=kim_address.person_id, text="Hallo", written_at=now)
    with pytest.raises(ValueError, match="brand"):
        tickets.receive(said, at=now)
    assert (Ticket.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("before", "verb"),
    [("waiting_customer", "ticket.status_changed"), ("resolved", "ticket.reopened"), ("closed", "ticket.reopened")],
)
def test_writing_again_makes_it_our_turn(
    ticket: Ticket, kim_address: Address, now: datetime, as_mira: Actor, before: str, verb: str
) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR, status=before)
    known, at = len(told(ticket)), now + 2 * HOUR
    write_again(ticket, kim_address, at)
    after = fresh(ticket)
    assert (after.status, after.waiting_since, after.last_message_at) == ("open", at, at)
    assert (after.resolved_at, after.closed_at) == (None, None)
    assert told(ticket, known) == [verb, "message.received"]


def test_an_automatic_message_changes_neither_status_nor_waiting_time(
    ticket: Ticket, kim_address: Address, now: datetime, as_mira: Actor
) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    write_again(ticket, kim_address, now + 2 * HOUR, automatic="auto-reply")
    assert (fresh(ticket).status, fresh(ticket).waiting_since) == ("waiting_customer", None)


def test_a_clock_set_back_never_moves_the_last_message_back(
    ticket: Ticket, kim_address: Address, now: datetime, as_mira: Actor
) -> None:
    write_again(ticket, kim_address, now - HOUR)
    assert fresh(ticket).last_message_at == now
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now - HOUR)
    assert (fresh(ticket).last_message_at, fresh(ticket).updated_at, fresh(ticket).first_answered_at) == (now, now, now)


def test_who_is_no_participant_is_marked_as_a_stranger_until_they_are(
    ticket: Ticket, stranger: Address, now: datetime
) -> None:
    assert write_again(ticket, stranger, now + HOUR).is_from_stranger
    Participant.objects.create(ticket=ticket, address=stranger, role="copy")
    assert not write_again(ticket, stranger, now + 2 * HOUR).is_from_stranger


@pytest.mark.parametrize(("left", "is_stranger"), [(False, True), (True, False)])
def test_whom_an_agent_sent_a_copy_is_no_stranger_once_it_has_left(
    ticket: Ticket, stranger: Address, as_mira: Actor, now: datetime, left: bool, is_stranger: bool
) -> None:
    answer = Answer(text="Zur Kenntnis.", to=(("", "kim@example.org"),), cc=(("", stranger.value.upper()),))
    message = tickets.reply(ticket, answer, actor=as_mira, at=now + HOUR)
    if left:
        tickets.mark_sent(message, actor=SYSTEM, at=now + HOUR)
    assert write_again(ticket, stranger, now + 2 * HOUR).is_from_stranger == is_stranger


def test_a_reply_is_queued_and_whoever_writes_it_takes_the_ticket_on(
    ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    known, at = len(told(ticket)), now + HOUR
    message = tickets.reply(ticket, ANSWER, actor=as_mira, at=at, expected_version=ticket.version)
    after = fresh(ticket)
    assert (message.state, message.agent, message.to) == (
        "queued", mira, [{"name": "Kim Berger", "address": "kim@example.org"}],
    )  # fmt: skip
    assert message.subject == f"Re: Abschlag [#{ticket.pk}]"
    assert (after.status, after.waiting_since, after.first_answered_at) == ("waiting_customer", None, at)
    assert (after.assignee, after.responsible, after.version) == (mira, mira, ticket.version + 1)
    assert told(ticket, known) == ["message.queued", "ticket.assigned", "ticket.status_changed"]


def test_a_reply_to_somebody_elses_ticket_leaves_it_theirs(
    ticket: Ticket, mira: Agent, admin: Agent, now: datetime
) -> None:
    tickets.assign(ticket, to=mira, actor=SYSTEM, at=now)
    tickets.reply(ticket, ANSWER, actor=Actor.agent(admin.pk), at=now + HOUR)
    assert fresh(ticket).assignee == mira
    assert Event.objects.filter(verb="ticket.assigned").count() == 1


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_reply_or_note_without_words_is_refused(ticket: Ticket, as_mira: Actor, now: datetime, text: str) -> None:
    with pytest.raises(tickets.NothingSaid):
        tickets.reply(ticket, Answer(text), actor=as_mira, at=now)
    with pytest.raises(tickets.NothingSaid):
        tickets.write_note(ticket, text=text, actor=as_mira, at=now)
    assert (Message.objects.filter(direction="out").count(), Note.objects.count()) == (0, 0)
    assert fresh(ticket).version == ticket.version


def test_a_file_alone_is_an_answer(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    form = File("formular.pdf", "application/pdf", 9, "b" * 64)
    message = tickets.reply(ticket, Answer("", files=(form,)), actor=as_mira, at=now)
    assert [each.filename for each in message.attachments.all()] == ["formular.pdf"]


def test_a_reply_to_what_has_changed_meanwhile_is_refused_with_the_present_version(
    ticket: Ticket, kim_address: Address, as_mira: Actor, now: datetime
) -> None:
    write_again(ticket, kim_address, now + HOUR)
    known = told(ticket)
    with pytest.raises(tickets.Changed) as refused:
        tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 2 * HOUR, expected_version=ticket.version)
    assert refused.value.version == ticket.version + 1
    assert (Message.objects.filter(direction="out").count(), told(ticket)) == (0, known)


def test_who_has_no_address_cannot_be_mailed(brand: Brand, as_mira: Actor, now: datetime) -> None:
    person = customers.create_person(name="Brief Schreiber", actor=SYSTEM, at=now)
    letter = Received(channel="form", person_id=person.pk, text="Per Hand", written_at=now)
    ticket = tickets.receive(letter, brand=brand, at=now).ticket
    with pytest.raises(tickets.NoWayToAnswer):
        tickets.reply(ticket, ANSWER, actor=as_mira, at=now)
    assert (fresh(ticket).status, Message.objects.filter(direction="out").count()) == ("new", 0)


def test_an_acknowledgement_answers_nothing(ticket: Ticket, now: datetime) -> None:
    rule = Actor.rule("acknowledge")
    message = tickets.acknowledge(ticket, Answer("Angekommen."), rule="acknowledge", actor=rule, at=now + HOUR)
    after = fresh(ticket)
    assert (message.author_kind, after.status, after.waiting_since) == ("rule", "new", now)
    assert (after.first_answered_at, after.assignee) == (None, None)
    assert Event.objects.get(verb="message.queued").actor == "rule:acknowledge"


def test_undoing_the_only_answer_puts_everything_back(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    message = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    for _ in range(2):
        message = tickets.cancel(message, actor=as_mira, at=now + HOUR)
    after = fresh(ticket)
    assert (message.state, after.status) == ("cancelled", "open")
    assert (after.waiting_since, after.first_answered_at) == (now, None)
    assert Event.objects.filter(verb="message.cancelled").count() == 1


def test_after_undoing_the_customer_has_waited_since_the_first_unanswered_message(
    ticket: Ticket, kim_address: Address, as_mira: Actor, now: datetime
) -> None:
    write_again(ticket, kim_address, now + HOUR)
    assert fresh(ticket).waiting_since == now
    message = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 2 * HOUR, status="resolved")
    tickets.cancel(message, actor=as_mira, at=now + 2 * HOUR)
    assert (fresh(ticket).waiting_since, fresh(ticket).status, fresh(ticket).resolved_at) == (now, "open", None)


def test_undoing_a_later_answer_keeps_the_first(
    ticket: Ticket, kim_address: Address, as_mira: Actor, now: datetime
) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    write_again(ticket, kim_address, now + 2 * HOUR)
    second = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 3 * HOUR)
    tickets.cancel(second, actor=as_mira, at=now + 3 * HOUR)
    after = fresh(ticket)
    assert (after.first_answered_at, after.waiting_since, after.status) == (now + HOUR, now + 2 * HOUR, "open")


@pytest.mark.parametrize("before", ["waiting_customer", "waiting_internal", "open"])
@pytest.mark.parametrize("after", ["resolved", "waiting_customer", "waiting_internal", "open"])
def test_undoing_a_second_answer_gives_the_status_of_before(
    ticket: Ticket, as_mira: Actor, now: datetime, before: str, after: str
) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR, status=before)
    second = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 2 * HOUR, status=after)
    tickets.cancel(second, actor=as_mira, at=now + 2 * HOUR)
    found = fresh(ticket)
    assert (found.status, found.resolved_at, found.waiting_since) == (before, None, None)


def test_undoing_leaves_a_status_that_was_set_since(ticket: Ticket, as_mira: Actor, now: datetime) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    second = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 2 * HOUR, status="resolved")
    tickets.change(ticket, tickets.Change(status="waiting_internal"), actor=SYSTEM, at=now + 2 * HOUR)
    tickets.cancel(second, actor=as_mira, at=now + 2 * HOUR)
    assert fresh(ticket).status == "waiting_internal"


def test_undoing_an_answer_to_what_was_done_gives_back_that_very_resolution(
    ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR, status="resolved")
    tickets.change(ticket, tickets.Change(status="closed"), actor=SYSTEM, at=now + 2 * HOUR)
    again = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 3 * HOUR, status="open")
    assert (fresh(ticket).status, fresh(ticket).resolved_at) == ("open", None)
    tickets.cancel(again, actor=as_mira, at=now + 3 * HOUR)
    found = fresh(ticket)
    assert (found.status, found.resolved_at, found.closed_at) == ("closed", now + HOUR, now + 2 * HOUR)


def test_an_answer_that_came_back_was_none_when_the_next_is_undone(
    ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    first = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    tickets.mark_bounced(first, reason="5.1.1", actor=SYSTEM, at=now + 2 * HOUR)
    second = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + 3 * HOUR)
    tickets.cancel(second, actor=as_mira, at=now + 3 * HOUR)
    assert (fresh(ticket).status, fresh(ticket).waiting_since) == ("open", now)


@pytest.fixture
def queued(ticket: Ticket, as_mira: Actor, now: datetime) -> Message:
    return tickets.reply(ticket, ANSWER, actor=as_mira, at=now)


def test_sent_and_delivered_say_when_and_leave_the_customers_turn(queued: Message, now: datetime) -> None:
    for _ in range(2):
        sent = tickets.mark_sent(queued, actor=SYSTEM, at=now + HOUR)
    delivered = tickets.mark_delivered(queued, actor=SYSTEM, at=now + 2 * HOUR)
    assert (sent.state, delivered.state, delivered.sent_at) == ("sent", "delivered", now + HOUR)
    assert fresh(queued.ticket).status == "waiting_customer"
    assert told(queued.ticket)[-2:] == ["message.sent", "message.delivered"]


@pytest.mark.parametrize(
    ("mark", "verb", "reason"),
    [(tickets.mark_failed, "message.failed", "smtp-550"), (tickets.mark_bounced, "message.bounced", "5.1.1")],
)
def test_what_did_not_arrive_makes_it_our_turn_again(
    queued: Message, now: datetime, mark: Callable[..., Message], verb: str, reason: str
) -> None:
    for _ in range(2):
        message = mark(queued, reason=reason, actor=SYSTEM, at=now + HOUR)
    after = fresh(queued.ticket)
    assert (after.status, after.waiting_since) == ("open", now + HOUR)
    assert message.state == verb.partition(".")[2]
    assert Event.objects.get(verb=verb).data == {"message": f"message:{queued.pk}", "reason": reason}


def test_what_came_back_is_not_called_sent_by_a_slower_worker(queued: Message, now: datetime) -> None:
    tickets.mark_bounced(queued, reason="5.1.1", actor=SYSTEM, at=now + HOUR)
    assert tickets.mark_sent(queued, actor=SYSTEM, at=now + HOUR).state == "bounced"
    assert tickets.mark_delivered(queued, actor=SYSTEM, at=now + HOUR).state == "bounced"
    assert told(queued.ticket)[-1] == "message.bounced"


def test_what_was_undone_is_never_marked_and_what_was_sent_is_never_undone(
    queued: Message, ticket: Ticket, as_mira: Actor, now: datetime
) -> None:
    tickets.cancel(queued, actor=as_mira, at=now)
    assert tickets.mark_sent(queued, actor=SYSTEM, at=now).state == "cancelled"
    second = tickets.reply(ticket, ANSWER, actor=as_mira, at=now + HOUR)
    tickets.mark_sent(second, actor=SYSTEM, at=now + HOUR)
    known = told(ticket)
    assert tickets.cancel(second, actor=as_mira, at=now + HOUR).state == "sent"
    assert (fresh(ticket).status, told(ticket)) == ("waiting_customer", known)


def test_a_note_counts_as_a_change_but_tells_the_customer_nothing(
    ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime
) -> None:
    note = tickets.write_note(ticket, text="Zählerstand prüfen", actor=as_mira, at=now + HOUR)
    after = fresh(ticket)
    assert (note.agent, after.version, after.status) == (mira, ticket.version + 1, "new")
    assert (after.waiting_since, after.last_message_at, Message.objects.count()) == (now, now, 1)
    assert Event.objects.get(verb="note.written").data == {"note": f"note:{note.pk}"}


def test_the_requesters_address_in_this_ticket_comes_before_their_others(
    ticket: Ticket, kim: Person, now: datetime
) -> None:
    customers.add_address(kim, kind="email", value="zweite@example.org", actor=SYSTEM, at=now)
    assert tickets.recipients_of(ticket) == (("Kim Berger", "kim@example.org"),)
    Participant.objects.all().delete()
    assert tickets.recipients_of(ticket) == (("Kim Berger", "kim@example.org"),)
