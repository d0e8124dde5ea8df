"""What the envelope says of a mail: an empty sender is a program's, and whom it was sent to is evidence."""

import smtplib
from collections.abc import Callable

import pytest
from django.test import Client

from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.mailroom import intake, receive
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
OURS = "service@musterstadt.example"


def test_a_mail_whose_envelope_has_no_sender_is_a_programs_and_is_not_answered(
    mailbox: Mailbox, run_pipeline: Callable[[], int]
) -> None:
    with receive.listening("127.0.0.1", 0) as port, smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("", [OURS], mail(text="Ihre Nachricht hat uns erreicht."))
    intake.take_in_all()
    run_pipeline()
    line = Intake.objects.get()
    assert line.envelope_from == "<>"
    assert [(one.direction, one.automatic) for one in Message.objects.all()] == [("in", "auto-generated")]


def test_by_lmtp_an_answer_without_a_sender_is_kept_with_its_concern_and_opens_nothing(mailbox: Mailbox) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    answer = mail(message_id="<s@example.org>", In_Reply_To="<first@example.org>", text="Angekommen.")
    line = store_raw(answer, source="lmtp", envelope_from="<>", envelope_to=[OURS])
    intake.take_in_all()
    line.refresh_from_db()
    assert (line.result, line.reason, line.ticket) == ("automatic", "auto-reply", ticket)


@pytest.mark.parametrize("source", ["imap:3", "file archive.mbox"])
def test_where_no_envelope_is_known_a_person_stays_a_person(mailbox: Mailbox, source: str) -> None:
    store_raw(mail(), source=source)
    intake.take_in_all()
    assert Message.objects.get().automatic == ""


def test_the_signed_address_counts_also_when_only_the_envelope_names_it(mailbox: Mailbox) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    signed = reply_address(mailbox.address, ticket.pk, reply_key())
    copied = mail(message_id="<b@example.org>", to="liste@example.org", subject="Hallo", text="Noch etwas")
    line = take(copied, to=signed)
    assert (line.result, line.reason, line.ticket) == ("appended", "reply-address", ticket)
    assert Ticket.objects.count() == 1


def test_the_ledger_shows_an_empty_sender_and_an_unknown_one_as_what_they_are(
    mailbox: Mailbox, admin: Agent, client: Client
) -> None:
    client.force_login(admin)
    empty = take(mail(), sender="<>")
    unknown = take(mail(message_id="<b@example.org>", text="Anders"), sender="")
    shown = [client.get(f"/workspace/settings/intake/{one.pk}/").text for one in (empty, unknown)]
    assert ["leer, wie bei Zustellberichten" in page for page in shown] == [True, False]
    assert ["nicht bekannt" in page for page in shown] == [False, True]
