"""A mail tells everybody who gets it only what is theirs: the link, the quotes, the Message-IDs, the greeting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anliegen.flow.channels import resolution
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mailroom.test_outgoing import come_in, mail_of, quoted, text_of

HOUR = timedelta(hours=1)
KIM = ("Kim Berger", "kim@example.org")
BOB = ("Bob Ott", "bob@example.net")
INSTALLER = ("Installateur", "installer@third.example")


@pytest.fixture
def bob(operator: Operator, now: datetime) -> Address:
    return customers.meet(kind="email", value=BOB[1], name=BOB[0], language="en", actor=SYSTEM, at=now)


@pytest.fixture
def answer(ticket: Ticket, mira: Agent, now: datetime) -> Callable[..., Message]:
    """An answer of Mira's that is on its way, an hour after the last."""
    passed = [10]

    def make(text: str = "Wir senken ihn.", *, status: str = "waiting_customer", **fields: Any) -> Message:
        passed[0] += 1
        at = now + passed[0] * HOUR
        said = tickets.reply(ticket, Answer(text, **fields), actor=Actor.agent(mira.pk), at=at, status=status)
        return tickets.mark_sent(said, actor=SYSTEM, at=at)

    return make


@pytest.fixture
def joined(ticket: Ticket, bob: Address, open_ticket: Callable[..., Ticket], now: datetime) -> Ticket:
    """What Bob wrote about the same thing, joined into Kim's concern; his message is the newest."""
    his = open_ticket(bob, text="Meiner auch.", at=now + HOUR, subject="Mein Zähler", rfc_message_id="bob@example.net")
    Message.objects.filter(ticket=ticket).update(rfc_message_id="kim@example.org")
    tickets.join(his, ticket, actor=SYSTEM, at=now + 2 * HOUR)
    return Ticket.objects.get(pk=his.pk)


def footer(message: Message) -> str:
    """The paragraph below the signature."""
    return text_of(message).partition("Ihre Stadtwerke Musterstadt\n\n")[2].split("\n\n")[0]


def test_the_link_is_in_a_mail_to_the_owner_alone(answer: Callable[..., Message], ticket: Ticket) -> None:
    assert links.status_link(ticket) in footer(answer())


def test_any_address_of_the_owner_is_the_owners(answer: Callable[..., Message], ticket: Ticket, now: datetime) -> None:
    customers.add_address(ticket.person, kind="email", value="kim@work.example", actor=SYSTEM, at=now)
    assert links.status_link(ticket) in text_of(answer(to=(KIM,), cc=(("", "Kim@Work.example"),)))


@pytest.mark.parametrize(
    ("to", "cc"),
    [((INSTALLER,), ()), ((KIM,), (INSTALLER,)), ((KIM,), (BOB,)), ((KIM, BOB), ()), ((BOB,), ())],
)
def test_whoever_else_gets_it_gets_the_number_and_the_way_to_a_person_and_no_link(
    answer: Callable[..., Message], ticket: Ticket, bob: Address, to: tuple[Any, ...], cc: tuple[Any, ...]
) -> None:
    for status in ("waiting_customer", "resolved"):
        message = answer(to=to, cc=cc, status=status)
        mail = mail_of(message).as_string() + text_of(message)
        assert "/anliegen/" not in mail
        assert links.token(ticket) not in mail
        assert str(ticket.pk) in footer(message)
        assert "+49 341 123456" in text_of(message)


def test_who_wrote_what_was_joined_gets_the_link_of_that_concern(
    answer: Callable[..., Message], joined: Ticket, ticket: Ticket, client: Client
) -> None:
    message = answer("Dear Bob")
    assert message.to == [{"name": "Bob Ott", "address": "bob@example.net"}]
    link = links.status_link(joined)
    assert footer(message) == f"How your concern {joined.pk} stands, at any time: {link}"
    assert links.token(ticket) not in mail_of(message).as_string() + text_of(message)
    page = client.get(link.removeprefix("http://127.0.0.1:8000")).content.decode()
    assert ("Meiner auch." in page, "Dear Bob" in page, "Mein Abschlag" in page) == (True, True, False)


def test_the_owner_keeps_their_own_link_after_a_joining(
    answer: Callable[..., Message], joined: Ticket, ticket: Ticket
) -> None:
    assert links.status_link(ticket) in footer(answer(to=(KIM,)))


def test_what_a_rule_wrote_has_the_link_only_in_its_mail(ticket: Ticket, now: datetime) -> None:
    text = f"Hier: {links.kept_link(ticket)}"
    rule = tickets.acknowledge(ticket, Answer(text), rule="r", actor=Actor.rule("r"), at=now)
    assert links.token(ticket) not in rule.text
    assert text_of(rule).rstrip() == f"Hier: {links.status_link(ticket)}\n\nIhre Stadtwerke Musterstadt"
    elsewhere = tickets.acknowledge(ticket, Answer(text, to=(INSTALLER,)), rule="r", actor=Actor.rule("r"), at=now)
    assert links.token(ticket) not in text_of(elsewhere)


