"""Work that waits is queued with the change that asks for it, or not at all."""

from datetime import datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import InterfaceError, connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
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


def test_one_that_fails_keeps_no_other_and_the_job_counts_as_failed() -> None:
    done: list[int] = []

    def deed(row: int) -> None:
        done.append(10 // row)

    with pytest.raises(jobs.SomeFailed):
        jobs.one_by_one([5, 0, 2], deed)
    jobs.one_by_one([1], deed)
    assert done == [2, 5, 10]


def test_when_the_database_goes_away_the_rest_waits() -> None:
    done: list[int] = []

    def deed(row: int) -> None:
        done.append(row)
        raise InterfaceError

    with pytest.raises(InterfaceError):
        jobs.one_by_one([1, 2], deed)
    assert done == [1]


def ended(status: str, *, turn: int = 0, stays: bool = False) -> int:
    """A job of knock's that ended so; `turn`: by the clock, as its turn of that time."""
    defer(knock, door=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM procrastinate_jobs")
        pk = int(cursor.fetchone()[0])
        if turn:
            cursor.execute(
                "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id, periodic_id)"
                " VALUES (%s, %s, %s, '')",
                [knock.name, turn, pk],
            )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [pk])
        # As the worker does it: what succeeded leaves no row.
        cursor.execute(
            "SELECT procrastinate_finish_job_v1(%s, %s, %s)", [pk, status, status == "succeeded" and not stays]
        )
    return pk


def test_what_failed_lately_is_known_by_name_until_its_turn_succeeds() -> None:
    ended("succeeded")
    assert jobs.failed_lately() == {}
    for turn in (300, 60):  # the clock was put back in between
        ended("failed", turn=turn)
    assert jobs.failed_lately() == {knock.name: 2}
    ended("succeeded", turn=120)
    assert jobs.failed_lately() == {}


def test_what_failed_and_runs_by_no_clock_is_known_for_a_day() -> None:
    ended("failed")
    assert jobs.failed_lately() == {knock.name: 1}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '25 hours'")
    assert jobs.failed_lately() == {}


def tidied(*, after: timedelta) -> set[int]:
    """The jobs that are left when everything that happened lies so far back."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - %s", [after])
    async_to_sync(jobs.tidy.func)(JobContext(app=app, start_timestamp=0.0, job=tidying(), abort_reason=lambda: None), 0)
    return set(ProcrastinateJob.objects.filter(task_name=knock.name).values_list("pk", flat=True))


def tidying() -> Job:
    return Job(queue="rescue", lock=None, queueing_lock=None, task_name=jobs.tidy.name)


def test_jobs_that_ended_are_forgotten_in_time_failed_ones_later_and_those_that_wait_never() -> None:
    defer(knock, door=2)
    waits = ProcrastinateJob.objects.get(args__door=2).pk
    done = ended("succeeded", stays=True)
    others = {ended("failed", turn=60), ended("failed"), ended("aborted")}
    hour = timedelta(hours=1)
    assert tidied(after=timedelta(days=7) - hour) == {waits, done, *others}
    assert tidied(after=timedelta(days=7) + hour) == {waits, *others}
    assert tidied(after=timedelta(days=30) - hour) == {waits, *others}
    assert tidied(after=timedelta(days=30) + hour) == {waits}


def test_a_failure_that_is_told_of_is_not_forgotten() -> None:
    ended("failed")
    assert tidied(after=timedelta(hours=23)) and jobs.failed_lately() == {knock.name: 1}
