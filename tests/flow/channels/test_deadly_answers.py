"""An answer that its sender dies of is given up, visibly, after one worker and two processes that nobody needs."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from anliegen.flow.channels import attempt, outbox, result
from anliegen.flow.channels.models import Delivery
from anliegen.ground import apart, clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mail_server import MailServer, in_use
from tests.flow.channels.processes import environment

pytestmark = pytest.mark.django_db(transaction=True)

# Sends as a worker does, or as what it has done apart; one mail is its end.
SENDER = """
import os, signal, sys
import django
django.setup()
from anliegen.flow.channels import outbox
from anliegen.flow.channels.mailroom import send

compose = send.compose

def deadly(mail):
    raw = compose(mail)
    if b"POISON" in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return raw

send.compose = deadly
if sys.argv[1] == "send-suspect":
    outbox.try_in_this_process(*map(int, sys.argv[2:]))
else:
    outbox.deliver.func(int(sys.argv[1]))
"""


@pytest.fixture
def server(settings: Any, operator: Operator) -> Iterator[MailServer]:
    with in_use(settings) as made:
        yield made


@pytest.fixture
def answer(server: MailServer, ticket: Ticket, mira: Agent, run_pipeline: Callable[[], int]) -> Callable[..., Delivery]:
    def make(text: str) -> Delivery:
        at = clock.now() - timedelta(minutes=1)
        message = tickets.reply(ticket, Answer(text), actor=Actor.agent(mira.pk), at=at)
        run_pipeline()
        return Delivery.objects.get(message=message)

    return make


@pytest.fixture
def processes(settings: Any, monkeypatch: pytest.MonkeyPatch, server: MailServer) -> list[str]:
    """The command of a worker that dies of a certain mail, as does what it has done apart."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-c", SENDER]
    monkeypatch.setattr(apart, "COMMAND", command)
    return command


def when_due(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now())
    outbox.deliver.func(delivery.pk)
    return Delivery.objects.select_related("message").get(pk=delivery.pk)


def counts(delivery: Delivery) -> tuple[int, int, int]:
    return delivery.attempts, delivery.deaths, delivery.setbacks


def killed(delivery: Delivery) -> None:
    """As a worker leaves it that dies before anything left."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now())
    assert isinstance(attempt.begin(delivery.pk), Delivery)


def test_an_answer_that_its_sender_dies_of_costs_one_worker_and_is_given_up(
    answer: Callable[..., Delivery], server: MailServer, processes: list[str], ticket: Ticket
) -> None:
    deadly, other = answer("POISON"), answer("Wir senken ihn.")
    worker = subprocess.run([*processes, str(deadly.pk)], timeout=90, check=False, capture_output=True)
    assert worker.returncode == -signal.SIGKILL
    before = clock.now()
    delivery = when_due(deadly)
    assert (counts(delivery), delivery.message.state, delivery.under_way_since) == ((2, 2, 2), "queued", None)
    assert delivery.due_at >= before + result.PAUSES[1]
    assert when_due(other).message.state == "sent"  # meanwhile
    delivery = when_due(deadly)
    assert (counts(delivery), delivery.message.state, delivery.code) == ((3, 3, 3), "failed", "our_error")
    assert delivery.done_at is not None
    assert Event.objects.get(verb="message.failed").data == {
        "message": f"message:{deadly.message_id}",
        "reason": "our_error",
    }
    assert list(Message.objects.troubled().values_list("pk", flat=True)) == [deadly.message_id]
    assert len(server.got) == 1


def test_who_was_only_killed_beside_it_leaves_by_a_process_of_its_own(
    answer: Callable[..., Delivery], server: MailServer, processes: list[str]
) -> None:
    delivery = answer("Wir senken ihn.")
    killed(delivery)
    delivery = when_due(delivery)
    assert (counts(delivery), delivery.message.state, len(server.got)) == ((2, 1, 1), "sent", 1)


def test_workers_that_die_at_it_again_and_again_end_as_well(
    answer: Callable[..., Delivery], server: MailServer
) -> None:
    """Such as by a machine that goes down each time."""
    delivery = answer("Wir senken ihn.")
    for _ in range(attempt.MOST_DEATHS):
        killed(delivery)
    delivery = when_due(delivery)
    assert (counts(delivery), delivery.message.state, delivery.code) == ((4, 3, 3), "failed", "our_error")


def test_what_a_person_sends_again_after_that_is_tried_once_more_and_apart(
    answer: Callable[..., Delivery], server: MailServer, processes: list[str], run_pipeline: Callable[[], int]
) -> None:
    delivery = answer("Wir senken ihn.")
    for _ in range(attempt.MOST_DEATHS):
        killed(delivery)
    when_due(delivery)
    event = Event.objects.filter(verb="message.queued", data__message=f"message:{delivery.message_id}").latest("id")
    Message.objects.filter(pk=delivery.message_id).update(state="queued")
    outbox.plan(event)
    delivery.refresh_from_db()
    assert (delivery.done_at, counts(delivery)) == (None, (0, attempt.MOST_DEATHS - 1, 0))
    assert when_due(delivery).message.state == "sent"


def test_an_end_in_the_one_window_stays_in_doubt_and_is_no_setback(
    answer: Callable[..., Delivery], server: MailServer, processes: list[str]
) -> None:
    delivery = answer("Wir senken ihn.")
    killed(delivery)
    attempt.hand_over(Delivery.objects.select_related("message").get(pk=delivery.pk))
    delivery = when_due(delivery)
    assert (delivery.message.state, delivery.code, counts(delivery)) == ("maybe_sent", "cut_off", (1, 0, 0))


def test_a_process_that_cannot_begin_is_no_death(
    answer: Callable[..., Delivery], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = answer("Wir senken ihn.")
    killed(delivery)
    monkeypatch.setattr(apart, "COMMAND", [sys.executable, "-c", "raise SystemExit(1)"])
    delivery = when_due(delivery)
    assert (counts(delivery), delivery.message.state, delivery.code) == ((2, 1, 2), "queued", "our_error")
