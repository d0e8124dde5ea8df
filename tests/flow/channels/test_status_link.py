"""A lost link goes to the owner's address, and to nobody else."""

from datetime import datetime, timedelta

import pytest

from anliegen.flow.channels import status_link
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Person
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import links
from anliegen.records.tickets.models import Message, Participant, Ticket


@pytest.fixture(autouse=True)
def present(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


def send(number: int, email: str) -> list[Message]:
    status_link.send.func(number=number, address=status_link._digest(email))
    return list(Message.objects.filter(direction="out").order_by("pk"))


def test_the_owner_gets_a_mail_with_the_link_and_a_way_to_a_person(ticket: Ticket) -> None:
    (message,) = send(ticket.pk, " KIM@example.org ")
    assert message.to == [{"name": "Kim Berger", "address": "kim@example.org"}]
    assert (message.rule, message.channel, message.state) == ("status-link", "email", "queued")
    assert links.status_link(ticket) in as_mail(message).text
    assert links.token(ticket) not in message.text  # no agent who reads it may act as the owner
    assert "+49 341 123456" in message.text
    assert message.text.startswith("Guten Tag Kim Berger,")


def test_asking_changes_neither_status_nor_waiting_time(ticket: Ticket) -> None:
    send(ticket.pk, "kim@example.org")
    was = (ticket.status, ticket.waiting_since)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == was


def test_another_address_and_another_number_send_nothing(ticket: Ticket) -> None:
    assert send(ticket.pk, "stranger@example.org") == []
    assert send(ticket.pk + 1, "kim@example.org") == []


def test_any_address_of_the_same_person_will_do(ticket: Ticket, kim: Person, now: datetime) -> None:
    customers.add_address(kim, kind="email", value="kim@work.example", actor=SYSTEM, at=now)
    (message,) = send(ticket.pk, "kim@work.example")
    assert [each["address"] for each in message.to] == ["kim@work.example"]


def test_somebody_in_copy_does_not_get_the_owners_link(ticket: Ticket, now: datetime) -> None:
    address = customers.meet(kind="email", value="copy@example.org", name="Copy", actor=SYSTEM, at=now)
    Participant.objects.create(ticket=ticket, address=address, role="copy")
    assert send(ticket.pk, "copy@example.org") == []


def test_a_link_that_would_not_open_is_not_sent(ticket: Ticket, now: datetime) -> None:
    tickets.change(ticket, tickets.Change(status="closed"), actor=SYSTEM, at=now - timedelta(days=181))
    assert send(ticket.pk, "kim@example.org") == []


def test_nobody_is_flooded(ticket: Ticket) -> None:
    for _ in range(5):
        send(ticket.pk, "kim@example.org")
    assert Message.objects.filter(rule="status-link").count() == status_link.MOST


def test_no_mail_address_stands_in_the_job(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[dict[str, object]] = []
    monkeypatch.setattr(status_link, "defer", lambda task, **arguments: jobs.append(arguments))
    status_link.ask(ticket.pk, "kim@example.org")
    status_link.ask(99, "nobody@example.org")
    assert [job["number"] for job in jobs] == [ticket.pk, 99]
    assert "example" not in str(jobs)
