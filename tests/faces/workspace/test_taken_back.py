"""An answer that was taken back: its files go out again without being sent up anew, and nobody else's do."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Attachment, Message, Ticket


def answered(ticket: Ticket, agent: Agent, at: datetime) -> Attachment:
    """A file of an answer that waits to leave."""
    file = File("plan.pdf", "application/pdf", 4, files.put(b"Plan"))
    message = actions.reply(ticket, Answer("Anbei.", files=(file,)), actor=Actor.agent(agent.pk), at=at)
    return message.attachments.get()


def send(client: Client, ticket: Ticket, **more: object) -> int:
    ticket.refresh_from_db()
    form = {"text": "Noch einmal.", "status": "open", "version": ticket.version, "seen": 10**9, **more}
    return client.post(f"/workspace/tickets/{ticket.pk}/reply/", form).status_code


def test_a_file_of_an_answer_taken_back_goes_out_again(
    miras_parts: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    file = answered(ticket, mira, now)
    miras_parts.post(f"/workspace/messages/{file.message_id}/undo/")
    assert send(miras_parts, ticket, kept=[file.pk]) == 200
    again = Message.objects.get(state="queued").attachments.get()
    assert (again.filename, again.content_type, files.get(again.sha256)) == ("plan.pdf", "application/pdf", b"Plan")


@pytest.mark.parametrize("number", ["x", "0", "99999999999999999999", "-1"])
def test_a_file_that_is_not_there_is_told_and_nothing_is_sent(miras_parts: Client, ticket: Ticket, number: str) -> None:
    assert send(miras_parts, ticket, kept=[number]) == 422
    assert not Message.objects.filter(direction="out").exists()


def test_a_file_of_another_concern_or_of_an_answer_that_left_is_not_taken(
    miras_parts: Client,
    ticket: Ticket,
    mira: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
) -> None:
    other = answered(open_ticket(kim_address, at=now), mira, now)
    actions.cancel(other.message, actor=Actor.agent(mira.pk), at=now)
    standing = answered(ticket, mira, now)
    assert send(miras_parts, ticket, kept=[other.pk]) == 422
    assert send(miras_parts, ticket, kept=[standing.pk]) == 422
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [("Gern.", 1), ("Gern.\n\nFreundliche Grüße\nMira Yılmaz\n", 1), ("Es schreibt Mira Yılmaz, und zwar gern.", 2)],
)
def test_a_writer_who_signed_is_not_named_once_more(
    ticket: Ticket, mira: Agent, now: datetime, text: str, names: int
) -> None:
    message = actions.reply(ticket, Answer(text), actor=Actor.agent(mira.pk), at=now)
    words, _link, _rest = as_mail(message).text.partition(f"Wie es um Ihr Anliegen {ticket.pk} steht")
    assert words.count("Mira Yılmaz") == names


def test_the_end_of_an_answer_names_the_link_without_giving_it_away(miras_parts: Client, ticket: Ticket) -> None:
    given = {"text": "Gern.", "status": "waiting_customer"}
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/ending/", given).content.decode()
    assert f"Wie es um Ihr Anliegen {ticket.pk} steht, jederzeit: (Link)" in html
    assert "http" not in html


def test_the_end_of_an_answer_is_not_for_another_team(toms: Client, ticket: Ticket) -> None:
    assert toms.post(f"/workspace/tickets/{ticket.pk}/ending/", {"text": "x"}).status_code == 404
