"""Through Debian's Postfix and back: a mail leaves, threads, is answered, and comes back if it must."""

import email
import email.policy
import os
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from anliegen.flow.channels.email import intake, receive, send
from anliegen.flow.channels.models import Delivery, Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mail_server import MailServer
from tests.real import servers
from tests.real.servers import until
from tests.stories.mail_clients import Reading, apple_mail, phone_that_keeps_only_the_address
from tests.stories.mails import mail, send_what_is_due

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Post:
    """The mail system around us."""

    place: Path
    smtp: int
    imap: int
    elsewhere: MailServer

    def posts(self, raw: bytes, *, to: str = "service@musterstadt.example") -> None:
        """Kim's mail program hands a mail to her server."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as session:
            session.sendmail("kim@example.org", [to], raw)

    def has(self) -> list[EmailMessage]:
        """What lies in Kim's inbox, read over IMAP."""
        with servers.inbox(self.imap) as box:
            numbers = box.search(None, "ALL")[1][0].split()
            found = [box.fetch(number, "(RFC822)")[1][0][1] for number in numbers]  # type: ignore[index]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]  # type: ignore[misc,arg-type]

    def threads(self) -> str:
        """How Dovecot threads the inbox by RFC 5256, REFERENCES, as mail programs ask it to."""
        with servers.inbox(self.imap) as box:
            return box.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()

    def keeps(self, raw: bytes) -> None:
        """A mail program keeps what it sent."""
        with servers.inbox(self.imap) as box:
            box.append("INBOX", "", "", raw)


@pytest.fixture
def post(operator: Operator, settings: Any) -> Iterator[Post]:
    if why := servers.missing():
        if os.environ.get("ANLIEGEN_TEST_FORBID_SKIPS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    elsewhere = MailServer()
    with (
        servers.a_place() as place,
        receive.listening("127.0.0.1", 0) as ours,
        servers.postfix(place, ours=ours, theirs=elsewhere.port) as smtp,
        servers.dovecot(place) as imap,
    ):
        settings.ANLIEGEN_SMTP_URL = f"smtp://127.0.0.1:{smtp}?tls=none"
        send.register_mail_server()
        yield Post(place, smtp, imap, elsewhere)
    elsewhere.stop()


def comes_in(many: int) -> Intake:
    """Wait until so many mails have come from Postfix, and take them in; the line of the newest."""
    until(lambda: Intake.objects.count() >= many, 30, f"{many} mails")
    intake.take_in_all()
    return Intake.objects.latest("pk")


def test_a_conversation_through_postfix_and_dovecot_is_one_thread_and_one_ticket(
    post: Post, mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    first = mail()
    post.keeps(first)
    post.posts(first)
    line = comes_in(1)
    assert (line.result, line.source, line.envelope_from) == ("created", "smtp", "kim@example.org")
    run_pipeline()
    ticket = Ticket.objects.get()

    words = "Guten Tag,\n\nwir prüfen den Abschlag für Größe „XL“.\n.\nFrom Herzen."
    answer = actions.reply(ticket, Answer(words), actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    send_what_is_due()
    until(lambda: len(post.has()) == 3, 30, "acknowledgement and answer")
    got = next(one for one in post.has() if one["Message-ID"] == f"<{answer.rfc_message_id}>")
    body = got.get_body(("plain",))
    assert body is not None and body.get_content().replace("\r\n", "\n").startswith(words)
    assert got["Return-Path"].startswith(f"<service+b{answer.pk}.")
    # First mail, acknowledgement and answer hang together.
    assert post.threads().count("((") == 0 and post.threads().count("(1") == 1

    for number, client in enumerate((apple_mail, phone_that_keeps_only_the_address)):
        written = client(Reading(got, "kim@example.org", f"Danke, Teil {number}.", ticket.pk))
        post.posts(written.raw, to=written.to)
        line = comes_in(2 + number)
        assert (line.result, line.ticket_id) == ("appended", ticket.pk)
    assert [one.reason for one in Intake.objects.order_by("pk")][1:] == ["message-id", "reply-address"]


def test_who_does_not_exist_is_told_at_once_and_who_is_refused_further_on_comes_back(
    post: Post, mailbox: Mailbox, mira: Agent, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    Ticket.objects.update(mailbox=mailbox)
    post.elsewhere.mood.recipients = {"ida@elsewhere.example": "550 5.1.1 no such person here"}

    def answer(to: str) -> Message:
        said = Answer("Wir senken ihn.", to=(("", to),))
        message = actions.reply(Ticket.objects.get(), said, actor=Actor.agent(mira.pk), at=clock.now())
        run_pipeline()
        send_what_is_due()
        message.refresh_from_db()
        return message

    unknown = answer("niemand@example.org")
    assert (unknown.state, Delivery.objects.get(message=unknown).code) == ("failed", "5.1.1")

    refused = answer("ida@elsewhere.example")
    assert refused.state == "sent"
    line = comes_in(1)
    refused.refresh_from_db()
    assert (line.result, line.reason, line.message_id) == ("bounce", "hard", refused.pk)
    assert "@" not in line.envelope_from and line.envelope_to[0].startswith(f"service+b{refused.pk}.")
    assert refused.state == "bounced"
