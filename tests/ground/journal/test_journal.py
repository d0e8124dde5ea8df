"""The journal: recorded with the change, sealed in order, and any tampering shows."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils.functional import SimpleLazyObject

from anliegen.ground.journal import read, seal, tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event, Head
from anliegen.ground.journal.record import MAX_DEPTH, OutsideTransaction, TooDeep, record
from anliegen.ground.journal.verbs import DECLARED, BadEventData, Kind, UndeclaredVerb, Verb, declared
from anliegen.ground.journal.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)

KNOCKED = DECLARED.get("test.knocked") or Verb(
    "test.knocked", "{actor} knocked", {"times": Kind.NUMBER, "door": Kind.REF}
)


def knock(now: datetime, times: int = 1, actor: Actor = SYSTEM) -> Event:
    with transaction.atomic():
        return record(KNOCKED, "door:1", actor=actor, at=now, times=times, door="door:1")


def change_row(position: int, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [position])


def test_an_event_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(OutsideTransaction):
        record(KNOCKED, "door:1", actor=SYSTEM, at=now, times=1, door="door:1")


@pytest.mark.parametrize(
    "data",
    [
        {"times": 1},
        {"times": "once", "door": "door:1"},
        {"times": True, "door": "door:1"},
        {"times": 1, "door": "Kim Berger"},
        {"times": 1, "door": "kim@example.org"},
        {"times": 1, "door": "door:1", "name": "Kim"},
    ],
)
def test_data_that_is_not_declared_or_could_be_a_name_is_refused(now: datetime, data: dict[str, object]) -> None:
    with pytest.raises(BadEventData), transaction.atomic():
        record(KNOCKED, "door:1", actor=SYSTEM, at=now, **data)
    assert not Event.objects.exists()


def test_an_undeclared_verb_is_unknown() -> None:
    with pytest.raises(UndeclaredVerb):
        declared("test.never_heard_of")


def test_sealing_gives_positions_without_gaps_in_the_order_of_commit(now: datetime) -> None:
    for times in range(3):
        knock(now, times)
    assert tail.seal_all() == 3
    assert list(Event.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]


def test_an_event_that_commits_late_gets_a_later_position_and_is_not_lost(now: datetime) -> None:
    late = connection.copy()
    early_id = knock(now).id
    with late.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO journal_event (at, verb, subject, actor, depth, data)"
            " VALUES (now(), 'test.knocked', 'door:2', 'system', 0, '{\"times\":1,\"door\":\"door:2\"}') RETURNING id"
        )
        late_id = cursor.fetchone()[0]
        last_id = knock(now).id
        tail.seal_all()
        cursor.execute("COMMIT")
    late.close()
    tail.seal_all()
    positions = dict(Event.objects.values_list("id", "position"))
    assert early_id < late_id < last_id
    assert positions == {early_id: 1, last_id: 2, late_id: 3}
    assert verify().ok


def test_an_untouched_journal_verifies(now: datetime) -> None:
    for times in range(5):
        knock(now, times)
    verdict = verify()
    assert (verdict.ok, verdict.events, verdict.first_bad) == (True, 5, None)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ('UPDATE journal_event SET data = \'{"times":9,"door":"door:1"}\' WHERE position = %s', 3),
        ("UPDATE journal_event SET actor = 'agent:1' WHERE position = %s", 3),
        ("UPDATE journal_event SET at = at + interval '1 second' WHERE position = %s", 3),
        ("UPDATE journal_event SET because = 1 WHERE position = %s", 3),
        ("DELETE FROM journal_event WHERE position = %s", 3),
        ("DELETE FROM journal_event WHERE position > %s - 1", 3),
        ("DELETE FROM journal_event WHERE position = %s + 2", 3),
    ],
)
def test_changing_deleting_or_cutting_a_row_names_the_place(now: datetime, statement: str, place: int) -> None:
    for times in range(5):
        knock(now, times)
    tail.seal_all()
    change_row(3, statement)
    verdict = verify()
    assert not verdict.ok
    assert verdict.first_bad == (5 if "+ 2" in statement else place)


def test_cutting_rows_together_with_their_heads_still_shows(now: datetime) -> None:
    for times in range(5):
        knock(now, times)
        tail.seal_all()
    change_row(3, "DELETE FROM journal_event WHERE position > %s")
    Head.objects.filter(position__gt=3).delete()
    verdict = verify()
    assert (verdict.ok, verdict.first_bad) == (False, 4)


def test_a_rewritten_chain_fails_at_the_signed_head(now: datetime) -> None:
    for times in range(4):
        knock(now, times)
    tail.seal_all()
    digest = seal.GENESIS
    for event in Event.objects.order_by("position"):
        event.data = {"times": 7, "door": "door:1"}
        digest = event.hash = seal.chained(digest, seal.content(event))
        event.save()
    verdict = verify()
    assert (verdict.ok, verdict.first_bad) == (False, 4)


def test_the_ninth_step_of_a_chain_is_refused_and_the_chain_is_told(now: datetime) -> None:
    event = knock(now)
    for _step in range(MAX_DEPTH):
        tail.seal_all()
        event.refresh_from_db()
        event = knock(now, actor=Actor.rule(1).because_of(event))
    tail.seal_all()
    event.refresh_from_db()
    with pytest.raises(TooDeep, match=re.escape("9 test.knocked door:1 <- 8 test.knocked")):
        knock(now, actor=Actor.rule(1).because_of(event))


def cursor_of(name: str) -> Cursor:
    return Cursor.objects.get(name=name)


def test_a_reader_reads_each_event_once(now: datetime) -> None:
    seen: list[int] = []
    reader = read.reader("once", lambda event: seen.append(event.data["times"]), on=["test.knocked"], from_start=True)
    for times in range(3):
        knock(now, times)
    tail.drain([reader])
    knock(now, 3)
    tail.drain([reader])
    tail.drain([reader])
    assert seen == [0, 1, 2, 3]


def test_a_new_reader_of_an_old_journal_starts_now_unless_it_asks_for_the_past(now: datetime) -> None:
    seen: dict[str, list[int]] = {"new": [], "past": []}

    def remember(name: str) -> Callable[[Event], None]:
        return lambda event: seen[name].append(event.data["times"])

    knock(now, 1)
    tail.seal_all()
    readers = [
        read.reader("new", remember("new"), on=["test.knocked"]),
        read.reader("past", remember("past"), on=["test.knocked"], from_start=True),
    ]
    tail.drain(readers)
    knock(now, 2)
    tail.drain(readers)
    assert seen == {"new": [2], "past": [1, 2]}


def test_a_failing_reader_stops_alone_keeps_what_it_did_and_goes_on_after_the_cause_is_gone(now: datetime) -> None:
    broken = True

    def stumble(event: Event) -> None:
        if broken and event.data["times"] == 2:
            raise RuntimeError("the second knock")
        took.append(event.data["times"])
        with transaction.atomic():
            record(KNOCKED, "door:9", actor=SYSTEM, at=now, times=100 + event.data["times"], door="door:9")

    took: list[int] = []
    others: list[int] = []
    readers = [
        read.reader("stumbling", stumble, on=["test.knocked"], from_start=True),
        read.reader("other", lambda event: others.append(event.data["times"]), on=["test.knocked"], from_start=True),
    ]
    for times in (1, 2, 3):
        knock(now, times)
    tail.drain(readers)
    stopped = cursor_of("stumbling")
    assert (stopped.failed_position, stopped.attempts, stopped.error) == (2, 1, "RuntimeError: the second knock")
    assert list(Event.objects.filter(subject="door:9").values_list("data__times", flat=True)) == [101]
    assert others == [1, 2, 3, 101]
    broken = False
    read.retry("stumbling")
    read.run(readers[0])
    assert not cursor_of("stumbling").has_stopped
    assert Event.objects.filter(subject="door:9", data__times=103).count() == 1


def test_sentences_are_lazy_or_plain_text() -> None:
    assert all(isinstance(str(verb.sentence), str) for verb in DECLARED.values())
    assert not any(isinstance(verb.sentence, SimpleLazyObject) for verb in DECLARED.values())
