"""A report about a mail of ours finds its way back to it, even if it names nothing but where it was sent to."""

from collections.abc import Callable

import pytest

from anliegen.flow.channels.email.identifiers import bounce_address
from anliegen.flow.channels.guard.watch import change_guard
from anliegen.flow.channels.instance import reply_key
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import send_what_is_due, take

KIM, LEO = ("Kim Berger", "kim@example.org"), ("Leo Ott", "leo@example.net")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(ticket: Ticket, mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]) -> Message:
    return leave(ticket, mailbox, mira, run_pipeline, Answer("Wir senken ihn."))


@pytest.fixture
def sent_to_two(ticket: Ticket, mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]) -> Message:
    """To Kim, and to Leo as a copy."""
    return leave(ticket, mailbox, mira, run_pipeline, Answer("Wir senken ihn.", to=(KIM,), cc=(LEO,)))


def leave(ticket: Ticket, mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int], answer: Answer) -> Message:
    Ticket.objects.update(mailbox=mailbox)
    message = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    send_what_is_due()
    message.refresh_from_db()
    assert message.state == "sent"
    return message


def told(message: Message) -> list[str]:
    """What the journal says of the message after it was sent, in order."""
    about = Event.objects.filter(data__message=f"message:{message.pk}").order_by("id")
    verbs = list(about.values_list("verb", flat=True))
    return verbs[verbs.index("message.sent") + 1 :]


def report(status: str, action: str, *, of: str = "kim@example.org", about: Message | None = None) -> bytes:
    """As servers write it that return nothing of the mail itself, or only its Message-ID."""
    copy = ""
    if about is not None:
        copy = f"--bound\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{about.rfc_message_id}>\n\n"
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

Final-Recipient: rfc822; {of}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} so sagt es der Server

{copy}--bound--
""".encode()


@pytest.mark.parametrize(
    ("status", "action", "kind", "state"),
    [
        ("5.1.1", "failed", "hard", "bounced"),
        ("4.4.7", "delayed", "soft", "sent"),
        ("4.4.7", "failed", "soft", "bounced"),  # given up for a passing reason
    ],
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


def unreached(address: str, reason: str) -> dict[str, str]:
    return {"address": address, "reason": reason, "said": f"smtp; 550 {reason} so sagt es der Server"}


def test_a_report_about_somebody_we_did_not_write_to_is_kept_and_changes_nothing(
    sent: Message, run_pipeline: Callable[[], int]
) -> None:
    """Whoever got the mail, or a copy of it, knows its Message-ID and can write such a report."""
    line = take(report("5.1.1", "failed", of="niemand@evil.example", about=sent), sender="")
    run_pipeline()
    line.refresh_from_db()
    sent.refresh_from_db()
    assert (line.result, line.reason, line.ticket_id) == ("automatic", "bounce", sent.ticket_id)
    assert (sent.state, sent.unreached, sent.needs_a_person) == ("sent", [], False)
    assert line.message is not None
    assert (line.message.direction, line.message.automatic) == ("in", "bounce")


def test_a_report_to_its_own_address_is_believed_whomever_the_mail_was_passed_on_to(
    sent: Message, run_pipeline: Callable[[], int]
) -> None:
    to = bounce_address("service@musterstadt.example", sent.pk, reply_key())
    line = take(report("5.1.1", "failed", of="kim.privat@example.com", about=sent), to=to, sender="")
    sent.refresh_from_db()
    assert (line.result, line.reason, line.message_id) == ("bounce", "hard", sent.pk)
    assert (sent.state, sent.unreached) == ("bounced", [unreached("kim@example.org", "5.1.1")])


def test_only_who_did_not_get_it_is_named_while_others_have_it(sent_to_two: Message) -> None:
    take(report("5.1.1", "failed", of="LEO@example.net", about=sent_to_two), sender="")
    sent_to_two.refresh_from_db()
    assert (sent_to_two.state, sent_to_two.needs_a_person) == ("sent", True)
    assert sent_to_two.unreached == [unreached("leo@example.net", "5.1.1")]
    assert told(sent_to_two) == ["message.unreached"]
    assert Ticket.objects.get(pk=sent_to_two.ticket_id).status == "waiting_customer"


def test_when_the_last_recipient_is_lost_too_the_answer_has_come_back(sent_to_two: Message) -> None:
    take(report("5.1.1", "failed", of="leo@example.net", about=sent_to_two), sender="")
    take(report("5.2.2", "failed", of="kim@example.org", about=sent_to_two), sender="")
    sent_to_two.refresh_from_db()
    assert sent_to_two.state == "bounced"
    assert sent_to_two.unreached == [unreached("leo@example.net", "5.1.1"), unreached("kim@example.org", "5.2.2")]
    assert told(sent_to_two) == ["message.unreached", "message.bounced"]
    assert Ticket.objects.get(pk=sent_to_two.ticket_id).status == "open"


def test_who_is_lost_after_somebody_saw_to_it_needs_a_person_again(sent_to_two: Message, mira: Agent) -> None:
    take(report("5.1.1", "failed", of="leo@example.net", about=sent_to_two), sender="")
    actions.settle(sent_to_two, actor=Actor.agent(mira.pk), at=clock.now())
    again = report("5.1.1", "failed", of="leo@example.net", about=sent_to_two)
    take(again.replace(b"10:00:00", b"11:00:00"), sender="")
    sent_to_two.refresh_from_db()
    assert not sent_to_two.needs_a_person
    take(report("5.2.2", "failed", of="kim@example.org", about=sent_to_two), sender="")
    sent_to_two.refresh_from_db()
    assert (sent_to_two.needs_a_person, sent_to_two.settled_by_id) == (True, None)


def test_a_delay_is_told_with_the_concern_once(sent: Message, run_pipeline: Callable[[], int]) -> None:
    for hour in (10, 14):
        warning = report("4.4.1", "delayed", about=sent).replace(b"10:00:00", b"%d:00:00" % hour)
        line = take(warning, sender="")
        assert (line.result, line.reason) == ("bounce", "soft")
    run_pipeline()
    sent.refresh_from_db()
    assert (sent.state, sent.needs_a_person, told(sent)) == ("sent", False, ["message.delayed"])
    event = Event.objects.get(verb="message.delayed")
    assert (event.subject, event.data) == (
        f"ticket:{sent.ticket_id}",
        {"message": f"message:{sent.pk}", "reason": "4.4.1"},
    )


def test_a_delay_known_only_by_where_it_was_sent_from_is_told_too(
    sent: Message, run_pipeline: Callable[[], int]
) -> None:
    to = bounce_address("service@musterstadt.example", sent.pk, reply_key())
    take(report("4.4.1", "delayed"), to=to, sender="")
    run_pipeline()
    assert told(sent) == ["message.delayed"]


def test_reports_count_for_the_brake_unless_only_we_can_have_made_the_address_they_came_to(
    sent: Message, admin: Agent
) -> None:
    change_guard(most_per_address=5, actor=Actor.agent(admin.pk), at=clock.now())
    proven = bounce_address("service@musterstadt.example", sent.pk, reply_key())
    results = [
        take(flooding(sent, number), to=to, sender="").result
        for number, to in enumerate(["service@musterstadt.example"] * 7 + [proven])
    ]
    assert results == ["bounce"] * 5 + ["quarantined"] * 2 + ["bounce"]


def flooding(message: Message, number: int) -> bytes:
    moment = clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000").encode()
    raw = report("5.1.1", "failed", about=message).replace(b"Mon, 16 Nov 2026 10:00:00 +0100", moment)
    return raw.replace(b"MIME-Version", b"Message-ID: <flut.%d@mx.example.org>\nMIME-Version" % number)


def confirmation(message: Message, of: str = "kim@example.org", action: str = "delivered") -> bytes:
    """A delivery report of success."""
    return report("2.1.5", action, of=of, about=message)


def read(message: Message, of: str = "kim@example.org", disposition: str = "displayed") -> bytes:
    """A read receipt (RFC 8098)."""
    return f"""\
