"""A message leaves once, not before it can be undone, and is tried until it is sent or lost for good."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.channels import attempt, outbox, result
from anliegen.flow.channels.email.transmit import Taken
from anliegen.flow.channels.mailroom import send
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import MAX_DEPTH
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.processes import nothing_apart
from tests.standing import Clock

MINUTE = timedelta(minutes=1)


class Wire:
    """A double of the way out: says yes, or what it is told to."""

    def __init__(self) -> None:
        self.says: Exception | None = None
        self.took: list[int] = []

    def __call__(self, message: Message, to: Sequence[str], hand_over: Callable[[], None]) -> Taken:
        if self.says is not None:
            raise self.says
        self.took.append(message.pk)
        return Taken(tuple(to))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    nothing_apart(monkeypatch)
    double, real = Wire(), outbox.WAYS["email"]
    outbox.WAYS["email"] = double
    yield double
    outbox.WAYS["email"] = real


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Clock:
    watch = Clock(now)
    monkeypatch.setattr(clock, "now", watch)
    return watch


@pytest.fixture
def message(ticket: Ticket, mira: Agent, watch: Clock) -> Message:
    return tickets.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=watch.at)


@pytest.fixture
def delivery(message: Message, run_pipeline: Callable[[], int], wire: Wire) -> Delivery:
    run_pipeline()
    return Delivery.objects.get(message=message)


def try_now(delivery: Delivery) -> Delivery:
    outbox.deliver.func(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def state(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def jobs(delivery: Delivery) -> list[datetime | None]:
    """When the waiting jobs of this delivery are due, the latest made first."""
    waiting = ProcrastinateJob.objects.filter(args__delivery_id=delivery.pk, status="todo").order_by("-id")
    return list(waiting.values_list("scheduled_at", flat=True))


def test_a_queued_message_is_planned_once_and_due_when_it_can_no_longer_be_undone(
    delivery: Delivery, message: Message, run_pipeline: Callable[[], int], now: datetime
) -> None:
    event = Event.objects.get(verb="message.queued", data__message=f"message:{message.pk}")
    outbox.plan(event)
    run_pipeline()
    assert (Delivery.objects.count(), delivery.due_at) == (1, now + timedelta(seconds=10))
    assert jobs(delivery) == [delivery.due_at]


def test_before_it_is_due_nothing_leaves_and_it_comes_back(delivery: Delivery, message: Message, wire: Wire) -> None:
    try_now(delivery)
    assert (wire.took, delivery.attempts, state(message)) == ([], 0, "queued")
    assert jobs(delivery) == [delivery.due_at] * 2


def test_what_was_undone_in_time_never_leaves(delivery: Delivery, message: Message, wire: Wire, watch: Clock) -> None:
    tickets.cancel(message, actor=SYSTEM, at=watch.at)
    watch.at += MINUTE
    try_now(delivery)
    assert (wire.took, delivery.done_at, state(message)) == ([], watch.at, "cancelled")


def test_once_sent_it_is_not_sent_again(delivery: Delivery, message: Message, wire: Wire, watch: Clock) -> None:
    watch.at += MINUTE
    for _ in range(2):
        try_now(delivery)
    assert (wire.took, delivery.attempts, delivery.done_at, state(message)) == ([message.pk], 1, watch.at, "sent")
    assert Event.objects.filter(verb="message.sent").count() == 1


def test_what_passes_is_tried_again_after_growing_pauses_and_given_up_after_the_last(
    delivery: Delivery, message: Message, wire: Wire, watch: Clock
) -> None:
    wire.says = send.Passing("smtp-451", "Greylisted")
    pauses = []
    while delivery.done_at is None:
        watch.at = max(watch.at + timedelta(seconds=11), delivery.due_at)
        try_now(delivery)
        assert delivery.error == "Greylisted"
        if delivery.done_at is None:
            assert (state(message), jobs(delivery)[0]) == ("queued", delivery.due_at)
            pauses.append(delivery.due_at - watch.at)
    assert pauses == result.PAUSES == sorted(set(pauses))
    assert (delivery.attempts, state(message)) == (len(result.PAUSES) + 1, "failed")
    assert Event.objects.get(verb="message.failed").data["reason"] == "smtp-451"


def test_after_a_passing_trouble_it_is_sent(delivery: Delivery, message: Message, wire: Wire, watch: Clock) -> None:
    watch.at += MINUTE
    wire.says = send.Passing("unreachable")
    try_now(delivery)
    wire.says, watch.at = None, delivery.due_at
    try_now(delivery)
    assert (wire.took, delivery.attempts, delivery.error, state(message)) == ([message.pk], 2, "", "sent")


def test_what_lasts_fails_at_once_and_the_ticket_waits_for_us(
    delivery: Delivery, message: Message, ticket: Ticket, wire: Wire, watch: Clock
) -> None:
    watch.at += MINUTE
    wire.says = send.Lasting("smtp-550", "550")
    try_now(delivery)
    ticket.refresh_from_db()
    assert (delivery.attempts, delivery.done_at, state(message)) == (1, watch.at, "failed")
    assert (ticket.status, ticket.waiting_since) == ("open", watch.at)
    assert Event.objects.get(verb="message.failed").data == {"message": f"message:{message.pk}", "reason": "smtp-550"}


@pytest.mark.parametrize("fault", [ZeroDivisionError("ours"), smtplib.SMTPException("Kim Berger"), KeyError("x")])
def test_our_own_fault_loses_nothing_and_names_nobody(
    delivery: Delivery, message: Message, wire: Wire, watch: Clock, fault: Exception
) -> None:
    watch.at += MINUTE
    wire.says = fault
    try_now(delivery)
    assert (state(message), delivery.done_at, delivery.error) == ("queued", None, type(fault).__name__)
    assert jobs(delivery)[0] == delivery.due_at == watch.at + result.PAUSES[0]


def test_an_attempt_under_way_belongs_to_its_worker_until_it_counts_as_dead(
    delivery: Delivery, message: Message, wire: Wire, watch: Clock
) -> None:
    watch.at += MINUTE
    assert attempt.begin(delivery.pk) is not None  # and the worker dies here
    try_now(delivery)
    assert (wire.took, delivery.attempts) == ([], 1)
    watch.at += attempt.UNDER_WAY
    try_now(delivery)
    assert (wire.took, delivery.attempts, state(message)) == ([message.pk], 2, "sent")


def test_a_delivery_that_nobody_remembers_gets_one_new_job(delivery: Delivery, watch: Clock) -> None:
    ProcrastinateJob.objects.all()._raw_delete("default")
    outbox.find_forgotten(0)
    assert jobs(delivery) == []  # not overdue yet
    watch.at += timedelta(minutes=6)
    for _ in range(2):
        outbox.find_forgotten(0)
    assert jobs(delivery) == [None]


def test_what_a_person_carries_out_is_done_when_it_is_written_down(
    ticket: Ticket, mira: Agent, watch: Clock, wire: Wire, run_pipeline: Callable[[], int]
) -> None:
    call = Answer("Am Telefon geklärt.", channel="phone")
    message = tickets.reply(ticket, call, actor=Actor.agent(mira.pk), at=watch.at)
    run_pipeline()
    assert (state(message), Delivery.objects.filter(message=message).count(), wire.took) == ("delivered", 0, [])


def test_a_delivery_that_is_gone_is_nothing_to_do(operator: object, wire: Wire) -> None:
    outbox.deliver.func(4711)
    assert wire.took == []


@pytest.fixture
def later(
    ticket: Ticket, mira: Agent, watch: Clock, wire: Wire, run_pipeline: Callable[[], int]
) -> Callable[..., Delivery]:
    """The delivery of an answer that leaves in three hours."""

    def make() -> Delivery:
        answer = Answer("Ab morgen gilt es.", send_at=watch.at + timedelta(hours=3))
        message = tickets.reply(ticket, answer, actor=Actor.agent(mira.pk), at=watch.at)
        run_pipeline()
        return Delivery.objects.get(message=message)

    return make


def write(ticket: Ticket, address: Address, at: datetime, **more: object) -> Message:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text="Noch etwas.",
        from_address=address.value,
        written_at=at,
        **more,  # type: ignore[arg-type]
    )
    return tickets.receive(received, ticket=ticket, at=at)


def test_a_chosen_time_is_kept_and_then_it_answers(
    later: Callable[..., Delivery], ticket: Ticket, watch: Clock, wire: Wire, now: datetime
) -> None:
    delivery = later()
    assert (delivery.due_at, jobs(delivery)) == (now + timedelta(hours=3), [now + timedelta(hours=3)])
    watch.at = now + timedelta(hours=2)
    assert (try_now(delivery).attempts, wire.took) == (0, [])
    watch.at = delivery.due_at
    try_now(delivery)
    ticket.refresh_from_db()
    assert (wire.took, ticket.status, ticket.first_answered_at) == ([delivery.message_id], "waiting_customer", watch.at)


def test_when_the_customer_writes_first_it_is_stopped_until_a_person_decides(
    later: Callable[..., Delivery],
    ticket: Ticket,
    kim_address: Address,
    mira: Agent,
    watch: Clock,
    wire: Wire,
    run_pipeline: Callable[[], int],
) -> None:
    delivery = later()
    watch.at += MINUTE
    write(ticket, kim_address, watch.at, automatic="auto-reply")
    run_pipeline()
    assert state(delivery.message) == "queued"  # an absence note is no word of theirs
    write(ticket, kim_address, watch.at)
    run_pipeline()
    assert state(delivery.message) == "stopped"
    watch.at += timedelta(hours=4)
    assert try_now(delivery).done_at == watch.at
    assert (wire.took, state(delivery.message)) == ([], "stopped")

    tickets.send_now(delivery.message, actor=Actor.agent(mira.pk), at=watch.at)
    run_pipeline()
    watch.at += MINUTE
    try_now(delivery)
    assert (wire.took, state(delivery.message)) == ([delivery.message_id], "sent")


def test_it_is_stopped_even_if_the_journals_reader_is_late(
    later: Callable[..., Delivery], ticket: Ticket, kim_address: Address, watch: Clock, wire: Wire
) -> None:
    delivery = later()
    watch.at += timedelta(hours=3)
    write(ticket, kim_address, watch.at - MINUTE)
    try_now(delivery)
    assert (wire.took, state(delivery.message)) == ([], "stopped")


def test_another_time_is_kept_whichever_job_comes_first(
    later: Callable[..., Delivery], mira: Agent, watch: Clock, wire: Wire, run_pipeline: Callable[[], int]
) -> None:
    delivery = later()
    old = delivery.due_at
    tickets.reschedule(delivery.message, send_at=old + timedelta(days=1), actor=Actor.agent(mira.pk), at=watch.at)
    watch.at = old
    assert (try_now(delivery).attempts, wire.took) == (0, [])  # the journal's reader has not come by yet
    run_pipeline()
    delivery.refresh_from_db()
    assert delivery.due_at == old + timedelta(days=1)
    watch.at = delivery.due_at
    try_now(delivery)
    assert wire.took == [delivery.message_id]


def test_what_becomes_of_a_mail_names_the_event_that_asked_for_it(
    delivery: Delivery, message: Message, wire: Wire, watch: Clock
) -> None:
    queued = Event.objects.get(verb="message.queued", data__message=f"message:{message.pk}")
    assert queued.position is not None
    watch.at += MINUTE
    try_now(delivery)
    sent = Event.objects.get(verb="message.sent")
    assert (sent.actor, sent.because, sent.depth) == ("system", queued.position, queued.depth + 1)


def test_what_was_stopped_names_the_words_that_stopped_it(
    later: Callable[..., Delivery],
    ticket: Ticket,
    kim_address: Address,
    watch: Clock,
    run_pipeline: Callable[[], int],
) -> None:
    later()
    watch.at += MINUTE
    write(ticket, kim_address, watch.at)
    run_pipeline()
    wrote = Event.objects.filter(verb="message.received").order_by("id").last()
    stopped = Event.objects.get(verb="message.stopped")
    assert wrote is not None and wrote.position is not None
    assert (stopped.because, stopped.depth) == (wrote.position, wrote.depth + 1)


def test_a_mail_at_the_end_of_a_long_chain_leaves_and_is_noted(
    delivery: Delivery, message: Message, wire: Wire, watch: Clock
) -> None:
    queued = Event.objects.get(verb="message.queued", data__message=f"message:{message.pk}")
    queued.depth = MAX_DEPTH
    for field, value in Delivery.upon(queued).items():
        setattr(delivery, field, value)
    delivery.save()
    watch.at += MINUTE
    try_now(delivery)
    assert (wire.took, state(message), Event.objects.get(verb="message.sent").depth) == (
        [message.pk],
        "sent",
        MAX_DEPTH,
    )


@pytest.mark.django_db(transaction=True)
def test_another_time_is_chosen_upon_what_a_worker_notes_meanwhile(
    later: Callable[..., Delivery], mira: Agent, watch: Clock
) -> None:
    """The worker holds the row; whoever plans anew waits for it, and keeps what it wrote."""
    delivery = later()
    tickets.reschedule(
        Message.objects.get(pk=delivery.message_id),
        send_at=watch.at + 2 * MINUTE,
        actor=Actor.agent(mira.pk),
        at=watch.at,
    )
    event = Event.objects.filter(verb="message.rescheduled").get()

    def plan() -> None:
        outbox.plan(event)
        connection.close()

    planning = threading.Thread(target=plan)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        planning.start()
        wait_for_a_lock()
        Delivery.objects.filter(pk=delivery.pk).update(domains=["example.org"], slot_at=watch.at)
    planning.join()
    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.domains, delivery.slot_at) == (
        watch.at + 2 * MINUTE,
        ["example.org"],
        watch.at,
    )


def wait_for_a_lock() -> None:
    """Until another connection waits for a row that ours holds."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.fixture
