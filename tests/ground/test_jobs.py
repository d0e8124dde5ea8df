"""Work that waits is queued with the change that asks for it, or not at all."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from anliegen.ground import clock, jobs
from anliegen.ground.jobs import defer, job

pytestmark = pytest.mark.django_db


@job(queue="mail", retries=3)
def knock(door: int) -> None:
    """Something to do."""


def waiting() -> list[tuple[str, dict[str, int]]]:
    rows = ProcrastinateJob.objects.filter(status="todo", task_name=knock.name).order_by("id")
    return [(each.queue_name, each.args) for each in rows]


def test_a_job_is_queued_with_its_arguments_and_due_when_asked(now: datetime) -> None:
    at = now + timedelta(hours=1)
    assert defer(knock, at=at, door=1)
    assert waiting() == [("mail", {"door": 1})]
    assert ProcrastinateJob.objects.get(task_name=knock.name).scheduled_at == at


def test_rolled_back_with_its_change_it_never_runs() -> None:
    class Refused(Exception):
        pass

    with pytest.raises(Refused), transaction.atomic():
        defer(knock, door=1)
        assert len(waiting()) == 1
        raise Refused
    assert waiting() == []


def test_with_a_key_that_waits_already_it_is_not_queued_twice_and_the_change_goes_on() -> None:
    with transaction.atomic():
        assert defer(knock, key="door:1", door=1)
        assert not defer(knock, key="door:1", door=1)
        assert defer(knock, key="door:2", door=2)  # the refusal broke nothing
    assert waiting() == [("mail", {"door": 1}), ("mail", {"door": 2})]


def test_without_a_key_it_is_queued_as_often_as_it_is_asked_for() -> None:
    defer(knock, door=1)
    defer(knock, door=1)
    assert len(waiting()) == 2


def test_who_wants_it_at_once_need_not_wait_for_the_later_time_it_was_put_off_to() -> None:
    defer(knock, at=clock.now() + timedelta(days=1), key="door:1", door=1)
    assert not defer(knock, at=clock.now() + timedelta(hours=1), key="door:1", door=1)
    assert ProcrastinateJob.objects.get(task_name=knock.name).scheduled_at is not None
    assert not defer(knock, key="door:1", door=1)
    assert ProcrastinateJob.objects.get(task_name=knock.name).scheduled_at is None


@job(queue="mail", plans_ahead=True)
def knock_some_day(door: int) -> None:
    """Something to do when somebody wants it."""


def test_what_a_clock_ahead_has_put_off_is_taken_back_but_what_somebody_planned() -> None:
    soon, far = clock.now() + timedelta(minutes=50), clock.now() + timedelta(days=1)
    for at in (soon, far):
        defer(knock, at=at, door=1)
        defer(knock_some_day, at=at, door=1)
    jobs.put_right()
    rows = ProcrastinateJob.objects.filter(args__door=1).order_by("id")
    assert [row.scheduled_at for row in rows] == [soon, soon, None, far]


def test_a_dead_worker_does_not_seem_alive_because_the_clock_was_ahead() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")
        jobs.put_right()
        cursor.execute("SELECT last_heartbeat = now() FROM procrastinate_workers")
        assert cursor.fetchall() == [(True,)]


def test_a_failing_job_waits_longer_each_time_and_ends_after_its_retries() -> None:
    strategy = knock.retry_strategy
    assert strategy is not None
    pauses = []
    for attempts in range(4):
        tried = Job(queue="mail", lock=None, queueing_lock=None, task_name=knock.name, attempts=attempts)
        again = strategy.get_retry_decision(exception=ValueError(), job=tried)
        pauses.append(round((again.retry_at - clock.now()).total_seconds()) if again and again.retry_at else None)
    assert pauses == [10, 12, 16, None]


def test_what_runs_by_the_clock_is_never_queued_twice() -> None:
    assert jobs.rescue.queueing_lock == "ground.jobs.rescue"
    assert jobs.tidy.queueing_lock == "ground.jobs.tidy"