From: Kim Berger <kim@example.org>
To: service@musterstadt.example
Subject: Gelesen: Abschlag
Date: Mon, 16 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="bound"

--bound
Content-Type: text/plain

Die Nachricht wurde angezeigt.
--bound
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{of}
Original-Message-ID: <{message.rfc_message_id}>
Disposition: manual-action/MDN-sent-manually; {disposition}

--bound--
""".encode()


@pytest.mark.parametrize("made", [confirmation, read])
def test_who_says_that_it_arrived_makes_it_delivered(
    sent: Message, made: Callable[[Message], bytes], run_pipeline: Callable[[], int]
) -> None:
    line = take(made(sent), sender="")
    run_pipeline()
    sent.refresh_from_db()
    assert (line.result, line.reason, line.ticket_id) == ("automatic", "receipt", sent.ticket_id)
    assert (sent.state, told(sent)) == ("delivered", ["message.delivered"])


@pytest.mark.parametrize(
    "made",
    [
        lambda message: confirmation(message, of="niemand@evil.example"),
        lambda message: confirmation(message, action="relayed"),  # RFC 3464, 2.3.3: nobody knows what became of it
        lambda message: read(message, of="niemand@evil.example"),
        lambda message: read(message, disposition="deleted"),  # unread
    ],
)
def test_what_does_not_say_so_of_one_of_its_recipients_delivers_nothing(
    sent: Message, made: Callable[[Message], bytes]
) -> None:
    line = take(made(sent), sender="")
    sent.refresh_from_db()
    assert (line.result, line.ticket_id, sent.state) == ("automatic", sent.ticket_id, "sent")


def test_a_complaint_is_kept_with_the_concern_it_is_about(sent: Message) -> None:
    raw = f"""\
From: fbl@aol.example
To: service@musterstadt.example
Subject: Beschwerde
Date: Mon, 16 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="bound"

--bound
Content-Type: text/plain

Eine Beschwerde.
--bound
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Test/1.0
Version: 1

--bound
Content-Type: text/rfc822-headers

Message-ID: <{sent.rfc_message_id}>

--bound--
"""
    line = take(raw.encode(), sender="fbl@aol.example")
    assert (line.result, line.reason, line.ticket_id) == ("automatic", "feedback-report", sent.ticket_id)
    assert line.message is not None
