from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from anliegen.config.pipeline import READERS
from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Cursor, Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

Numbers = dict[tuple[str, str], float]


def numbers(client: Client) -> Numbers:
    """Every sample by its name and its first label."""
    text = client.get("/metrics").content.decode()
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_open_tickets_are_counted_by_status(client: Client, ticket: Ticket, open_ticket, kim_address, now: datetime):
    actions.resolve(open_ticket(kim_address), actor=SYSTEM, at=now)
    found = numbers(client)
    assert {status: count for (name, status), count in found.items() if name == "anliegen_tickets_open"} == {
        "new": 1,
        "open": 0,
        "waiting_customer": 0,
        "waiting_internal": 0,
    }


def test_the_journal_shows_its_head_what_waits_and_how_far_readers_are(client: Client, ticket: Ticket, now: datetime):
    tail.drain(READERS)
    head = Event.objects.count()
    actions.resolve(ticket, actor=SYSTEM, at=now)
    Cursor.objects.filter(name="deliver").update(
        position=head - 3, failed_at=now, failed_position=head - 2, retry_at=now, error="x"
    )
    found = numbers(client)
    assert found["anliegen_journal_position", ""] == head
    assert found["anliegen_journal_unsealed", ""] == 1
    assert (found["anliegen_reader_lag", "deliver"], found["anliegen_reader_stopped", "deliver"]) == (3, 1)
    assert found["anliegen_reader_stopped", "triage"] == 0


def test_the_ledger_is_counted_by_result(client: Client, program: Callable, mira: Agent, brand):
    content = {"subject": "x", "text": "x", "requester": {"email": "kim@example.org"}}
    assert program(mira).post("/tickets", content).status_code == 201
    found = numbers(client)
    assert (found["anliegen_intake_recent", "created"], found["anliegen_intake_recent", "bounce"]) == (1, 0)
    assert (found["anliegen_intake_waiting", ""], found["anliegen_intake_quarantined", ""]) == (0, 0)


def test_what_waits_to_go_out_is_counted(client: Client, program: Callable, mira: Agent, ticket: Ticket, run_pipeline):
    program(mira).post(f"/tickets/{ticket.pk}/messages", {"text": "Guten Tag", "kind": "reply"})
    run_pipeline()
    waiting = ticket.messages.filter(direction="out", state="queued").count()
    assert waiting > 0
    assert numbers(client)["anliegen_deliveries_waiting", ""] == waiting


@pytest.mark.parametrize(
    "from_elsewhere", [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}, {"REMOTE_ADDR": ""}]
)
def test_from_elsewhere_a_token_is_needed(client: Client, problem, mira: Agent, now: datetime, from_elsewhere):
    assert problem(client.get("/metrics", **from_elsewhere))[:2] == (401, "token-needed")
    for scope, status in (("read", 200), ("write", 401)):
        secret = accounts.create_token(mira, scopes=[scope], actor=SYSTEM, at=now)[1]
        response = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}, **from_elsewhere)
        assert response.status_code == status


def test_nothing_of_persons_is_in_it(client: Client, ticket: Ticket, mira: Agent):
    text = client.get("/metrics").content.decode()
    for word in ("Kim", "kim@", "Mira", "Abschlag", "Abrechnung"):
        assert word not in text
