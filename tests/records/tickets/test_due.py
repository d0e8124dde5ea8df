"""Due moments follow what happens, are told once, and stand right again after whatever was missed."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.config.pipeline import READERS
from anliegen.ground import clock
from anliegen.ground.jobs import SomeFailed
from anliegen.ground.journal import tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Calendar, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, jobs
from anliegen.records.tickets.actions import telling
from anliegen.records.tickets.actions.due import keep
from anliegen.records.tickets.actions.targets import TargetTaken, Wanted, end_target, set_target
from anliegen.records.tickets.actions.telling import tell_due
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.histories import stories_of
from anliegen.records.tickets.models import Target, Ticket, Timer

Open = Callable[..., Ticket]
Run = Callable[[], int]
SECONDS = timedelta(seconds=10)


@pytest.fixture
def before(now: datetime) -> datetime:
    return now - timedelta(days=30)


@pytest.fixture
def target(calendar: Calendar, before: datetime) -> Target:
    """For all: four hours to the first answer, six to the next, two days of nine hours to the resolution."""
    wanted = Wanted(first_minutes=240, next_minutes=360, resolution_minutes=18 * 60)
    return set_target(wanted, reaches_back=False, actor=SYSTEM, at=before)


@pytest.fixture
def write(kim_address: Address) -> Callable[..., None]:
    """Kim writes to a ticket that is there."""

    def said(ticket: Ticket, at: datetime, **more: Any) -> None:
        received = Received(
            channel="email", person_id=kim_address.person_id, address=kim_address, subject="Noch etwas", text="Und?",
            reply_text="Und?", from_name="Kim", from_address=kim_address.value, language="de", written_at=at, **more,
        )  # fmt: skip
        actions.receive(received, ticket=ticket, at=at)

    return said


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In Saxony, in November."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def due(ticket: Ticket) -> tuple[datetime | None, str]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    return ticket.due_at, ticket.due_for


def told(ticket: Ticket) -> list[str]:
    verbs = ("target.at_risk", "target.missed")
    return list(
        Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__in=verbs)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def states(ticket: Ticket) -> list[tuple[str, str]]:
    return list(Timer.objects.filter(ticket=ticket).order_by("started_at", "kind").values_list("kind", "outcome"))


def test_a_new_ticket_is_due_for_its_first_answer(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    assert due(ticket) == (at(16, 14), "first")  # it came on Monday at ten


def test_without_a_target_nothing_is_due_and_nothing_is_kept(
    calendar: Calendar, ticket: Ticket, run_pipeline: Run
) -> None:
    run_pipeline()
    assert due(ticket) == (None, "")
    assert Timer.objects.count() == 0


def test_an_answer_meets_the_target_and_while_the_customer_is_asked_nothing_is_due(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    run_pipeline()
    assert due(ticket) == (None, "")
    assert states(ticket) == [("first", "met"), ("resolution", "")]


def test_the_customers_next_words_are_due_again(
    target: Target, ticket: Ticket, mira: Agent, write: Any, run_pipeline: Run
) -> None:
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    run_pipeline()
    write(ticket, at(17, 9))
    run_pipeline()
    assert due(ticket) == (at(17, 15), "next")


def test_an_acknowledgement_of_a_rule_answers_nothing(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    actions.acknowledge(ticket, Answer(text="Ihr Anliegen ist da."), rule="acknowledge", actor=SYSTEM, at=at(16, 11))
    run_pipeline()
    assert due(ticket) == (at(16, 14), "first")


def test_an_automatic_mail_of_the_customer_asks_for_nothing(
    target: Target, ticket: Ticket, mira: Agent, write: Any, run_pipeline: Run
) -> None:
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    write(ticket, at(17, 9), automatic="auto-reply")
    run_pipeline()
    assert due(ticket) == (None, "")


def test_an_answer_that_is_taken_back_was_none(target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run) -> None:
    message = actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    run_pipeline()
    actions.cancel(message, actor=Actor.agent(mira.pk), at=at(16, 12) + SECONDS)
    run_pipeline()
    assert due(ticket) == (at(16, 14) + SECONDS, "first")  # until then it waited for the customer
    assert states(ticket) == [("first", ""), ("resolution", "")]


def test_an_answer_for_later_counts_when_it_has_left(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    answer = Answer(text="Gern.", send_at=at(16, 13))
    message = actions.reply(ticket, answer, actor=Actor.agent(mira.pk), at=at(16, 11))
    run_pipeline()
    assert due(ticket) == (at(16, 14), "first")
    actions.mark_sent(message, actor=SYSTEM, at=at(16, 13))
    run_pipeline()
    assert states(ticket) == [("first", "met"), ("resolution", "")]


def test_an_answer_that_did_not_arrive_is_due_again(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    message = actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    actions.mark_failed(message, reason="5.1.1", actor=SYSTEM, at=at(17, 9))
    run_pipeline()
    assert due(ticket) == (at(17, 15), "next")


def test_the_status_after_an_opening_again_is_known_from_what_follows(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    agent = Actor.agent(mira.pk)
    actions.reply(ticket, Answer(text="Gern."), actor=agent, at=at(16, 12), status="resolved")
    actions.change(ticket, actions.Change(status="waiting_customer"), actor=agent, at=at(16, 13))
    run_pipeline()
    assert due(ticket) == (None, "")  # it waits for the customer, and the resolution with it


def test_what_an_agent_opens_again_is_due_where_it_stood(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    agent = Actor.agent(mira.pk)
    actions.change(ticket, actions.Change(status="resolved"), actor=agent, at=at(16, 12))
    run_pipeline()
    assert due(ticket) == (None, "")
    actions.change(ticket, actions.Change(status="open"), actor=agent, at=at(17, 8))
    run_pipeline()
    assert due(ticket) == (at(17, 10), "first")  # two of four hours were used


def test_a_more_specific_target_counts_as_soon_as_it_fits(
    target: Target, ticket: Ticket, mira: Agent, before: datetime, run_pipeline: Run
) -> None:
    set_target(Wanted(priority=4, first_minutes=60), reaches_back=False, actor=SYSTEM, at=before)
    run_pipeline()
    actions.change(ticket, actions.Change(priority=4), actor=Actor.agent(mira.pk), at=at(16, 10, 30))
    run_pipeline()
    assert due(ticket) == (at(16, 11), "first")


def test_what_waits_in_a_joined_ticket_is_due_in_the_one_that_carries_on(
    target: Target, ticket: Ticket, kim_address: Address, open_ticket: Open, mira: Agent, run_pipeline: Run
) -> None:
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 11))
    second = open_ticket(kim_address, at=at(16, 12))
    actions.join(second, ticket, actor=Actor.agent(mira.pk), at=at(16, 13))
    run_pipeline()
    assert due(second) == (None, "")
    assert due(ticket) == (at(17, 10), "next")  # until it was joined, this one waited for the customer


def test_what_was_split_off_is_due_from_the_words_on(
    target: Target, ticket: Ticket, mira: Agent, write: Any, run_pipeline: Run
) -> None:
    write(ticket, at(16, 11))
    message = ticket.messages.order_by("-pk")[0]
    new = actions.split_off(message, actor=Actor.agent(mira.pk), at=at(16, 15))
    run_pipeline()
    assert due(new) == (at(16, 15), "first")


def test_what_is_put_aside_is_due_as_before(target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run) -> None:
    agent = Actor.agent(mira.pk)
    actions.snooze(ticket, until=at(20, 9), reason="Zähler wird getauscht", actor=agent, at=at(16, 11))
    run_pipeline()
    assert due(ticket) == (at(16, 14), "first")
    assert [type(one).__name__ for one in stories_of([ticket])[ticket.pk].happened] == ["Turned", "PutAside"]


def test_keeping_changes_neither_version_nor_activity(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    seen = Ticket.objects.get(pk=ticket.pk)
    run_pipeline()
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.version, after.updated_at) == (seen.version, seen.updated_at)


def test_however_often_it_is_kept_it_is_the_same(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    rows = list(Timer.objects.order_by("pk").values())
    assert keep([ticket.pk], actor=SYSTEM, at=at(16, 13)) == 0
    assert list(Timer.objects.order_by("pk").values()) == rows


def test_a_batch_asks_as_many_questions_as_one_ticket(
    target: Target, kim_address: Address, open_ticket: Open, now: datetime
) -> None:
    numbers = [open_ticket(kim_address, at=now).pk for _ in range(30)]
    with CaptureQueriesContext(connection) as one:
        keep(numbers[:1], actor=SYSTEM, at=now)
    with CaptureQueriesContext(connection) as many:
        keep(numbers[1:], actor=SYSTEM, at=now)
    assert len(many) == len(one)


# Told


def test_it_is_told_before_and_at_the_moment_and_each_once(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    tell_due(actor=SYSTEM, at=at(16, 12, 59))
    assert told(ticket) == []
    tell_due(actor=SYSTEM, at=at(16, 13))  # three of four hours
    tell_due(actor=SYSTEM, at=at(16, 14))
    assert told(ticket) == ["target.at_risk"]
    tell_due(actor=SYSTEM, at=at(16, 14, 1))
    tell_due(actor=SYSTEM, at=at(16, 14, 2))
    assert told(ticket) == ["target.at_risk", "target.missed"]
    event = Event.objects.get(verb="target.missed")
    assert event.data["kind"] == "first"
    assert event.data["due"] == at(16, 14).timestamp()
    assert due(ticket) == (at(16, 14), "first")  # it is late, and still due


def test_after_a_standstill_both_are_made_up_for(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    tell_due(actor=SYSTEM, at=at(16, 16))
    assert told(ticket) == ["target.at_risk", "target.missed"]


def test_an_answer_that_no_reader_has_seen_yet_is_not_late(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    run_pipeline()
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 14))
    tell_due(actor=SYSTEM, at=at(16, 14, 1))
    assert told(ticket) == []


def test_a_late_answer_during_a_standstill_is_told_by_whoever_reads_it(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 15))
    run_pipeline()
    run_pipeline()
    assert told(ticket) == ["target.missed"]
    assert states(ticket) == [("first", "missed"), ("resolution", "")]


def test_a_reader_that_stood_still_catches_up(
    target: Target, ticket: Ticket, mira: Agent, write: Any, run_pipeline: Run
) -> None:
    others = [reader for reader in READERS if reader.name != "due"]
    tail.drain(others)
    actions.reply(ticket, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    write(ticket, at(17, 9))
    tail.drain(others)
    assert due(ticket) == (None, "")
    run_pipeline()
    assert due(ticket) == (at(17, 15), "next")
    assert Cursor.objects.get(name="due").failed_at is None


# Targets and calendars change


def test_a_new_target_counts_for_what_begins_from_then_on(
    target: Target, ticket: Ticket, kim_address: Address, open_ticket: Open, run_pipeline: Run
) -> None:
    wanted = Wanted(first_minutes=60, next_minutes=60, resolution_minutes=18 * 60)
    set_target(wanted, instead_of=target, reaches_back=False, actor=SYSTEM, at=at(16, 11))
    later = open_ticket(kim_address, at=at(16, 12))
    run_pipeline()
    jobs.compute_again()
    assert due(ticket) == (at(16, 14), "first")
    assert due(later) == (at(16, 13), "first")


def test_one_that_reaches_back_moves_what_runs_and_nothing_that_ended(
    target: Target, ticket: Ticket, kim_address: Address, open_ticket: Open, mira: Agent, run_pipeline: Run
) -> None:
    answered = open_ticket(kim_address, at=at(16, 9))
    actions.reply(answered, Answer(text="Gern."), actor=Actor.agent(mira.pk), at=at(16, 12))
    run_pipeline()
    wanted = Wanted(first_minutes=60, resolution_minutes=60)
    set_target(wanted, instead_of=target, reaches_back=True, actor=SYSTEM, at=at(16, 13))
    jobs.compute_again()
    assert due(ticket) == (at(16, 11), "first")
    assert states(answered) == [("first", "met"), ("resolution", "")]
    assert Timer.objects.get(ticket=answered, kind="first").target_id == target.pk


def test_a_target_that_ends_leaves_what_runs_without_one(target: Target, ticket: Ticket, run_pipeline: Run) -> None:
    run_pipeline()
    end_target(target, actor=SYSTEM, at=at(16, 11))
    jobs.compute_again()
    assert due(ticket) == (None, "")
    assert Timer.objects.count() == 0


def test_other_service_hours_move_what_is_open(
    target: Target, ticket: Ticket, calendar: Calendar, run_pipeline: Run
) -> None:
    run_pipeline()
    accounts.set_hours(calendar, openings=[], days_off=[], actor=SYSTEM, at=at(16, 11))
    jobs.compute_again()
    assert due(ticket) == (None, "")


@pytest.mark.parametrize("what", ["target", "calendar", "team"])
def test_a_changed_setting_is_computed_in_the_background(
    target: Target, ticket: Ticket, calendar: Calendar, billing: Team, run_pipeline: Run, what: str
) -> None:
    run_pipeline()
    _forget_jobs()
    match what:
        case "target":
            end_target(target, actor=SYSTEM, at=at(16, 11))
        case "calendar":
            accounts.set_hours(calendar, openings=[], days_off=[], actor=SYSTEM, at=at(16, 11))
        case "team":
            accounts.change(billing, calendar=calendar, actor=SYSTEM, at=at(16, 11))
    run_pipeline()
    assert _waiting_jobs() == ["records.tickets.jobs.compute_again"]


def test_all_open_tickets_are_computed_in_batches(
    target: Target, kim_address: Address, open_ticket: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [open_ticket(kim_address, at=now).pk for _ in range(7)]
    monkeypatch.setattr(jobs, "TICKETS_AT_ONCE", 2)
    monkeypatch.setattr(jobs, "MOST_TICKETS", 4)
    jobs.compute_again()
    assert Ticket.objects.filter(due_for="first").count() == 4
    assert _waiting_jobs() == ["records.tickets.jobs.compute_again"]
    jobs.compute_again(after=numbers[3])
    assert Ticket.objects.filter(due_for="first").count() == 7


def test_each_change_of_a_target_is_in_the_journal(target: Target, mira: Agent) -> None:
    wanted = Wanted(first_minutes=60, next_minutes=360, resolution_minutes=18 * 60)
    new = set_target(wanted, instead_of=target, reaches_back=False, actor=Actor.agent(mira.pk), at=at(16, 11))
    end_target(new, actor=Actor.agent(mira.pk), at=at(16, 12))
    found = Event.objects.filter(subject__startswith="target:").order_by("id")
    assert [(event.verb, event.subject, event.data) for event in found] == [
        ("setting.created", f"target:{target.pk}", {}),
        ("setting.changed", f"target:{new.pk}", {"fields": ["first_minutes"]}),
        ("setting.deleted", f"target:{new.pk}", {}),
    ]


def test_the_same_once_more_says_nothing(target: Target) -> None:
    wanted = Wanted(first_minutes=240, next_minutes=360, resolution_minutes=18 * 60)
    assert set_target(wanted, instead_of=target, reaches_back=False, actor=SYSTEM, at=at(16, 11)) == target
    assert Event.objects.filter(verb="setting.changed", subject__startswith="target:").count() == 0


def test_two_targets_for_the_same_are_refused(target: Target) -> None:
    with pytest.raises(TargetTaken):
        set_target(Wanted(first_minutes=30), reaches_back=False, actor=SYSTEM, at=at(16, 11))
    assert Target.objects.count() == 1


def _waiting_jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE '%compute_again'"
        )
        return [name for (name,) in cursor.fetchall()]


def _forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


def test_one_of_which_nothing_can_be_told_keeps_no_other(
    target: Target, ticket: Ticket, open_ticket: Open, kim_address: Address, run_pipeline: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    other = open_ticket(kim_address)
    run_pipeline()
    kept = telling.keep

    def fail_for_the_first(numbers: Collection[int], *, actor: Actor, at: datetime) -> int:
        if ticket.pk in numbers:
            raise RuntimeError
        return kept(numbers, actor=actor, at=at)

    monkeypatch.setattr(telling, "keep", fail_for_the_first)
    monkeypatch.setattr(clock, "now", lambda: at(17, 16))
    with pytest.raises(SomeFailed):  # so that it shows
        jobs.tell_what_runs_out(0)
    told = Event.objects.filter(verb="target.missed", data__kind="first").values_list("subject", flat=True)
    assert list(told) == [f"ticket:{other.pk}"]


def test_what_was_split_off_is_due_there_and_no_more_where_it_came_from(
    target: Target, ticket: Ticket, mira: Agent, run_pipeline: Run, write: Callable[..., None]
) -> None:
    actions.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=at(16, 11), status="open")
    write(ticket, at(16, 12))
    new = actions.split_off(ticket.messages.latest("pk"), actor=Actor.agent(mira.pk), at=at(16, 13))
    run_pipeline()
    open_now = Timer.objects.filter(ended_at=None).order_by("ticket", "kind").values_list("ticket", "kind")
    assert list(open_now) == [(ticket.pk, "resolution"), (new.pk, "first"), (new.pk, "resolution")]


def test_what_a_clock_that_was_ahead_told_is_told_again_when_it_is_true(
    target: Target, ticket: Ticket, run_pipeline: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_pipeline()
    tell_due(actor=SYSTEM, at=at(16, 18))
    monkeypatch.setattr(clock, "now", lambda: at(16, 11))
    jobs.forget_early_hourly(0)
    for hour in (11, 13, 15):
        tell_due(actor=SYSTEM, at=at(16, hour))
    jobs.forget_early_hourly(0)
    assert told(ticket) == ["target.at_risk", "target.missed"] * 2