def test_a_strangers_words_are_never_quoted(
    answer: Callable[..., Message], ticket: Ticket, bob: Address, now: datetime
) -> None:
    Operator.objects.update(quotes="all")
    message = come_in(ticket, bob, now + HOUR, "Zahlen Sie an DE666.", to=(KIM,), rfc_message_id="evil@example.net")
    assert message.is_from_stranger
    said = answer(to=(KIM,))
    assert quoted(said) == ["Am 16.11.2026 um 10:00 Uhr schrieb Kim Berger:", "> Mein Abschlag ist zu hoch."]
    assert "evil@example.net" not in mail_of(said).as_string()


def test_a_feigned_senders_words_are_never_quoted_nor_answered(
    answer: Callable[..., Message], ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    Operator.objects.update(quotes="all")
    come_in(
        ticket, kim_address, now + HOUR, "Neue IBAN", authenticity="failed dmarc=fail", rfc_message_id="f@evil.example"
    )
    said = answer(to=(KIM,))
    assert "IBAN" not in text_of(said)
    assert "f@evil.example" not in mail_of(said).as_string()


def test_what_a_sender_says_of_whom_they_wrote_to_counts_only_for_those_who_take_part(
    answer: Callable[..., Message], ticket: Ticket, kim_address: Address, bob: Address, now: datetime
) -> None:
    Operator.objects.update(quotes="last")
    come_in(ticket, kim_address, now + HOUR, "Geheim.", cc=(BOB,))
    assert quoted(answer(to=(KIM,), cc=(BOB,))) == []
    # Now one of us has written to Bob.
    come_in(ticket, kim_address, now + 20 * HOUR, "An beide.", cc=(BOB,))
    assert quoted(answer(to=(KIM,), cc=(BOB,)))[1:] == ["> An beide."]


def test_somebody_who_was_refused_had_it_not(answer: Callable[..., Message], ticket: Ticket, bob: Address) -> None:
    Operator.objects.update(quotes="all")
    first = answer("Nur bei Kim angekommen.", to=(KIM,), cc=(BOB,))
    Message.objects.filter(pk=first.pk).update(unreached=[{"address": BOB[1], "reason": "5.1.1"}])
    assert quoted(answer(to=(KIM,), cc=(BOB,))) == []


def test_somebody_else_learns_no_message_id_of_what_they_never_had(
    answer: Callable[..., Message], ticket: Ticket
) -> None:
    Message.objects.update(rfc_message_id="frage@example.org")
    answer("An Kim.")
    first = answer("An den Installateur.", to=(INSTALLER,))
    assert (mail_of(first)["In-Reply-To"], mail_of(first)["References"]) == (None, None)
    again = mail_of(answer("Noch einmal.", to=(INSTALLER,)))
    assert (again["In-Reply-To"], again["References"]) == (f"<{first.rfc_message_id}>", f"<{first.rfc_message_id}>")


def test_each_side_of_a_joined_concern_is_threaded_in_its_own_mails(
    answer: Callable[..., Message], joined: Ticket
) -> None:
    to_kim, to_bob = answer(to=(KIM,)), answer()
    assert mail_of(to_kim)["References"] == "<kim@example.org>"
    assert mail_of(to_bob)["References"] == "<bob@example.net>"
    more = mail_of(answer(to=(KIM,)))
    assert (more["In-Reply-To"], more["References"]) == (
        "<kim@example.org>", f"<{to_kim.rfc_message_id}> <kim@example.org>",
    )  # fmt: skip


def test_an_answer_to_what_was_joined_greets_its_writer_in_their_language(
    joined: Ticket, ticket: Ticket, admin: Agent, client: Client, operator: Operator
) -> None:
    client.force_login(admin)
    page = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert ("Antwort an Bob Ott senden" in page, "Hello Bob Ott," in page) == (True, True)
    assert "Guten Tag Kim Berger," not in page
    assert resolution.words(ticket, operator) == (
        "Hello Bob Ott,\n\n"
        "From our side your concern “Mein Zähler” is done.\n\n"
        "If something is missing, just answer this mail: then we go on."
    )


def test_the_last_answer_that_a_mail_speaks_of_is_one_to_its_reader(
    answer: Callable[..., Message], joined: Ticket, ticket: Ticket, operator: Operator
) -> None:
    answer(to=(KIM,))
    assert "Our last answer" not in resolution.words(ticket, operator)
    answer(to=(BOB,))
    assert "Our last answer to you is of Nov. 16, 2026." in resolution.words(ticket, operator)
