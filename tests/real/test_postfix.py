"""Through Debian's Postfix and back: a mail leaves, threads, is answered, and comes back if it must."""

from collections.abc import Callable

import pytest

from anliegen.flow.channels.models import Delivery, Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.real.post import Post, comes_in
from tests.real.servers import until
from tests.stories.mail_clients import Reading, apple_mail, phone_that_keeps_only_the_address
from tests.stories.mails import mail, send_what_is_due

pytestmark = pytest.mark.django_db(transaction=True)


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
