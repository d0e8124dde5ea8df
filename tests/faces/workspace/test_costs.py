"""What a page asks the database: a fixed number of questions, however much there is to show."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]


@pytest.fixture
def busy(ticket: Ticket, mira: Agent, open_ticket: Open, billing: Team, run_pipeline: Callable[[], int], now: datetime):
    """Kim's ticket has an answer and a note; around it lie twelve more, three of them Kim's too."""
    actor, later = Actor.agent(mira.pk), now + timedelta(minutes=5)
    actions.reply(ticket, Answer(text="Wir prüfen den Abschlag."), actor=actor, at=later)
    actions.write_note(ticket, text="Ableser fragen", actor=actor, at=later)
    for number in range(12):
        name = "Kim Berger" if number < 3 else f"Person {number}"
        value = "kim@example.org" if number < 3 else f"p{number}@example.org"
        address = customers.meet(kind="email", value=value, name=name, actor=SYSTEM, at=now)
        actions.assign(open_ticket(address, at=now + timedelta(minutes=number)), to=billing, actor=SYSTEM, at=now)
    run_pipeline()


def asked(call: Callable[[], object]) -> list[str]:
    """The tables that a page asks, in order."""
    call()
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        # session, agent with teams, journal's head, list, beginnings, what was not delivered, counts, views and pins
        ("?view=open", 8),
        ("news/?view=open&since=1", 4),
        # with deliveries, who takes part, what is being written, moments in the customer's life, what colleagues do
        ("tickets/{ticket}/?view=open", 22),
        ("search/?q=Abschlag", 12),
        ("search/?q=Kim+Berger", 14),  # people, and their newest tickets in two; whether the words are rare
        ("search/?q=nirgends", 10),
    ],
)
def test_a_page_asks_so_many_questions(busy: None, miras: Client, ticket: Ticket, path: str, queries: int) -> None:
    assert len(asked(lambda: miras.get(f"/workspace/{path.format(ticket=ticket.pk)}"))) == queries


def test_a_longer_conversation_in_a_longer_list_takes_no_more_questions(
    busy: None, miras: Client, mira: Agent, ticket: Ticket, open_ticket: Open, kim_address: Address, now: datetime
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/?view=open"
    few = asked(lambda: miras.get(path))
    for number in range(8):
        at = now + timedelta(hours=number)
        actions.reply(ticket, Answer(text=f"Noch etwas: {number}"), actor=Actor.agent(mira.pk), at=at)
        open_ticket(kim_address, at=at)
    assert len(asked(lambda: miras.get(path))) == len(few)


def test_an_answer_asks_so_many_questions(busy: None, miras_parts: Client, ticket: Ticket) -> None:
    ticket.refresh_from_db()
    versions = count(ticket.version)

    def reply() -> None:
        form = {"text": "Gern geschehen.", "status": "waiting_customer", "version": next(versions), "seen": 10**9}
        answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", form)
        assert answer.status_code == 200

    questions = [sql for sql in asked(reply) if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(questions) == 21  # six of them to write it down; what others are writing, and do at the ticket


def test_an_answer_reads_nothing_of_what_it_does_not_show(
    busy: None, miras_parts: Client, mira: Agent, ticket: Ticket
) -> None:
    form = {"text": "Gern geschehen.", "status": "waiting_customer", "version": 0, "seen": 10**9}

    def reply() -> None:
        answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", form)
        assert answer.status_code == 200

    questions = asked(reply)
    assert [sql for sql in questions if 'FROM "customers_organisation"' in sql] == []


def test_the_text_of_a_hit_comes_without_its_html(busy: None, miras: Client) -> None:
    questions = asked(lambda: miras.get("/workspace/search/?q=Abschlag"))
    assert [sql for sql in questions if '"tickets_message"."html"' in sql] == []
