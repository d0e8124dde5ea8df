"""Two tickets become one and two again; a message becomes a ticket of its own. Nothing is lost on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, queries
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Link, Message, SearchRow, Ticket
from anliegen.records.tickets.participants import takes_part

Open = Callable[..., Ticket]


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def second(open_ticket: Open, kim_address: Address, now: datetime) -> Ticket:
    return open_ticket(
        kim_address, subject="Noch einmal", text="Ich habe etwas vergessen.", at=now + timedelta(hours=1)
    )


def texts(ticket: Ticket) -> list[str]:
    return list(ticket.messages.order_by("created_at", "pk").values_list("text", flat=True))


def verbs(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True))


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def write(ticket: Ticket, address: Address, at: datetime, text: str = "Und noch etwas.") -> Message:
    received = Received(
        channel="email", person_id=address.person_id, address=address, text=text, written_at=at, subject="Umzug"
    )
    return actions.receive(received, ticket=ticket, at=at)


def test_joined_messages_and_notes_stand_in_the_other_ticket(
    ticket: Ticket, second: Ticket, by: Actor, now: datetime, run_pipeline: Callable[[], int]
) -> None:
    actions.write_note(second, text="Bitte zusammenführen", actor=by, at=now)
    run_pipeline()
    actions.join(second, ticket, actor=by, at=now + timedelta(hours=2))
    assert texts(ticket) == ["Mein Abschlag ist zu hoch.", "Ich habe etwas vergessen."]
    assert texts(second) == []
    assert [note.text for note in ticket.notes.all()] == ["Bitte zusammenführen"]
    assert set(SearchRow.objects.values_list("ticket", flat=True)) == {ticket.pk}
    joined = again(second)
    assert (joined.status, joined.joined_into, joined.waiting_since) == ("closed", ticket, None)
    assert again(ticket).last_message_at == now + timedelta(hours=1)
    assert verbs(second)[-1] == "ticket.joined" and verbs(ticket)[-1] == "ticket.took_in"


def test_what_comes_for_a_joined_ticket_goes_to_the_other(
    ticket: Ticket, second: Ticket, by: Actor, kim_address: Address, now: datetime
) -> None:
    actions.join(second, ticket, actor=by, at=now)
    message = write(second, kim_address, now + timedelta(days=1))
    assert message.ticket == ticket
    assert queries.carried_on(again(second)) == ticket


def test_joining_opens_a_finished_ticket_while_the_customer_waits(
    ticket: Ticket, second: Ticket, by: Actor, now: datetime
) -> None:
    actions.resolve(ticket, actor=by, at=now)
    actions.join(second, ticket, actor=by, at=now + timedelta(hours=2))
    # Nobody was told that it was resolved, so the customer has waited since the first message.
    assert (again(ticket).status, again(ticket).waiting_since) == ("open", ticket.waiting_since)


def test_parted_again_each_has_what_it_had(ticket: Ticket, second: Ticket, by: Actor, now: datetime) -> None:
    actions.join(second, ticket, actor=by, at=now)
    actions.part(second, actor=by, at=now + timedelta(hours=2))
    assert texts(ticket) == ["Mein Abschlag ist zu hoch."]
    assert texts(second) == ["Ich habe etwas vergessen."]
    found = again(second)
    assert (found.status, found.joined_into, found.closed_at) == ("open", None, None)
    assert found.waiting_since == second.created_at
    assert not Message.objects.exclude(came_to=None).exists()
    assert verbs(second)[-1] == "ticket.parted" and verbs(ticket)[-1] == "ticket.gave_back"


def test_a_chain_of_joinings_is_parted_link_by_link(
    ticket: Ticket, second: Ticket, open_ticket: Open, kim_address: Address, by: Actor, now: datetime
) -> None:
    third = open_ticket(kim_address, text="Drittens.", at=now + timedelta(hours=2))
    actions.join(third, second, actor=by, at=now)
    actions.join(second, ticket, actor=by, at=now)
    assert texts(ticket) == ["Mein Abschlag ist zu hoch.", "Ich habe etwas vergessen.", "Drittens."]
    actions.part(second, actor=by, at=now)
    assert texts(second) == ["Ich habe etwas vergessen.", "Drittens."]
    actions.part(third, actor=by, at=now)
    assert (texts(second), texts(third)) == (["Ich habe etwas vergessen."], ["Drittens."])


def test_a_ticket_is_not_joined_twice_nor_with_itself(ticket: Ticket, second: Ticket, by: Actor, now: datetime) -> None:
    with pytest.raises(actions.CannotJoin):
        actions.join(ticket, ticket, actor=by, at=now)
    actions.join(second, ticket, actor=by, at=now)
    for one, other in ((second, ticket), (ticket, second)):
        with pytest.raises(actions.CannotJoin):
            actions.join(one, other, actor=by, at=now)


def test_a_joined_ticket_cannot_be_opened_by_itself(ticket: Ticket, second: Ticket, by: Actor, now: datetime) -> None:
    actions.join(second, ticket, actor=by, at=now)
    with pytest.raises(actions.JoinedElsewhere):
        actions.reopen(second, actor=by, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=second.pk).update(status="open")


def test_the_other_persons_address_takes_part_in_copy(
    ticket: Ticket, open_ticket: Open, by: Actor, now: datetime
) -> None:
    ada = customers.meet(kind="email", value="ada@example.org", name="Ada", actor=by, at=now)
    actions.join(open_ticket(ada), ticket, actor=by, at=now)
    assert list(ticket.participants.order_by("pk").values_list("address__value", "role")) == [
        ("kim@example.org", "requester"),
        ("ada@example.org", "copy"),
    ]


def test_a_message_split_off_is_a_concern_of_its_own_that_follows_up(
    ticket: Ticket, kim_address: Address, by: Actor, now: datetime
) -> None:
    message = write(ticket, kim_address, now + timedelta(days=60))
    new = actions.split_off(message, actor=by, at=now + timedelta(days=61))
    assert (texts(ticket), texts(new)) == (["Mein Abschlag ist zu hoch."], ["Und noch etwas."])
    assert (new.subject, new.team, new.person, new.status) == ("Umzug", ticket.team, ticket.person, "open")
    assert new.waiting_since == now + timedelta(days=60)
    assert list(Link.objects.values_list("ticket", "other", "kind")) == [(new.pk, ticket.pk, "follow_up")]
    assert [one.address for one in new.participants.all()] == [kim_address]
    assert verbs(new)[-1] == "ticket.split" and verbs(ticket)[-1] == "ticket.gave_off"


def test_the_only_message_of_a_ticket_is_not_split_off(ticket: Ticket, by: Actor, now: datetime) -> None:
    with pytest.raises(actions.CannotSplit):
        actions.split_off(ticket.messages.get(), actor=by, at=now)


def test_not_belonging_together_is_said_once_and_remembered(
    ticket: Ticket, second: Ticket, by: Actor, now: datetime
) -> None:
    actions.link(second, ticket, kind="maybe", actor=by, at=now)
    actions.unlink(ticket, second, actor=by, at=now)
    actions.unlink(ticket, second, actor=by, at=now)
    assert not Link.objects.exists()
    assert verbs(ticket).count("ticket.unlinked") == 1


def test_a_joined_ticket_is_not_answered_by_itself(ticket: Ticket, second: Ticket, by: Actor, now: datetime) -> None:
    actions.join(second, ticket, actor=by, at=now)
    with pytest.raises(actions.JoinedElsewhere) as told:
        actions.reply(second, Answer("Guten Tag"), actor=by, at=now, status="closed")
    assert told.value.into == ticket.pk
    assert not Message.objects.filter(direction="out").exists()


def test_what_was_going_on_goes_on_in_a_finished_one(ticket: Ticket, second: Ticket, by: Actor, now: datetime) -> None:
    actions.resolve(ticket, actor=by, at=now)
    answer = Answer("Wir melden uns.")
    actions.reply(second, answer, actor=by, at=now + timedelta(hours=2), status="waiting_customer")
    actions.join(second, ticket, actor=by, at=now + timedelta(hours=3))
    joined = again(ticket)
    assert (joined.status, joined.waiting_since) == ("waiting_customer", None)


@pytest.fixture
def ada(now: datetime) -> Address:
    return customers.meet(kind="email", value="ada@example.org", name="Ada", actor=Actor("system"), at=now)


def test_parted_again_nobody_takes_part_who_did_not_before(
    ticket: Ticket, open_ticket: Open, ada: Address, mira: Agent, by: Actor, now: datetime
) -> None:
    other = open_ticket(ada)
    actions.follow(other, mira, actor=by, at=now)
    actions.join(other, ticket, actor=by, at=now + timedelta(hours=1))
    actions.part(other, actor=by, at=now + timedelta(hours=2))
    assert [one.address.value for one in ticket.participants.all()] == ["kim@example.org"]
    assert [one.address.value for one in other.participants.all()] == ["ada@example.org"]
    assert not takes_part(ticket, kind="email", folded="ada@example.org")
    assert (ticket.follows.count(), other.follows.count()) == (0, 1)


def test_parted_again_who_was_written_to_meanwhile_still_takes_part(
    ticket: Ticket, open_ticket: Open, ada: Address, by: Actor, now: datetime
) -> None:
    other = open_ticket(ada)
    actions.join(other, ticket, actor=by, at=now)
    copies = (("Ada", "ada@example.org"),)
    actions.reply(ticket, Answer("An beide.", cc=copies), actor=by, at=now + timedelta(hours=1))
    actions.part(other, actor=by, at=now + timedelta(hours=2))
    assert [one.address.value for one in ticket.participants.order_by("pk")] == ["kim@example.org", "ada@example.org"]


def test_parted_again_the_customer_still_waits_though_a_rule_confirmed_the_message(
    ticket: Ticket, second: Ticket, by: Actor, now: datetime
) -> None:
    rule = Actor.rule("acknowledge")
    actions.acknowledge(second, Answer("Ist da."), rule="acknowledge", actor=rule, at=now + timedelta(hours=1))
    actions.join(second, ticket, actor=by, at=now + timedelta(hours=2))
    actions.part(second, actor=by, at=now + timedelta(hours=3))
    assert again(second).waiting_since == second.created_at


def test_parted_again_the_other_waits_for_nobody_whose_words_have_gone(
    ticket: Ticket, second: Ticket, by: Actor, now: datetime
) -> None:
    actions.reply(ticket, Answer("Wir senken ihn."), actor=by, at=now + timedelta(minutes=30))
    actions.join(second, ticket, actor=by, at=now + timedelta(hours=2))
    assert (again(ticket).status, again(ticket).waiting_since) == ("open", second.created_at)
    actions.part(second, actor=by, at=now + timedelta(hours=3))
    assert (again(ticket).status, again(ticket).waiting_since) == ("waiting_customer", None)


def test_parted_again_what_was_resolved_is_so_since_then_unless_somebody_wrote(
    ticket: Ticket, second: Ticket, kim_address: Address, by: Actor, now: datetime
) -> None:
    resolved = now + timedelta(minutes=30)
    actions.reply(ticket, Answer("Erledigt."), actor=by, at=resolved, status="resolved")
    for wrote in (False, True):
        actions.join(second, ticket, actor=by, at=now + timedelta(hours=2))
        if wrote:
            write(ticket, kim_address, now + timedelta(hours=3))
        actions.part(second, actor=by, at=now + timedelta(hours=4))
        assert (again(ticket).status, again(ticket).resolved_at) == (
            ("open", None) if wrote else ("resolved", resolved)
        )


def test_out_of_the_middle_of_a_chain_each_gets_back_what_it_had(
    ticket: Ticket, second: Ticket, open_ticket: Open, kim_address: Address, by: Actor, now: datetime
) -> None:
    third = open_ticket(kim_address, text="Drittens.", at=now + timedelta(hours=2))
    actions.join(third, second, actor=by, at=now)
    actions.join(second, ticket, actor=by, at=now)
    actions.part(third, actor=by, at=now)
    assert (texts(third), again(third).waiting_since) == (["Drittens."], third.created_at)
    actions.part(second, actor=by, at=now)
    assert (texts(ticket), texts(second)) == (["Mein Abschlag ist zu hoch."], ["Ich habe etwas vergessen."])


def test_where_the_unanswered_message_is_split_off_nobody_waits_any_more(
    ticket: Ticket, kim_address: Address, by: Actor, now: datetime
) -> None:
    actions.reply(ticket, Answer("Wir senken ihn."), actor=by, at=now + timedelta(hours=1))
    message = write(ticket, kim_address, now + timedelta(hours=2))
    new = actions.split_off(message, actor=by, at=now + timedelta(hours=3))
    assert (again(ticket).waiting_since, new.waiting_since) == (None, now + timedelta(hours=2))
