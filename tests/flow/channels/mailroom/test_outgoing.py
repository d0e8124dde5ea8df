"""The mail of an answer: what it quotes, who is named as its writer, and that nothing leaves with it that must not."""

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from lxml import html as tree

from anliegen.flow.channels.email.compose import compose
from anliegen.flow.channels.email.identifiers import read_bounce_address, read_reply_address
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.mailroom import outgoing
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Message, Participant, Ticket

HOUR = timedelta(hours=1)
SIGNATURE = "Mira Yılmaz\nIhre Stadtwerke Musterstadt"


@pytest.fixture
def leo(operator: Operator, now: datetime) -> Address:
    return customers.meet(kind="email", value="leo@example.net", name="Leo Ott", actor=SYSTEM, at=now)


@pytest.fixture
def written(ticket: Ticket, mira: Agent, now: datetime) -> Callable[..., Message]:
    """An answer of Mira's an hour after the last thing."""
    passed = [0]

    def make(text: str = "Wir senken ihn.", *, status: str = "waiting_customer", **fields: Any) -> Message:
        passed[0] += 1
        at = now + 10 * passed[0] * HOUR
        return tickets.reply(ticket, Answer(text, **fields), actor=Actor.agent(mira.pk), at=at, status=status)

    return make


def come_in(ticket: Ticket, address: Address, at: datetime, text: str, **more: Any) -> Message:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text=text,
        reply_text=more.pop("reply_text", text),
        from_name=address.person.name,
        from_address=address.value,
        written_at=at,
        **more,
    )
    return tickets.receive(received, ticket=ticket, at=at)


