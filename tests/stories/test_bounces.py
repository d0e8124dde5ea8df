"""A report about a mail of ours finds its way back to it, even if it names nothing but where it was sent to."""

from collections.abc import Callable

import pytest

from anliegen.flow.channels.email.identifiers import bounce_address
from anliegen.flow.channels.instance import reply_key
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import send_what_is_due, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(ticket: Ticket, mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]) -> Message:
    Ticket.objects.update(mailbox=mailbox)
    message = actions.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    send_what_is_due()
    message.refresh_from_db()
    assert message.state == "sent"
    return message


def report(status: str, action: str) -> bytes:
    """As servers write it that return nothing of the mail itself."""
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: service@musterstadt.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Mon, 16 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="bound"

--bound
Content-Type: text/plain

This is the mail system. Your message could not be delivered.
--bound
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; kim@example.org
Action: {action}
Status: {status}

--bound--
""".encode()


@pytest.mark.parametrize(
    ("status", "action", "kind", "state"),
    [("5.1.1", "failed", "hard", "bounced"), ("4.4.7", "delayed", "soft", "sent")],
)
def test_a_report_that_names_nothing_is_known_by_where_it_came(
    sent: Message, run_pipeline: Callable[[], int], status: str, action: str, kind: str, state: str
) -> None:
    to = bounce_address("service@musterstadt.example", sent.pk, reply_key())
    line = take(report(status, action), to=to, sender="")
    assert (line.result, line.reason, line.message_id) == ("bounce", "of-an-unknown-mail", None)
    run_pipeline()
    line.refresh_from_db()
    sent.refresh_from_db()
    assert (line.result, line.reason, line.message_id, line.ticket_id) == ("bounce", kind, sent.pk, sent.ticket_id)
    assert (sent.state, sent.needs_a_person) == (state, state == "bounced")


def test_an_address_that_we_did_not_make_bounces_nothing(sent: Message, run_pipeline: Callable[[], int]) -> None:
    forged = bounce_address("service@musterstadt.example", sent.pk, b"another key")
    line = take(report("5.1.1", "failed"), to=forged, sender="")
    run_pipeline()
    line.refresh_from_db()
    sent.refresh_from_db()
    assert (line.message_id, sent.state) == (None, "sent")