def folder(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where mails are kept without a mail server."""
    nothing_apart(monkeypatch)
    settings.ANLIEGEN_SMTP_URL = None
    monkeypatch.setattr(send, "outbox_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def kept(message: Message, run_pipeline: Callable[[], int], folder: Path) -> Delivery:
    run_pipeline()
    return Delivery.objects.get(message=message)


def test_in_a_folder_a_second_attempt_writes_no_second_mail(
    kept: Delivery, message: Message, folder: Path, watch: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is cut off after the file, before it is noted."""

    def cut_off(*args: object) -> None:
        raise KeyboardInterrupt

    watch.at += MINUTE
    with monkeypatch.context() as cut:
        cut.setattr(result, "was_taken", cut_off)
        with pytest.raises(KeyboardInterrupt):
            try_now(kept)
    assert (state(message), len(list(folder.iterdir()))) == ("queued", 1)
    watch.at += attempt.UNDER_WAY
    try_now(kept)
    assert (state(message), [file.name for file in folder.iterdir()]) == (
        "sent",
        [f"20261116T090000000000-{message.pk}.eml"],
    )


def test_in_a_folder_what_is_taken_back_in_the_last_moment_is_not_there(
    kept: Delivery, message: Message, folder: Path, watch: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = send.compose

    def taken_back_meanwhile(mail: Any) -> bytes:
        tickets.cancel(message, actor=SYSTEM, at=watch.at)
        return real(mail)

    monkeypatch.setattr(send, "compose", taken_back_meanwhile)
    watch.at += MINUTE
    try_now(kept)
    assert (state(message), kept.code, list(folder.iterdir())) == ("cancelled", "taken_back", [])


def test_the_customers_words_stop_it_although_the_clock_was_put_back(
    later: Callable[..., Delivery], ticket: Ticket, kim_address: Address, mira: Agent, watch: Clock, wire: Wire
) -> None:
    delivery = later()
    leaves = delivery.due_at
    watch.at -= timedelta(hours=2)
    write(ticket, kim_address, watch.at)
    watch.at = leaves
    try_now(delivery)
    assert (wire.took, state(delivery.message)) == ([], "stopped")


def test_another_time_counts_from_when_it_was_chosen_whatever_the_clock_says(
    later: Callable[..., Delivery], ticket: Ticket, kim_address: Address, mira: Agent, watch: Clock, wire: Wire,
    run_pipeline: Callable[[], int],
) -> None:  # fmt: skip
    delivery = later()
    write(ticket, kim_address, watch.at + timedelta(hours=5))  # by a clock that is ahead
    run_pipeline()
    assert state(delivery.message) == "stopped"
    tickets.send_now(delivery.message, actor=Actor.agent(mira.pk), at=watch.at)
    run_pipeline()
    watch.at += MINUTE
    try_now(delivery)
    assert (wire.took, state(delivery.message)) == ([delivery.message_id], "sent")


def test_what_is_leaving_is_not_stopped_any_more(later: Callable[..., Delivery], watch: Clock) -> None:
    message = later().message
    tickets.let_go(message, at=watch.at)
    tickets.stop(message, actor=SYSTEM, at=watch.at)
    message.refresh_from_db()
    assert (message.state, message.leaving_at) == ("queued", watch.at)
