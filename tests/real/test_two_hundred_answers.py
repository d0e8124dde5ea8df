"""Two hundred answers written with changing mail programs, through Postfix, Dovecot and IMAP: each in its concern.

All concerns are of one person and have the same subject, so that nothing but what a mail carries tells them apart.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from anliegen.flow.channels.models import Guard, Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.real.post import Post, comes_in
from tests.stories.mail_clients import CLIENTS, Reading
from tests.stories.mails import send_what_is_due

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = 200
TOGETHER = 25  # concerns answered, read and answered back at once


@pytest.fixture
def concerns(open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, now: datetime) -> list[Ticket]:
    return [open_ticket(kim_address, subject="Abschlag", mailbox=mailbox) for _each in range(TOGETHER)]


def test_each_of_two_hundred_answers_lands_in_its_concern(
    post: Post, concerns: list[Ticket], mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    Operator.objects.update(sends_per_minute=3000)  # the pace and the brakes are tested elsewhere
    Guard.objects.update_or_create(pk=1, defaults={"most_per_address": 3000, "most_per_ticket": 3000})
    landed, stray = Counter[str](), []
    for first in range(0, ANSWERS, TOGETHER):
        sent = [
            actions.reply(
                each, Answer(f"Guten Tag,\n\ndas ist Antwort {n}."), actor=Actor.agent(mira.pk), at=clock.now()
            )
            for n, each in enumerate(concerns, first)
        ]
        run_pipeline()
        send_what_is_due()
        post.waits_for(first + TOGETHER)
        read = post.gets([f"<{each.rfc_message_id}>" for each in sent])
        for number, (mail, ticket) in enumerate(zip(read, concerns, strict=True), first):
            client = CLIENTS[number % len(CLIENTS)]
            written = client(Reading(mail, "kim@example.org", f"Meine Antwort Nummer {number}.", ticket.pk))
            post.posts(written.raw, to=written.to)
            line = comes_in(number + 1)
            if (line.result, line.ticket_id) == ("appended", ticket.pk):
                landed[line.reason] += 1
            else:
                stray.append((client.__name__, line.result, line.reason))
    assert (landed.total(), stray) == (ANSWERS, [])
    assert set(landed) == {"message-id", "reply-address", "subject-number"}
    assert (Ticket.objects.count(), Intake.objects.count()) == (TOGETHER, ANSWERS)
    assert Message.objects.filter(direction="in", is_from_stranger=True).count() == 0
