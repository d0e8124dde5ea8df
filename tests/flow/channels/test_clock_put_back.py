"""A clock that was ahead and is put right: what it had put off is done now, and what a person chose still waits."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.channels import due, outbox, pace, result
from anliegen.flow.channels.mailroom import fetch, watch
from anliegen.flow.channels.models import Delivery, Source
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket
from tests.flow.channels.mail_server import MailServer, in_use
from tests.standing import Clock

pytestmark = pytest.mark.django_db(transaction=True)

AHEAD = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock; right at first, since jobs wait by the database's own."""
    hand = Clock(clock.now())
    monkeypatch.setattr(clock, "now", hand)
    return hand


@pytest.fixture
def server(settings: Any, operator: Operator) -> Iterator[MailServer]:
    with in_use(settings) as made:
        yield made


@pytest.fixture
def answer(
    server: MailServer, ticket: Ticket, mira: Agent, hand: Clock, run_pipeline: Callable[[], int]
) -> Callable[..., Delivery]:
    def make(text: str = "Wir senken ihn.", **fields: Any) -> Delivery:
        message = tickets.reply(ticket, Answer(text, **fields), actor=Actor.agent(mira.pk), at=hand.at)
        run_pipeline()
        return Delivery.objects.select_related("message").get(message=message)

    return make


def run_jobs() -> None:
    """What is due by now, as the worker would; and what looks after forgotten mail."""
    outbox.find_forgotten(0)
    due_now = ProcrastinateJob.objects.filter(task_name=outbox.deliver.name, status="todo", scheduled_at=None)
    for job in list(due_now.order_by("id")):
        outbox.deliver.func(**job.args)


def test_the_longest_pause_is_the_one_that_is_waited(db: None) -> None:
    assert max(result.PAUSES) == due.LONGEST_PAUSE
    assert max(result.OUR_PAUSES) <= due.LONGEST_REST


def test_an_answer_that_was_written_while_the_clock_was_ahead_leaves_now(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    hand.at += AHEAD
    answer()
    hand.at -= AHEAD
    run_jobs()
    assert len(server.got) == 1


def test_what_was_to_be_tried_again_after_the_jump_is_tried_now(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    hand.at += AHEAD
    delivery = answer()
    hand.at = delivery.due_at
    server.mood.content = "421 4.3.2 shutting down"
    outbox.deliver.func(delivery.pk)
    server.mood.__init__()  # type: ignore[misc]
    hand.at -= AHEAD
    run_jobs()
    assert len(server.got) == 1


def test_a_server_that_was_away_by_a_clock_ahead_does_not_hold_others_up(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    first, second = answer(), answer("Noch etwas.")
    hand.at += AHEAD
    Delivery.objects.filter(pk=first.pk).update(trouble="server", started_at=hand.at, attempts=1)
    assert pace.server_is_away(second, at=hand.at)
    hand.at -= AHEAD
    assert not pace.server_is_away(second, at=hand.at)


def test_places_in_the_row_that_a_clock_ahead_gave_are_taken_by_nobody(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    Operator.objects.update(sends_per_minute=1)
    hand.at += AHEAD
    waiting = [answer(f"Nummer {number}") for number in range(3)]
    hand.at = waiting[-1].due_at
    for delivery in waiting:
        outbox.deliver.func(delivery.pk)
    assert len(server.got) == 1
    hand.at -= AHEAD
    run_jobs()
    assert len(server.got) == 2  # one a minute
    hand.at += timedelta(minutes=1)
    for delivery in waiting:
        outbox.deliver.func(delivery.pk)
    assert len(server.got) == 3


def test_a_time_that_a_person_chose_is_kept_however_far_off(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    chosen = hand.at + timedelta(days=30)
    delivery = answer(send_at=chosen)
    run_jobs()
    outbox.deliver.func(delivery.pk)
    assert server.got == []
    hand.at = chosen
    outbox.deliver.func(delivery.pk)
    assert len(server.got) == 1


def test_the_pause_after_a_mail_was_refused_for_now_is_kept(
    answer: Callable[..., Delivery], server: MailServer, hand: Clock
) -> None:
    delivery = answer()
    for setbacks, pause in enumerate(result.PAUSES, 1):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=hand.at + pause, trouble="passing", setbacks=setbacks)
        run_jobs()
        outbox.deliver.func(delivery.pk)
    assert (server.got, Delivery.objects.get().attempts) == ([], 0)


@pytest.fixture
def source(mailbox: Mailbox, now: datetime) -> Source:
    return accounts.create(Source, mailbox=mailbox, host="imap.example.org", username="service", actor=SYSTEM, at=now)


def is_fetched(source: Source) -> bool:
    fetch.fetch_due(0)
    return ProcrastinateJob.objects.filter(task_name=fetch.fetch.name, args__source_id=source.pk).exists()


def test_a_source_that_pauses_until_a_time_beyond_any_pause_is_fetched(source: Source, hand: Clock) -> None:
    Source.objects.update(failed_at=hand.at + AHEAD, attempts=9, retry_at=hand.at + HOUR)
    assert (is_fetched(source), fetch._due(source.pk), watch._pauses(source.pk)) == (False, None, True)
    Source.objects.update(retry_at=hand.at + AHEAD + HOUR)
    assert (is_fetched(source), fetch._due(source.pk), watch._pauses(source.pk)) == (True, source, False)


def test_a_promise_to_listen_that_a_clock_ahead_gave_does_not_count(source: Source, hand: Clock) -> None:
    Source.objects.update(fetched_at=hand.at, watched_until=hand.at + watch.PROMISE)
    assert not is_fetched(source)
    Source.objects.update(fetched_at=hand.at + AHEAD, watched_until=hand.at + AHEAD)
    assert is_fetched(source)
