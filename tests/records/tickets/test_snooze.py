"""A concern that is put aside: until its time, until the customer writes, or until it must not wait any longer."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground import clock
from anliegen.ground.jobs import SomeFailed
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.jobs import wake_due
from anliegen.records.tickets.models import Message, Snooze, Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMES_BACK = ["ticket.snoozed", "ticket.woken"]


@pytest.fixture
def as_mira(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda at: monkeypatch.setattr(clock, "now", lambda: at)


@pytest.fixture
def aside(ticket: Ticket, as_mira: Actor, now: datetime) -> Ticket:
    """Put aside until tomorrow, because of a reading."""
    return actions.snooze(ticket, until=now + DAY, reason="Ablesung abwarten", actor=as_mira, at=now)


def told(ticket: Ticket) -> list[str]:
    events = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__in=[*COMES_BACK, "ticket.snooze_ended"])
    return list(events.order_by("id").values_list("verb", flat=True))


def state(ticket: Ticket) -> tuple[datetime | None, int | None, str]:
    row = Ticket.objects.get(pk=ticket.pk)
    return row.snoozed_until, row.snoozed_by_id, row.snooze_reason


def why(ticket: Ticket) -> list[str]:
    return list(Snooze.objects.filter(ticket=ticket).order_by("pk").values_list("ended_why", flat=True))


def come_in(ticket: Ticket, address: Address, at: datetime, *, automatic: str = "") -> Message:
    received = Received(
        channel="email", person_id=address.person_id, address=address, subject="Re: Abschlag", text="Und?",
        reply_text="Und?", from_name="Kim Berger", from_address=address.value, language="de", written_at=at,
        automatic=automatic,
    )  # fmt: skip
    return actions.receive(received, ticket=ticket, at=at)


def test_it_says_until_when_who_and_why(ticket: Ticket, mira: Agent, as_mira: Actor, now: datetime):
    found = actions.snooze(ticket, until=now + DAY, reason="  Ablesung\nabwarten ", actor=as_mira, at=now)
    row = Snooze.objects.get()
    assert state(found) == (now + DAY, mira.pk, "Ablesung abwarten")
    assert (row.ticket_id, row.agent_id, row.until, row.reason) == (ticket.pk, mira.pk, now + DAY, "Ablesung abwarten")
    event = Event.objects.get(verb="ticket.snoozed")
    assert (event.actor, event.data) == (
        f"agent:{mira.pk}",
        {"snooze": f"snooze:{row.pk}", "until": "2026-11-17T09:00Z"},
    )
    assert found.version == ticket.version + 1


def test_the_past_and_what_is_done_are_refused(ticket: Ticket, as_mira: Actor, now: datetime):
    with pytest.raises(actions.InThePast):
        actions.snooze(ticket, until=now, actor=as_mira, at=now)
    actions.resolve(ticket, actor=as_mira, at=now)
    with pytest.raises(actions.NotOpen):
        actions.snooze(ticket, until=now + DAY, actor=as_mira, at=now)
    assert told(ticket) == []


def test_who_saw_an_older_version_puts_nothing_aside(ticket: Ticket, as_mira: Actor, now: datetime):
    with pytest.raises(actions.Changed):
        actions.snooze(ticket, until=now + DAY, actor=as_mira, at=now, expected_version=ticket.version - 1)
    assert state(ticket) == (None, None, "")


def test_another_time_takes_the_place_of_the_first_and_the_same_says_nothing(
    aside: Ticket, mira: Agent, as_mira: Actor, now: datetime
):
    actions.snooze(aside, until=now + DAY, reason="Ablesung abwarten", actor=as_mira, at=now)
    assert told(aside) == ["ticket.snoozed"]
    actions.snooze(aside, until=now + 2 * DAY, actor=as_mira, at=now + HOUR)
    assert state(aside) == (now + 2 * DAY, mira.pk, "")
    assert told(aside) == ["ticket.snoozed", "ticket.snoozed"]
    assert why(aside) == ["again", ""]


def test_at_its_time_it_comes_back_and_says_why(
    aside: Ticket, mira: Agent, now: datetime, set_clock: Callable[[datetime], None]
):
    set_clock(now + DAY - timedelta(seconds=1))
    wake_due(0)
    assert told(aside) == ["ticket.snoozed"]
    set_clock(now + DAY)
    wake_due(0)
    wake_due(0)
    assert state(aside) == (None, None, "")
    event = Event.objects.get(verb="ticket.woken")
    row = Snooze.objects.get()
    assert event.actor == "system"
    assert event.data == {"snooze": f"snooze:{row.pk}", "agent": f"agent:{mira.pk}", "why": "due"}
    assert (row.ended_at, row.ended_why, row.reason) == (now + DAY, "due", "Ablesung abwarten")


def test_what_came_due_while_the_machine_was_off_comes_back_afterwards(
    aside: Ticket, now: datetime, set_clock: Callable[[datetime], None]
):
    set_clock(now + 3 * DAY)
    wake_due(0)
    assert told(aside) == COMES_BACK


def test_a_clock_that_is_put_back_does_no_harm(
    aside: Ticket, kim_address: Address, run_pipeline: Run, now: datetime, set_clock: Callable[[datetime], None]
):
    set_clock(now - 5 * DAY)
    wake_due(0)
    assert told(aside) == ["ticket.snoozed"]
    come_in(aside, kim_address, now - 5 * DAY)  # an hour that was before, and yet the customer wrote afterwards
    run_pipeline()
    assert told(aside) == COMES_BACK


def test_one_that_cannot_be_taken_back_keeps_no_other(
    aside: Ticket,
    open_ticket: Open,
    kim_address: Address,
    as_mira: Actor,
    now: datetime,
    set_clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
):
    other = actions.snooze(open_ticket(kim_address), until=now + HOUR, actor=as_mira, at=now)
    wake = actions.wake_due

    def fail_for_the_first(row: Snooze, *, at: datetime) -> None:
        if row.ticket_id == aside.pk:
            raise RuntimeError
        wake(row, at=at)

    monkeypatch.setattr(actions, "wake_due", fail_for_the_first)
    set_clock(now + DAY)
    with pytest.raises(SomeFailed):  # so that it shows
        wake_due(0)
    assert (told(aside), told(other)) == (["ticket.snoozed"], COMES_BACK)


def test_it_comes_back_at_once_when_the_customer_writes(
    aside: Ticket, kim_address: Address, run_pipeline: Run, now: datetime
):
    come_in(aside, kim_address, now + HOUR)
    run_pipeline()
    assert told(aside) == COMES_BACK
    event = Event.objects.get(verb="ticket.woken")
    assert event.data["why"] == "customer"
    assert Event.objects.get(position=event.because).verb == "message.received"


def test_an_automatic_mail_wakes_nothing(aside: Ticket, kim_address: Address, run_pipeline: Run, now: datetime):
    come_in(aside, kim_address, now + HOUR, automatic="auto-reply")
    run_pipeline()
    assert told(aside) == ["ticket.snoozed"]


def test_words_that_were_there_before_it_was_put_aside_wake_nothing(
    ticket: Ticket, kim_address: Address, as_mira: Actor, run_pipeline: Run, now: datetime
):
    come_in(ticket, kim_address, now + HOUR)
    actions.snooze(ticket, until=now + DAY, actor=as_mira, at=now + HOUR)
    run_pipeline()
    assert told(ticket) == ["ticket.snoozed"]


@pytest.mark.parametrize(("column", "reason"), [("promised_for", "promise"), ("due_at", "target")])
def test_it_comes_back_before_a_promise_or_deadline_that_is_earlier(
    aside: Ticket, column: str, reason: str, now: datetime, set_clock: Callable[[datetime], None]
):
    Ticket.objects.filter(pk=aside.pk).update(**{column: now + 5 * HOUR})
    set_clock(now + 4 * HOUR - timedelta(seconds=1))
    wake_due(0)
    assert told(aside) == ["ticket.snoozed"]
    set_clock(now + 4 * HOUR)
    wake_due(0)
    assert why(aside) == [reason]


def test_a_deadline_that_was_near_already_counts_when_it_is_there_and_one_that_was_over_never(
    aside: Ticket, now: datetime, set_clock: Callable[[datetime], None]
):
    Ticket.objects.filter(pk=aside.pk).update(due_at=now + HOUR / 2, promised_for=now - HOUR)
    set_clock(now + HOUR / 2 - timedelta(seconds=1))
    wake_due(0)
    assert told(aside) == ["ticket.snoozed"]
    set_clock(now + HOUR / 2)
    wake_due(0)
    assert told(aside) == COMES_BACK


def test_an_agent_fetches_it_back_and_a_second_time_nothing_happens(aside: Ticket, as_mira: Actor, now: datetime):
    actions.wake(aside, actor=as_mira, at=now)
    actions.wake(aside, actor=as_mira, at=now)
    assert told(aside) == COMES_BACK
    assert why(aside) == ["agent"]


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_it_is_no_longer_put_aside_once_it_is_done(aside: Ticket, as_mira: Actor, status: str, now: datetime):
    actions.change(aside, actions.Change(status=status), actor=as_mira, at=now + HOUR)
    assert state(aside) == (None, None, "")
    assert told(aside) == ["ticket.snoozed", "ticket.snooze_ended"]
    assert why(aside) == [status]


def test_an_answer_that_resolves_it_ends_it_too_and_one_that_does_not_leaves_it(
    aside: Ticket, as_mira: Actor, now: datetime
):
    actions.reply(aside, Answer("Wir lesen morgen ab."), actor=as_mira, at=now + HOUR)
    assert told(aside) == ["ticket.snoozed"]
    actions.reply(aside, Answer("Fertig."), actor=as_mira, at=now + 2 * HOUR, status="resolved")
    assert told(aside) == ["ticket.snoozed", "ticket.snooze_ended"]


def test_joined_with_another_it_is_put_aside_no_longer_and_words_for_the_other_wake_that(
    aside: Ticket, open_ticket: Open, kim_address: Address, as_mira: Actor, now: datetime
):
    newer = open_ticket(kim_address, at=now + HOUR)
    newest = open_ticket(kim_address, at=now + HOUR)
    actions.join(newer, aside, actor=as_mira, at=now + 2 * HOUR)  # the customer had written there
    assert why(aside) == ["customer"]
    actions.snooze(aside, until=now + DAY, actor=as_mira, at=now + 3 * HOUR)
    actions.join(aside, newest, actor=SYSTEM, at=now + 4 * HOUR)
    assert why(aside) == ["customer", "joined"]
    assert state(aside) == (None, None, "")


def test_what_an_old_export_put_aside_without_a_row_comes_back_too(
    aside: Ticket, now: datetime, set_clock: Callable[[datetime], None]
):
    Snooze.objects.all().delete()
    set_clock(now + DAY - timedelta(seconds=1))
    wake_due(0)
    assert told(aside) == ["ticket.snoozed"]
    set_clock(now + DAY)
    wake_due(0)
    assert (told(aside), state(aside)) == (COMES_BACK, (None, None, ""))
