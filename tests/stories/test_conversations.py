"""Two hundred answers by changing mail programs, to tickets that look alike: each lands where it belongs."""

import email
import email.policy
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from anliegen.flow.channels.email.compose import compose
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mail_clients import CLIENTS, Reading
from tests.stories.mails import take

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = 200
PEOPLE = 7  # fewer than tickets: several are of the same person, under the same subject
TICKETS = 20


@pytest.fixture
def people(operator: Operator, now: datetime) -> list[Address]:
    return [
        customers.meet(
            kind="email", value=f"kundin{n}@example.org", name=f"Kundin {n}", language="de", actor=SYSTEM, at=now
        )
        for n in range(PEOPLE)
    ]


def sent_to(ticket: Ticket, mira: Agent, number: int, at: datetime) -> EmailMessage:
    """The agent's answer as the customer's mail program got it."""
    words = f"Guten Tag,\n\ndas ist die Antwort {number} zu Vorgang {ticket.pk + 1}, nicht zu Ihrem."
    message = actions.reply(ticket, Answer(words), actor=Actor.agent(mira.pk), at=at)
    actions.mark_sent(message, actor=SYSTEM, at=at)
    raw = compose(as_mail(Message.objects.get(pk=message.pk)))
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_each_of_two_hundred_answers_by_changing_mail_programs_lands_in_its_ticket(
    people: list[Address], open_ticket: Callable[..., Ticket], mailbox: Mailbox, mira: Agent, now: datetime
) -> None:
    tickets = [open_ticket(people[n % PEOPLE], subject="Abschlag", mailbox=mailbox) for n in range(TICKETS)]
    landed, evidence, stray = 0, Counter[str](), []
    for number in range(ANSWERS):
        ticket = tickets[number % TICKETS]
        client = CLIENTS[number % len(CLIENTS)]
        reader = people[(number % TICKETS) % PEOPLE].value
        mail = sent_to(ticket, mira, number, now + timedelta(minutes=number))
        written = client(Reading(mail, reader, f"Meine Antwort Nummer {number}.", ticket.pk))
        line = take(written.raw, to=written.to, sender=reader)
        if (line.result, line.ticket_id) == ("appended", ticket.pk):
            landed += 1
            evidence[line.reason] += 1
        else:
            stray.append((client.__name__, line.result, line.reason))
    assert (landed, stray) == (ANSWERS, [])
    # Each kind of evidence was needed, so none of them can be lost unnoticed.
    each = ANSWERS // len(CLIENTS)
    assert {kind: count // each for kind, count in evidence.items()} == {
        "message-id": 9, "reply-address": 2, "subject-number": 2,
    }  # fmt: skip
    assert Ticket.objects.count() == TICKETS
    assert Message.objects.filter(direction="in").count() == TICKETS + ANSWERS
    assert Message.objects.filter(is_from_stranger=True).count() == 0
