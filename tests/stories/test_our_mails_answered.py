"""Answers to our own mails, German and English, with everything in them that they may have: taken apart exactly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anliegen.flow.channels import acknowledge
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mailroom.test_outgoing import mail_of
from tests.stories import mail_clients
from tests.stories.mail_clients import Client, Reading
from tests.stories.mails import take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("whole_house")]

QUOTING = (
    mail_clients.outlook,
    mail_clients.outlook_without_references,
    mail_clients.gmail,
    mail_clients.apple_mail,
    mail_clients.ios,
    mail_clients.thunderbird,
    mail_clients.thunderbird_with_references_alone,
    mail_clients.gmx,
)
WORDS = {
    "de": "Danke, aber der Betrag stimmt noch nicht.\n\nBitte sehen Sie nach.",
    "en": "Thank you, but the amount is still wrong.\n\nPlease look into it.",
}


@pytest.fixture
def whole_house(calendar: object, brand: Brand) -> None:
    """Signatures, legal details and service hours, and everything is quoted."""
    Operator.objects.update(quotes="all")
    Brand.objects.update(
        signature_en="Your Stadtwerke Musterstadt\nPhone +49 341 123456, Monday to Friday",
        legal_footer="Stadtwerke Musterstadt GmbH, Sitz Musterstadt\nAmtsgericht Leipzig HRB 4711",
        legal_footer_en="Stadtwerke Musterstadt GmbH, registered office Musterstadt\nLocal court Leipzig HRB 4711",
    )


@pytest.fixture
def ticket(open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox) -> Ticket:
    return open_ticket(kim_address, mailbox=mailbox, rfc_message_id="frage@example.org")


def answered(ticket: Ticket, mira: Agent, now: datetime, language: str) -> Message:
    customers.change(ticket.person, language=language, actor=SYSTEM, at=now)
    words = "Guten Tag Kim Berger,\n\nwir senken ihn." if language == "de" else "Hello Kim Berger,\n\nwe lower it."
    said = actions.reply(
        ticket, Answer(words), actor=Actor.agent(mira.pk), at=now + timedelta(hours=1), status="resolved"
    )
    return actions.mark_sent(said, actor=SYSTEM, at=now + timedelta(hours=1))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("client", QUOTING, ids=lambda client: client.__name__)
def test_an_answer_to_our_answer_is_what_was_typed_and_nothing_of_ours(
    ticket: Ticket, mira: Agent, now: datetime, client: Client, language: str
) -> None:
    told = take_answer(client, answered(ticket, mira, now, language), ticket, WORDS[language])
    assert own_words(told) == WORDS[language]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("client", QUOTING, ids=lambda client: client.__name__)
def test_so_is_an_answer_to_our_acknowledgement(
    ticket: Ticket, now: datetime, client: Client, language: str, run_pipeline: Callable[[], int], monkeypatch: Any
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1))
    customers.change(ticket.person, language=language, actor=SYSTEM, at=now)
    run_pipeline()
    said = actions.mark_sent(Message.objects.get(rule=acknowledge.RULE), actor=SYSTEM, at=now)
    told = take_answer(client, said, ticket, WORDS[language])
    assert own_words(told) == WORDS[language]


def take_answer(client: Client, said: Message, ticket: Ticket, words: str) -> Message:
    """The customer answers with this program; nothing is cut from what is stored."""
    written = client(Reading(mail_of(said), "kim@example.org", words, ticket.pk))
    line = take(written.raw, to=written.to, sender="kim@example.org")
    assert (line.result, line.ticket_id) == ("appended", ticket.pk)
    told = Message.objects.get(pk=line.message_id)
    assert all(part in told.text for part in ("Musterstadt", "HRB 4711", "+49 341 123456", words.split("\n")[0]))
    return told


def own_words(message: Message) -> str:
    """Without the line that a telephone adds, which is not ours."""
    return message.said.replace("Von meinem iPhone gesendet", "").strip()
