"""Made-up load looks like what the actions write, and never gets between real tickets."""

from collections.abc import Callable, Iterable
from datetime import datetime

import pytest
from django.db import connection

from anliegen.config.pipeline import READERS
from anliegen.ground.journal import tail
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verify import verify
from anliegen.oversight.measurement import seed as seeding
from anliegen.oversight.measurement.seed import NotForSeeding, seed
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Message, Participant, SearchRow, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready(brand: Brand, mira: Agent, billing: Team) -> None:
    """Somebody to seed for."""


def words_said() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("text", flat=True))


def test_so_many_tickets_and_messages_are_made_with_their_events(ready: None) -> None:
    tail.drain(READERS)  # what setting up has said
    progress: list[int] = []
    made = seed(tickets=40, messages=100, progress=progress.append)
    assert (made.tickets, made.messages, progress) == (40, 100, [40])
    assert (Ticket.objects.count(), Message.objects.count(), SearchRow.objects.count()) == (40, 100, 100)
    assert (Person.objects.count(), Address.objects.count()) == (10, 10)
    assert {one.address.person_id: one.ticket.person_id for one in Participant.objects.filter(role="requester")} == {
        person: person for person in Person.objects.values_list("pk", flat=True)
    }
    assert Event.objects.filter(subject__startswith="ticket:").count() == made.events == 40 * 2 + 100
    assert verify().ok
    assert tail.drain(READERS) == 0  # no reader takes what is made up for news
    assert Message.objects.count() == 100


def test_each_ticket_has_a_timeline_and_times_that_fit(ready: None) -> None:
    seed(tickets=12)
    for ticket in Ticket.objects.order_by("pk"):
        said = [entry.message for entry in queries.timeline(ticket, with_events=False) if entry.message]
        assert (ticket.created_at, ticket.last_message_at) == (said[0].created_at, said[-1].created_at)
        answers = [message.created_at for message in said if message.direction == "out"]
        assert ticket.first_answered_at == (answers[0] if answers else None)
        assert (ticket.waiting_since is not None) == (ticket.is_open and said[-1].direction == "in")


def test_it_can_grow_and_later_tickets_get_higher_numbers(
    ready: None, open_ticket: Callable[..., Ticket], kim_address: Address
) -> None:
    seed(tickets=8)
    newest = Ticket.objects.order_by("-pk")[0].pk
    seed(tickets=8)
    assert Ticket.objects.filter(pk__gt=newest).count() == 8
    assert verify().ok
    assert open_ticket(kim_address).pk > Ticket.objects.filter(topic="seed").order_by("-pk")[0].pk


def test_the_same_seed_gives_the_same_words(ready: None) -> None:
    seed(tickets=6, seed=7)
    first = words_said()
    for model in (SearchRow, Message, Participant, Ticket, Address, Person, Event):
        model.objects.all().delete()
    seed(tickets=6, seed=7)
    assert words_said() == first
    seed(tickets=6, seed=8)
    assert words_said()[len(first) :] != first


def test_where_real_tickets_are_nothing_is_made_up(ready: None, ticket: Ticket, now: datetime) -> None:
    with pytest.raises(NotForSeeding, match="real tickets"):
        seed(tickets=5)
    assert list(Ticket.objects.all()) == [ticket]


def test_before_setting_up_there_is_nobody_to_seed_for() -> None:
    with pytest.raises(NotForSeeding, match="set the instance up"):
        seed(tickets=5)
    assert Person.objects.count() == 0


def test_of_many_most_are_copies_that_only_number_and_time_tell_apart(
    ready: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "PATTERN", 40)
    before = _indexes()
    tail.drain(READERS)
    progress: list[int] = []
    made = seed(tickets=203, messages=203 * 2, progress=progress.append)
    assert (made.tickets, made.messages, progress[-1]) == (203, 406, 203)
    assert (Ticket.objects.count(), Message.objects.count(), SearchRow.objects.count()) == (203, 406, 406)
    assert Event.objects.filter(subject__startswith="ticket:").count() == made.events == 203 * 2 + 406
    assert verify().ok
    assert tail.drain(READERS) == 0
    assert len({text.rpartition("Vertragskonto ")[2][:8] for text in words_said()}) == 406  # each number once
    assert {one.address.person_id: one.ticket.person_id for one in Participant.objects.filter(role="requester")} == {
        person: person for person in Person.objects.values_list("pk", flat=True)
    }
    copies = Ticket.objects.order_by("-pk")[:160]
    assert len({ticket.created_at for ticket in copies}) == 160
    assert _opened_as_they_lie(copies) == sorted(ticket.created_at for ticket in copies)
    for ticket in copies:
        said = [entry.message for entry in queries.timeline(ticket, with_events=False) if entry.message]
        assert (ticket.created_at, ticket.last_message_at) == (said[0].created_at, said[-1].created_at)
        assert {one.person_id for one in said if one.direction == "in"} == {ticket.person_id}
        assert said[0].from_address == Address.objects.get(person=ticket.person_id).value
        number = said[0].text.rpartition("Vertragskonto ")[2][:8]
        assert [row.ticket_id for row in SearchRow.objects.filter(tsv=number)] == [ticket.pk]
    assert _indexes() == before


def _opened_as_they_lie(tickets: Iterable[Ticket]) -> list[datetime]:
    with connection.cursor() as cursor:
        keys = [ticket.pk for ticket in tickets]
        cursor.execute("SELECT created_at FROM tickets_ticket WHERE number = ANY(%s) ORDER BY ctid", [keys])
        return [row[0] for row in cursor.fetchall()]


def _indexes() -> set[str]:
    """Without their conditions, which the server words anew."""
    tables = ["tickets_message", "tickets_searchrow", "journal_event"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE tablename = ANY(%s)", [tables])
        return {row[0] for row in cursor.fetchall()}
