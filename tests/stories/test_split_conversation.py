"""A message becomes a concern of its own; later mails, whatever they answer, land where the preview said they would."""

import email
import email.policy
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from anliegen.flow.channels.email.compose import compose
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Foreseen
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.stories import mail_clients
from tests.stories.mail_clients import Reading
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
KIM = "kim@example.org"
# What each mail program keeps of the mail that it answers: both headers, one of them, the address, the subject alone.
ANSWERING = (
    mail_clients.outlook,
    mail_clients.gmail,
    mail_clients.thunderbird_with_references_alone,
    mail_clients.phone_that_keeps_only_the_address,
    mail_clients.web_mailer_that_keeps_only_the_subject,
)


def sent(ticket: Ticket, mira: Agent, words: str) -> EmailMessage:
    """An agent's answer as Kim's mail program got it."""
    message = actions.reply(ticket, Answer(words), actor=Actor.agent(mira.pk), at=clock.now())
    actions.mark_sent(message, actor=SYSTEM, at=clock.now())
    read = email.message_from_bytes(compose(as_mail(Message.objects.get(pk=message.pk))), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.fixture
def old(mailbox: Mailbox, run_pipeline: Callable[[], int]) -> Ticket:
    ticket = take(mail()).ticket
    run_pipeline()
    assert ticket is not None
    return ticket


@pytest.fixture
def first_answer(old: Ticket, mira: Agent) -> EmailMessage:
    return sent(old, mira, "Guten Tag Kim Berger,\n\nwir prüfen Ihren Abschlag.")


@pytest.fixture
def about_moving(old: Ticket, first_answer: EmailMessage, run_pipeline: Callable[[], int]) -> Message:
    """Kim answers, and writes about something else."""
    line = take(
        mail(
            message_id="<umzug@example.org>",
            subject=f"AW: {first_answer['Subject']}",
            in_reply_to=str(first_answer["Message-ID"]),
            text="Und noch etwas: Ich ziehe im Dezember um. Was muss ich tun?",
        )
    )
    run_pipeline()
    assert (line.result, line.ticket_id) == ("appended", old.pk)
    return Message.objects.get(rfc_message_id="umzug@example.org")


def foreseen_and_split(message: Message, mira: Agent) -> tuple[Foreseen, Ticket]:
    by, at = Actor.agent(mira.pk), clock.now()
    foreseen = actions.foresee_split(message, actor=by, at=at)
    return foreseen, actions.split_off(message, actor=by, at=at)


@pytest.mark.parametrize("client", ANSWERING)
def test_an_answer_to_either_conversation_stays_in_it(
    old: Ticket,
    first_answer: EmailMessage,
    about_moving: Message,
    mira: Agent,
    client: mail_clients.Client,
    run_pipeline: Callable[[], int],
) -> None:
    foreseen, new = foreseen_and_split(about_moving, mira)
    about_the_move = sent(new, mira, "Guten Tag Kim Berger,\n\nbitte nennen Sie uns den Tag.")
    later_in_the_old = sent(old, mira, "Guten Tag Kim Berger,\n\nIhr Abschlag ist zu hoch, wir senken ihn.")
    landed = []
    for number, (answered, ticket) in enumerate(
        ((about_the_move, new), (first_answer, old), (later_in_the_old, old), (about_the_move, new))
    ):
        written = client(Reading(answered, KIM, f"Meine Antwort {number}.", ticket.pk))
        line = take(written.raw, to=written.to, sender=KIM)
        landed.append((line.result, line.ticket_id))
    run_pipeline()
    assert landed == [("appended", new.pk), ("appended", old.pk), ("appended", old.pk), ("appended", new.pk)]
    old_side, new_side = foreseen.after
    assert (old_side.lands, new_side.lands) == (old.pk, new_side.number)
    assert Ticket.objects.count() == 2


def test_what_answers_the_message_itself_follows_it_as_was_said(
    old: Ticket, about_moving: Message, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    foreseen, new = foreseen_and_split(about_moving, mira)
    more = mail(
        message_id="<noch@example.org>",
        subject="AW: Umzug",
        in_reply_to="<umzug@example.org>",
        text="Der Umzug ist am 12. Dezember.",
    )
    to_the_first = mail(
        message_id="<auch@example.org>",
        subject="AW: Abschlag zu hoch",
        in_reply_to="<first@example.org>",
        text="Mein Abschlag ist immer noch zu hoch.",
    )
    assert [take(one).ticket_id for one in (more, to_the_first)] == [new.pk, old.pk]
    new_side = foreseen.after[-1]
    assert foreseen.message_lands == new_side.number == new_side.lands
    assert new_side.knows == (KIM,)  # by the number alone
    assert [address for _name, address in new_side.to] == [KIM]
    answer = actions.reply(
        new, Answer("Danke, notiert."), actor=Actor.agent(mira.pk), at=clock.now() + timedelta(seconds=1)
    )
    assert [one["address"] for one in answer.to] == [KIM]


def test_a_new_mail_that_names_either_number_finds_what_was_said(
    old: Ticket, about_moving: Message, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    foreseen, new = foreseen_and_split(about_moving, mira)
    assert [side.knows for side in foreseen.after] == [(KIM,), (KIM,)]
    for place, ticket in enumerate((old, new)):
        line = take(mail(message_id=f"<anew{place}@example.org>", subject=f"Nachfrage [#{ticket.pk}]"))
        assert (line.result, line.ticket_id, line.reason) == ("appended", ticket.pk, "subject-number")
