"""Mails that are taken in together end where they would have ended one by one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.flow.channels.mailroom import intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Mailbox
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets.models import Message, Participant, Ticket
from tests.stories.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)


def correspondence(run: str) -> list[bytes]:
    """New concerns, answers, copies, automatic mails and strangers, all of them about each other."""

    def one(number: int, who: str, **headers: str) -> bytes:
        return mail(message_id=f"<{number}.{run}@example.org>", sender=f"{who} <{who}.{run}@example.org>", **headers)

    first = one(1, "kim", subject="Abschlag")
    return [
        first,
        first,
        one(2, "kim", subject="Re: Abschlag", in_reply_to=f"<1.{run}@example.org>", text="Noch etwas dazu."),
        one(3, "ada", subject="Re: Abschlag", references=f"<0@x> <1.{run}@example.org>", text="Ich auch."),
        one(4, "kim", subject="Umzug", text="Ich ziehe um."),
        one(5, "ada", subject="Abwesend", in_reply_to=f"<4.{run}@example.org>", auto_submitted="auto-replied"),
        one(6, "eve", subject="Abwesend", auto_submitted="auto-replied"),
        one(7, "eve", subject="Re: Abschlag", text="Dasselbe Thema, aber nicht dieselbe Sache."),
        one(8, "ada", subject="Re: Umzug", in_reply_to=f"<2.{run}@example.org> <4.{run}@example.org>", text="Weiter."),
        first,
    ]


def what_became_of(run: str, lines: list[Intake]) -> list[tuple[object, ...]]:
    """Everything a person could notice, numbered in order of appearance instead of by keys."""
    lines = [Intake.objects.get(pk=line.pk) for line in lines]
    tickets = list(dict.fromkeys(line.ticket_id for line in lines))
    messages = list(dict.fromkeys(line.message_id for line in lines))
    people = {person.pk: person.name for person in Person.objects.filter(addresses__value__contains=f".{run}@")}
    told: list[tuple[object, ...]] = [
        (line.result, line.reason, tickets.index(line.ticket_id), messages.index(line.message_id)) for line in lines
    ]
    for ticket in Ticket.objects.filter(pk__in=[pk for pk in tickets if pk]).order_by("pk"):
        told.append((ticket.subject, ticket.status, ticket.version, ticket.language, people[ticket.person_id]))
        shape = ("direction", "automatic", "is_from_stranger", "text", "in_reply_to", "person__name")
        said = Message.objects.filter(ticket=ticket).order_by("pk").values_list(*shape)
        told += [tuple(str(value).replace(run, "RUN") for value in each) for each in said]
        told += list(
            Participant.objects.filter(ticket=ticket).order_by("pk").values_list("address__person__name", "role")
        )
        told += list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", "actor"))
    told.append(tuple(sorted(people.values())))
    told.append((Address.objects.filter(value__contains=f".{run}@").count(),))
    keys = {f"person:{pk}": name for pk, name in people.items()}
    return [tuple(keys.get(str(value), value) for value in each) for each in told]


def store(run: str) -> list[Intake]:
    return [store_raw(raw, source="smtp", envelope_to=["service@musterstadt.example"]) for raw in correspondence(run)]


def test_a_batch_ends_where_its_mails_would_have_ended_one_by_one(mailbox: Mailbox) -> None:
    alone = []
    for raw in correspondence("alone"):
        alone.append(store_raw(raw, source="smtp", envelope_to=["service@musterstadt.example"]))
        intake.take_in_all()
    batch = store("batch")
    assert intake.take_in() == len(batch)
    assert what_became_of("batch", batch) == what_became_of("alone", alone)
    assert [line.result for line in Intake.objects.filter(pk__in=[line.pk for line in batch]).order_by("pk")] == [
        "created", "duplicate", "appended", "appended", "created", "automatic", "automatic", "created", "appended",
        "duplicate",
    ]  # fmt: skip


def test_a_batch_of_new_mails_takes_as_many_statements_as_one(
    mailbox: Mailbox,
) -> None:
    def taken(numbers: range) -> int:
        for number in numbers:
            who = f"kim.{number}@example.org"
            raw = mail(message_id=f"<{number}@example.org>", sender=f"Kim <{who}>")
            store_raw(raw, source="smtp", envelope_from=who, envelope_to=["service@musterstadt.example"])
        with CaptureQueriesContext(connection) as asked:
            assert intake.take_in() == len(numbers)
        return len(asked)

    taken(range(0, 2))  # the first use of each model asks more
    assert taken(range(2, 3)) == taken(range(3, 25))