def mail_of(message: Message) -> EmailMessage:
    fresh = Message.objects.get(pk=message.pk)
    read = email.message_from_bytes(compose(outgoing.as_mail(fresh)), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(message: Message) -> str:
    body = mail_of(message).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def quoted(message: Message) -> list[str]:
    return [line for line in text_of(message).split("\n") if line.startswith(">") or line.endswith(":")]


def test_an_answer_names_its_writer_the_way_to_a_person_and_what_the_law_wants(
    written: Callable[..., Message], ticket: Ticket, brand: Brand
) -> None:
    Brand.objects.update(legal_footer="Stadtwerke Musterstadt GmbH, Sitz Musterstadt\nAmtsgericht Leipzig HRB 4711")
    text = text_of(written("Guten Tag Kim Berger,\n\nwir senken ihn."))
    head, _line, small_print = text.partition("\n-- \n")
    said = f"Guten Tag Kim Berger,\n\nwir senken ihn.\n\n{SIGNATURE}\n\n"
    assert head.startswith(said)
    paragraphs = head.removeprefix(said).split("\n\n")
    assert paragraphs[0].startswith(f"Wie es um Ihr Anliegen {ticket.pk} steht")
    assert paragraphs[1] == "Diese Antwort hat ein Mensch geschrieben: Mira Yılmaz."
    assert paragraphs[2].startswith("Möchten Sie lieber telefonieren? Rufen Sie uns an: +49 341 123456")
    assert paragraphs[3].startswith("Am 16.11.2026 um 10:00 Uhr schrieb Kim Berger:\n> ")
    assert small_print.strip() == "Stadtwerke Musterstadt GmbH, Sitz Musterstadt\nAmtsgericht Leipzig HRB 4711"


def test_it_speaks_the_customers_language(written: Callable[..., Message], ticket: Ticket) -> None:
    customers.change(ticket.person, language="en", actor=SYSTEM, at=ticket.created_at)
    message = written("Hello")
    assert "This answer was written by a person: Mira Yılmaz." in text_of(message)
    assert mail_of(message)["Content-Language"] == "en"
    assert "On 16 November 2026 at 10:00, Kim Berger wrote:" in text_of(message)


def test_an_english_mail_has_the_english_signature_or_for_want_of_one_the_other(
    written: Callable[..., Message], ticket: Ticket
) -> None:
    customers.change(ticket.person, language="en", actor=SYSTEM, at=ticket.created_at)
    Brand.objects.update(legal_footer="HRB 4711, Sitz Musterstadt")
    message = written("Hello")
    assert "Mira Yılmaz\nIhre Stadtwerke Musterstadt\n" in text_of(message)
    assert text_of(message).rstrip().endswith("-- \nHRB 4711, Sitz Musterstadt")
    Brand.objects.update(signature_en="Your Stadtwerke", legal_footer_en="HRB 4711, registered in Musterstadt")
    assert "Mira Yılmaz\nYour Stadtwerke\n" in text_of(message)
    assert text_of(message).rstrip().endswith("-- \nHRB 4711, registered in Musterstadt")
    customers.change(ticket.person, language="de", actor=SYSTEM, at=ticket.created_at)
    assert "Mira Yılmaz\nIhre Stadtwerke Musterstadt\n" in text_of(message)


def test_one_mail_names_one_telephone_which_is_the_brands(written: Callable[..., Message]) -> None:
    Brand.objects.update(phone="030 23125-150", signature="Lindenstrom, Telefon 030 23125-150")
    message = written()
    assert "Rufen Sie uns an: 030 23125-150. Oder bitten" in text_of(message)
    assert "+49 341 123456" not in text_of(message)
    page = tree.document_fromstring(str(mail_of(message).get_body(("html",)).get_content()))  # type: ignore[union-attr]
    dialled = [link for link in page.iter("a") if link.get("href", "").startswith("tel:")]
    assert [(link.get("href"), link.text) for link in dialled] == [("tel:+493023125150", "030 23125-150")] * 2


def test_the_status_link_is_short_to_see_and_whole_in_the_text(written: Callable[..., Message], ticket: Ticket) -> None:
    link = status_link(ticket)
    for status, address, words in (
        ("waiting_customer", link, "Zum Stand Ihres Anliegens"),
        ("resolved", f"{link}#question", "Frage beantworten"),
    ):
        message = written(status=status)
        page = tree.document_fromstring(str(mail_of(message).get_body(("html",)).get_content()))  # type: ignore[union-attr]
        assert [(one.get("href"), one.text) for one in page.iter("a") if "/anliegen/" in one.get("href", "")] == [
            (address, words),
        ]  # fmt: skip
        assert address in text_of(message)
        assert link not in page.text_content()


def test_the_telephone_is_told_with_its_hours_as_of_when_it_leaves(
    written: Callable[..., Message], calendar: Calendar, now: datetime
) -> None:
    saturday = now + timedelta(days=5)
    assert "+49 341 123456 (Mo bis Fr 8:00 bis 17:00 Uhr; wieder ab Montag, 23. November, 8 Uhr)" in text_of(
        written(send_at=saturday)
    )


@pytest.mark.parametrize(
    ("which", "lines"),
    [
        ("none", []),
        ("last", ["Am 16.11.2026 um 15:00 Uhr schrieb Kim Berger:", "> Und jetzt?"]),
        (
            "all",
            [
                *("Am 16.11.2026 um 15:00 Uhr schrieb Kim Berger:", "> Und jetzt?"),
                *("Am 16.11.2026 um 20:00 Uhr schrieb Mira Yılmaz:", "> Wir prüfen das."),
                *("Am 16.11.2026 um 10:00 Uhr schrieb Kim Berger:", "> Mein Abschlag ist zu hoch."),
            ],
        ),
    ],
)
def test_it_quotes_what_the_operator_wants(
    written: Callable[..., Message], ticket: Ticket, kim_address: Address, now: datetime, which: str, lines: list[str]
) -> None:
    Operator.objects.update(quotes=which)
    tickets.mark_sent(written("Wir prüfen das."), actor=SYSTEM, at=now)
    come_in(ticket, kim_address, now + 5 * HOUR, "Und jetzt?\n\n> Wir prüfen das.", reply_text="Und jetzt?")
    assert quoted(written()) == lines


def test_a_note_what_was_taken_back_and_what_a_rule_wrote_are_never_quoted(
    written: Callable[..., Message], ticket: Ticket, mira: Agent, now: datetime
) -> None:
    Operator.objects.update(quotes="all")
    as_mira = Actor.agent(mira.pk)
    tickets.write_note(ticket, text="GEHEIM Kulanz bis 50 €", actor=as_mira, at=now)
    tickets.cancel(written("GEHEIM, halb fertig"), actor=as_mira, at=now)
    tickets.mark_failed(written("GEHEIM, nicht angekommen"), reason="5.1.1", actor=SYSTEM, at=now)
    rule = tickets.acknowledge(ticket, Answer("GEHEIM Regel"), rule="r", actor=Actor.rule("r"), at=now)
    tickets.mark_sent(rule, actor=SYSTEM, at=now)
    mail = mail_of(written("Hier die Antwort."))
    assert "GEHEIM" not in mail.as_string()
    assert "GEHEIM" not in text_of(Message.objects.latest("pk"))


def test_nobody_reads_in_a_quote_what_they_had_not_got(
    written: Callable[..., Message], ticket: Ticket, leo: Address, now: datetime
) -> None:
    Operator.objects.update(quotes="all")
    Participant.objects.create(ticket=ticket, address=leo, role="copy")
    come_in(ticket, leo, now + HOUR, "Unter uns: der Zähler war defekt.")
    tickets.mark_sent(written("Nur an Leo.", to=(("Leo Ott", "leo@example.net"),)), actor=SYSTEM, at=now)
    to_kim = written("An Kim.", to=(("Kim Berger", "kim@example.org"),))
    assert quoted(to_kim) == ["Am 16.11.2026 um 10:00 Uhr schrieb Kim Berger:", "> Mein Abschlag ist zu hoch."]
    tickets.mark_sent(to_kim, actor=SYSTEM, at=now)
    both = written("An beide.", to=(("Kim Berger", "kim@example.org"),), cc=(("", "leo@example.net"),))
    assert quoted(both) == []


def test_headers_thread_it_and_say_nothing_more(
    written: Callable[..., Message], ticket: Ticket, mailbox: Mailbox
) -> None:
    Ticket.objects.update(mailbox=mailbox)
    Message.objects.update(rfc_message_id="frage@example.org")
    message = written(cc=(("Leo Ott", "leo@example.net"),))
    mail = mail_of(message)
    assert (mail["In-Reply-To"], mail["References"]) == ("<frage@example.org>", "<frage@example.org>")
    assert (mail["To"], mail["Cc"]) == ("Kim Berger <kim@example.org>", "Leo Ott <leo@example.net>")
    assert read_reply_address(str(mail["Reply-To"].addresses[0].addr_spec), reply_key()) == ticket.pk
    assert set(mail.keys()) == {
        *("Date", "From", "To", "Cc", "Reply-To", "Message-ID", "In-Reply-To", "References", "Subject"),
        *("Content-Language", "X-Anliegen-Actor", "X-Anliegen-Instance", "MIME-Version", "Content-Type"),
    }  # no List-Unsubscribe on an answer to somebody's concern, no Bcc, no Auto-Submitted on a person's words


def test_references_are_bounded_and_keep_the_first(written: Callable[..., Message], ticket: Ticket) -> None:
    Message.objects.update(rfc_message_id="erste@example.org")
    for number in range(30):
        written(f"Nummer {number}")
    references = mail_of(written())["References"].split()
    assert (len(references), references[0], references[-1]) == (20, references[0], "<erste@example.org>")


def test_it_answers_the_persons_words_and_not_their_absence_note(
    written: Callable[..., Message], ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    Message.objects.update(rfc_message_id="frage@example.org")
    come_in(ticket, kim_address, now + HOUR, "Bin im Urlaub", automatic="auto-reply", rfc_message_id="weg@example.org")
    assert mail_of(written())["In-Reply-To"] == "<frage@example.org>"


def test_what_a_rule_wrote_says_so_to_machines_and_brings_the_legal_footer(ticket: Ticket, now: datetime) -> None:
    Brand.objects.update(legal_footer="HRB 4711")
    rule = tickets.acknowledge(
        ticket, Answer("Angekommen."), rule="acknowledge", actor=Actor.rule("acknowledge"), at=now
    )
    mail = mail_of(rule)
    assert (mail["Auto-Submitted"], mail["X-Anliegen-Actor"]) == ("auto-replied", "rule")
    assert text_of(rule) == "Angekommen.\n\nIhre Stadtwerke Musterstadt\n\n-- \nHRB 4711"


def test_the_envelope_names_the_message_where_the_mailbox_takes_such_addresses(
    written: Callable[..., Message], ticket: Ticket, mailbox: Mailbox
) -> None:
    message = written()
    assert outgoing.envelope_sender(message) == "service@musterstadt.example"
    Ticket.objects.update(mailbox=mailbox)
    message = Message.objects.get(pk=message.pk)
    sender = outgoing.envelope_sender(message)
    assert read_bounce_address(sender, reply_key()) == message.pk
    assert read_bounce_address(sender.upper(), reply_key()) == message.pk
    assert read_reply_address(sender, reply_key()) is None
    assert read_bounce_address(sender.replace(f"+b{message.pk}", "+b1"), reply_key()) is None


def test_a_mailbox_too_long_for_a_token_still_answers(
    written: Callable[..., Message], ticket: Ticket, mailbox: Mailbox
) -> None:
    Mailbox.objects.update(address=f"{'kundenservice-' * 4}@musterstadt.example")
    Ticket.objects.update(mailbox=mailbox)
    message = Message.objects.get(pk=written().pk)
    assert mail_of(message)["Reply-To"] is None
    assert outgoing.envelope_sender(message) == message.from_address


def test_the_same_message_is_the_same_mail_each_time(written: Callable[..., Message]) -> None:
    message = Message.objects.get(pk=written().pk)
    assert compose(outgoing.as_mail(message)) == compose(outgoing.as_mail(message))


def test_what_leaves_later_carries_the_time_at_which_it_leaves(written: Callable[..., Message], now: datetime) -> None:
    message = written(send_at=now + timedelta(days=3))
    assert mail_of(message)["Date"].datetime == now + timedelta(days=3)
