"""Looking something up in the journal, and having it checked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.ground import clock
from anliegen.ground.journal import read, seal, tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED
from anliegen.oversight.compliance import checks, queries
from anliegen.oversight.compliance.pages import page
from anliegen.oversight.compliance.queries import Wanted, chain, events, reader_states
from anliegen.records.accounts.models import Agent, Operator

pytestmark = pytest.mark.django_db


def say(verb: str, subject: str, *, actor: Actor = SYSTEM, at: datetime, **data: object) -> Event:
    with transaction.atomic():
        return record(DECLARED[verb], subject, actor=actor, at=at, **data)


def test_events_are_found_by_subject_actor_verb_and_time(now: datetime) -> None:
    wanted = say("setting.created", "brand:1", actor=Actor.agent(3), at=now)
    say("setting.created", "brand:2", actor=Actor.agent(3), at=now)
    say("setting.created", "brand:1", actor=Actor.agent(4), at=now)
    say("setting.deleted", "brand:1", actor=Actor.agent(3), at=now)
    say("setting.created", "brand:1", actor=Actor.agent(3), at=now + timedelta(days=1))
    found = events(
        Wanted(subject="brand:1", actor="agent:3", verb="setting.created", since=now, until=now + timedelta(hours=1))
    )
    assert list(found) == [wanted]


def walked(wanted: Wanted, size: int) -> tuple[list[Event], list[list[Event]], list[list[Event]]]:
    """All events from the newest to the oldest, the pages down, and the pages back up."""
    there = [page(events(wanted), size=size, by_time=True)]
    while there[-1].older is not None:
        there.append(page(events(wanted), cursor=there[-1].older, size=size, by_time=True))
    back = [there[-1]]
    while back[0].newer is not None:
        back.insert(0, page(events(wanted), cursor=back[0].newer, size=size, by_time=True))
    return [one for each in there for one in each.items], [each.items for each in there], [each.items for each in back]


def test_pages_by_time_go_back_and_forth_whatever_the_order_of_writing(now: datetime) -> None:
    minutes = (3, 1, 2, 2, 5, 4, 2)  # written in this order; three in the same moment
    made = [say("setting.created", f"brand:{each}", at=now + timedelta(minutes=each)) for each in minutes]
    say("agent.left", "agent:1", at=now)
    found, there, back = walked(Wanted(verb="setting.created"), size=2)
    assert found == sorted(made, key=lambda event: (event.at, event.pk), reverse=True)
    assert there == back


@pytest.mark.parametrize(
    "cursor",
    ["", "older", "older~1", "older~x~1", "older~1~x", "older~1~nan", "older~1~1e300", "up~1~2", "older~1~2~3"],
)
def test_a_broken_cursor_by_time_begins_anew(cursor: str, now: datetime) -> None:
    made = [say("setting.created", "brand:1", at=now + timedelta(minutes=each)) for each in range(3)]
    assert page(events(Wanted()), cursor=cursor, by_time=True).items == made[::-1]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "journal_event_at"),
        (Wanted(actor="agent:3"), "journal_event_actor"),
        (Wanted(verb="setting.created"), "journal_event_verb"),
        (Wanted(actor="agent:3", verb="setting.created"), "journal_event_actor_verb"),
    ],
)
def test_what_is_looked_up_is_read_off_one_index(wanted: Wanted, index: str, now: datetime) -> None:
    kinds = [("agent:3", "agent.left"), ("agent:4", "setting.created")] * 400
    moments = (now - timedelta(seconds=number) for number in range(len(kinds)))
    Event.objects.bulk_create(
        Event(at=at, verb=verb, subject="brand:1", actor=actor)
        for at, (actor, verb) in zip(moments, kinds, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_event")
    for each in (wanted, replace(wanted, until=now)):
        with CaptureQueriesContext(connection) as asked:
            page(events(each), by_time=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
            cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert f" using {index} on journal_event" in plan
        assert "Filter" not in plan  # nothing is read and dropped again
        assert "Sort" not in plan


def test_a_verb_ending_in_a_dot_finds_the_whole_room(now: datetime) -> None:
    made = say("setting.created", "brand:1", at=now)
    gone = say("setting.deleted", "brand:1", at=now)
    say("agent.left", "agent:1", at=now)
    assert set(events(Wanted(verb="setting."))) == {made, gone}


def test_pages_go_back_and_forth_without_losing_or_repeating_a_row(now: datetime) -> None:
    made = [say("setting.created", f"brand:{number}", at=now) for number in range(1, 8)]
    made.reverse()
    first = page(events(Wanted()), size=3)
    second = page(events(Wanted()), cursor=first.older, size=3)
    third = page(events(Wanted()), cursor=second.older, size=3)
    assert [*first.items, *second.items, *third.items] == made
    assert (first.newer, third.older) == (None, None)
    back = page(events(Wanted()), cursor=third.newer, size=3)
    assert back.items == second.items


@pytest.mark.parametrize("cursor", ["", "older", "older~x", "sideways~3", "older~99999999999999999999", "older~²"])
def test_a_broken_cursor_begins_anew(cursor: str, now: datetime) -> None:
    say("setting.created", "brand:1", at=now)
    assert len(page(events(Wanted()), cursor=cursor).items) == 1


def test_a_chain_shows_what_led_to_an_event_and_what_it_led_to(now: datetime) -> None:
    first = say("setting.created", "brand:1", at=now)
    seal.seal()
    first.refresh_from_db()
    second = say("setting.changed", "brand:1", actor=SYSTEM.because_of(first), at=now, fields=["name"])
    seal.seal()
    second.refresh_from_db()
    third = say("setting.deleted", "brand:1", actor=SYSTEM.because_of(second), at=now)
    seal.seal()
    found = chain(second)
    assert (found.causes, found.event, found.effects) == ([first], second, [third])


def test_an_unsealed_event_has_a_chain_without_effects(now: datetime) -> None:
    event = say("setting.created", "brand:1", at=now)
    assert chain(event) == queries.Chain([], event, [])


def test_only_what_a_reader_wants_counts_as_waiting_for_it(now: datetime) -> None:
    tail.Readers([read.reader("wants-deletions", lambda event: None, on=["setting.deleted"], from_start=True)]).look()
    say("setting.created", "brand:1", at=now)
    say("setting.deleted", "brand:1", at=now)
    seal.seal()
    (state,) = [each for each in reader_states() if each.cursor.name == "wants-deletions"]
    assert (state.waiting, state.has_stopped) == (1, False)


def test_a_stopped_reader_stands_first_and_can_be_told_to_try_again(admin: Agent, now: datetime) -> None:
    Cursor.objects.create(name="a-runs", position=0)
    Cursor.objects.create(
        name="b-stopped",
        failed_at=now,
        failed_position=1,
        retry_at=clock.now() + timedelta(hours=9),
        error="x",
    )
    assert reader_states()[0].cursor.name == "b-stopped"
    checks.retry_reader(Cursor.objects.get(name="b-stopped"), actor=Actor.agent(admin.pk), at=now)
    retried = Cursor.objects.get(name="b-stopped")
    assert retried.retry_at is not None and retried.retry_at <= clock.now()
    said = Event.objects.get(verb="reader.retried")
    assert (said.subject, said.actor) == ("reader:b-stopped", f"agent:{admin.pk}")


def test_a_running_reader_is_left_alone(admin: Agent, now: datetime) -> None:
    runs = Cursor.objects.create(name="runs")
    checks.retry_reader(runs, actor=Actor.agent(admin.pk), at=now)
    assert not Event.objects.filter(verb="reader.retried").exists()


def test_a_check_of_a_whole_journal_says_so_in_the_journal(admin: Agent, now: datetime) -> None:
    verdict = checks.check_journal(actor=Actor.agent(admin.pk), at=now)
    assert verdict is not None and verdict.ok
    said = queries.last_check("journal")
    assert said is not None and said.actor == f"agent:{admin.pk}"
    assert said.data == {"ok": True, "events": verdict.events, "first_bad": None}


def test_a_check_of_a_changed_journal_names_the_place(operator: Operator, admin: Agent, now: datetime) -> None:
    seal.seal()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_event SET actor = 'agent:99' WHERE position = 2")
    verdict = checks.check_journal(actor=Actor.agent(admin.pk), at=now)
    assert verdict is not None and not verdict.ok
    said = queries.last_check("journal")
    assert said is not None and said.data["ok"] is False and said.data["first_bad"] == 2


def test_a_check_that_takes_too_long_goes_on_as_a_job(
    admin: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anliegen.ground.journal.verify.CHUNK", 1)
    assert checks.check_journal(actor=Actor.agent(admin.pk), at=now, seconds=-1) is None
    waiting = ProcrastinateJob.objects.filter(task_name__endswith="journal_in_full", status="todo")
    assert [job.args for job in waiting] == [{"actor": f"agent:{admin.pk}"}]
    assert queries.last_check("journal") is None
    checks.journal_in_full(actor=f"agent:{admin.pk}")
    said = queries.last_check("journal")
    assert said is not None and said.data["ok"] is True


def test_the_newest_check_counts(admin: Agent, now: datetime) -> None:
    for events_seen in (5, 9):
        say("journal.checked", "journal", at=now, ok=True, events=events_seen, first_bad=None)
    said = queries.last_check("journal")
    assert said is not None and said.data["events"] == 9
