"""Somebody writes in a customer's name, and the mail server says so: they are not taken for the customer."""

from collections.abc import Callable

import pytest
from django.test import Client

from anliegen.flow.channels.guard.watch import change_guard
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Participant, Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
MX = "mx.musterstadt.example"
FAILED = f"{MX}; spf=fail smtp.mailfrom=kim@example.org; dmarc=fail header.from=example.org"
PASSED = f"{MX}; dmarc=pass header.from=example.org"


@pytest.fixture(autouse=True)
def trusted(mailbox: Mailbox) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=[MX])


def feigned(message_id: str = "<f@example.org>", **headers: str) -> bytes:
    given = {"text": "Bitte ändern Sie meine Bankverbindung.", "Authentication_Results": FAILED} | headers
    return mail(message_id=message_id, **given)


def message_of(raw: bytes) -> Message:
    message = take(raw).message
    assert message is not None
    return message


def test_a_number_in_the_subject_does_not_bring_them_into_the_customers_concern() -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    line = take(feigned(subject=f"Re: Abschlag [#{ticket.pk}]"))
    assert (line.result, line.authenticity) == ("created", "failed spf=fail dmarc=fail")
    assert ticket.messages.count() == 1
    line = take(
        feigned("<g@example.org>", subject=f"Re: Abschlag [#{ticket.pk}]", Authentication_Results=PASSED, text="Ja")
    )
    assert (line.result, line.reason) == ("appended", "subject-number")


def test_name_and_address_are_not_taken_up_and_the_concern_is_not_the_customers(kim_address: Address) -> None:
    people, addresses = Person.objects.count(), Address.objects.count()
    message = message_of(feigned(sender="Kim Neu <kim@example.org>"))
    assert (message.authenticity, message.is_from_stranger) == ("failed spf=fail dmarc=fail", False)
    assert (message.from_name, message.from_address) == ("Kim Neu", "kim@example.org")
    assert message.person is not None
    assert (message.person.name, message.person.addresses.count()) == ("", 0)
    assert message.ticket.person_id != kim_address.person_id
    assert (Person.objects.count(), Address.objects.count()) == (people + 1, addresses)
    assert not Participant.objects.filter(ticket=message.ticket).exists()


def test_a_stranger_whose_server_says_no_becomes_no_customer_either() -> None:
    message_of(feigned(sender="Bank <info@bank.example>"))
    assert not Address.objects.filter(folded="info@bank.example").exists()
    assert not Person.objects.filter(name="Bank").exists()


def test_they_get_no_confirmation_and_neither_does_the_customer(
    kim_address: Address, run_pipeline: Callable[[], int]
) -> None:
    take(feigned())
    run_pipeline()
    assert not Message.objects.filter(direction="out").exists()


def test_who_answers_our_own_mail_is_heard_but_marked(mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = actions.reply(ticket, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=clock.now())
    message = message_of(feigned(In_Reply_To=f"<{ours.rfc_message_id}>"))
    assert (message.ticket, message.is_feigned, message.is_from_stranger) == (ticket, True, True)
    assert message.person_id != ticket.person_id


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (PASSED, "confirmed dmarc=pass"),
        (f"{MX}; dmarc=none", "unconfirmed dmarc=none"),
        ("other.example; dmarc=fail", ""),
    ],
)
def test_whoever_is_not_refused_is_taken_for_the_customer(kim_address: Address, said: str, expected: str) -> None:
    message = message_of(mail(Authentication_Results=said))
    assert (message.authenticity, message.person_id) == (expected, kim_address.person_id)


def test_somebody_who_made_sure_says_so_and_the_concern_is_the_customers(kim_address: Address, mira: Agent) -> None:
    message = message_of(feigned())
    actions.vouch(message, actor=Actor.agent(mira.pk), at=clock.now())
    message = Message.objects.get(pk=message.pk)
    assert (message.authenticity, message.is_from_stranger) == ("vouched spf=fail dmarc=fail", False)
    ticket = Ticket.objects.get(pk=message.ticket_id)
    assert (message.person_id, ticket.person_id) == (kim_address.person_id, kim_address.person_id)
    assert actions.recipients_of(ticket) == (("Kim Berger", "kim@example.org"),)
    event = Event.objects.get(verb="message.vouched")
    assert (event.actor, event.data) == (
        f"agent:{mira.pk}", {"message": f"message:{message.pk}", "person": f"person:{kim_address.person_id}"},
    )  # fmt: skip


def test_there_is_nothing_to_say_for_a_message_that_was_confirmed(kim_address: Address, mira: Agent) -> None:
    message = message_of(mail(Authentication_Results=PASSED))
    actions.vouch(message, actor=Actor.agent(mira.pk), at=clock.now())
    assert Message.objects.get(pk=message.pk).authenticity == "confirmed dmarc=pass"
    assert not Event.objects.filter(verb="message.vouched").exists()


def test_the_page_of_the_concern_warns_and_lets_somebody_say_that_they_made_sure(mira: Agent) -> None:
    message = message_of(feigned())
    client = Client()
    client.force_login(mira)
    page = client.get(f"/workspace/tickets/{message.ticket_id}/").text
    assert "Achtung: gibt sich als example.org aus" in page
    assert "Die Prüfung des Absenders ist fehlgeschlagen: SPF nicht bestanden, DMARC nicht bestanden." in page
    client.post(f"/workspace/messages/{message.pk}/vouch/")
    page = client.get(f"/workspace/tickets/{message.ticket_id}/").text
    assert "Ein Kollege hat sich vergewissert: kommt von example.org" in page


def test_nobody_says_so_about_a_concern_they_must_not_see(
    mira: Agent, tom: Agent, run_pipeline: Callable[[], int]
) -> None:
    message = message_of(feigned())
    run_pipeline()  # it goes to billing
    client = Client()
    client.force_login(tom)
    assert client.post(f"/workspace/messages/{message.pk}/vouch/").status_code == 404
    assert Message.objects.get(pk=message.pk).is_feigned
