"""A journal that does not end as it was signed goes on under a mark, and shows for ever where it was broken."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from anliegen.ground.journal import breaks, heads, read, seal, tail
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event, Head, SeenBreak
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED, Kind, Verb
from anliegen.ground.journal.verify import Verdict, verify

pytestmark = pytest.mark.django_db(transaction=True)

TOLLED = DECLARED.get("test.tolled") or Verb("test.tolled", "{actor} tolled", {"times": Kind.NUMBER})


def toll(now: datetime, *numbers: int) -> None:
    """One event after the other, each sealed by itself."""
    for times in numbers:
        with transaction.atomic():
            record(TOLLED, "bell:1", actor=SYSTEM, at=now, times=times)
        tail.seal_all()


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def anchor() -> Path:
    return Path(heads.anchor_file())


def positions() -> list[tuple[int | None, str]]:
    return list(Event.objects.order_by("position").values_list("position", "verb"))


def told() -> tuple[bool, int | None, tuple[int, ...]]:
    verdict = verify()
    return verdict.ok, verdict.first_bad, verdict.breaks


def cut_rows() -> None:
    sql("DELETE FROM journal_event WHERE position > 3")


def cut_rows_and_heads() -> None:
    cut_rows()
    sql("DELETE FROM journal_head")
    sql("INSERT INTO journal_head SELECT 3, now(), hash, '', false FROM journal_event WHERE position = 3")
    signature = heads.signing_key().sign(heads.statement(3, bytes(Event.objects.get(position=3).hash or b"")))
    Head.objects.update(signature=signature)  # as a copy of yesterday has it


@pytest.mark.parametrize("harm", [cut_rows, cut_rows_and_heads])
def test_rows_that_were_cut_off_show_for_ever_whatever_happens_after(harm: Callable[[], None], now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    harm()
    toll(now, 6, 7)
    tolled = "test.tolled"
    assert positions() == [
        (1, tolled), (2, tolled), (3, tolled), (6, "journal.broken"), (7, tolled), (8, tolled),
    ]  # fmt: skip
    assert Event.objects.get(position=6).data == {"reason": "cut_off", "stands": 3, "signed": 5}
    assert told() == (False, 4, (6,))
    assert verify().reason == "rows were cut off after this place; it goes on at 6, under a mark"


def test_what_was_signed_before_a_break_is_kept(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    before = anchor().read_text()
    cut_rows()
    toll(now, 6, 7)
    assert list(Head.objects.order_by("position").values_list("position", "kept")) == [(5, True), (8, False)]
    assert (anchor().parent / "before-6.json").read_text() == before
    assert json.loads(anchor().read_text())["position"] == 8


def test_a_reader_that_stood_at_the_old_end_misses_nothing(now: datetime) -> None:
    seen: list[int] = []
    reader = read.reader("bell", lambda event: seen.append(event.data["times"]), on=["test.tolled"], from_start=True)
    toll(now, 1, 2, 3, 4, 5)
    tail.drain([reader])
    cut_rows_and_heads()
    anchor().unlink()  # nothing is left that was signed, but the cursor knows how far the journal went
    toll(now, 6)
    tail.drain([reader])
    assert seen == [1, 2, 3, 4, 5, 6]
    assert Cursor.objects.get(name="bell").position == 7
    assert told() == (False, 4, (6,))


def test_a_break_is_marked_once(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    cut_rows()
    toll(now, 6, 7, 8)
    assert list(breaks.marks().values_list("position", flat=True)) == [6]
    sql("DELETE FROM journal_event WHERE position > 8")
    toll(now, 9)
    assert told() == (False, 4, (6, 10))


@pytest.mark.parametrize(
    ("statement", "reason", "place"),
    [
        ("UPDATE journal_event SET hash = sha256('x') WHERE position = 5", "rewritten", 5),
        ("DELETE FROM journal_head", "unsigned", 5),
        ("UPDATE journal_head SET signature = sha256('x') || sha256('y')", "forged", 5),
    ],
)
def test_other_harm_to_the_end_is_marked_too(now: datetime, statement: str, reason: str, place: int) -> None:
    toll(now, 1, 2, 3, 4, 5)
    sql(statement)
    toll(now, 6, 7)
    assert [(event.position, event.data["reason"]) for event in breaks.marks()] == [(6, reason)]
    assert told()[:2] == (False, place)


def test_a_file_beside_the_database_that_says_something_else_is_marked(now: datetime) -> None:
    toll(now, 1, 2)
    anchor().write_text('{"position": 9, "hash": "00", "signature": "00"}')
    toll(now, 3)
    anchor().write_bytes(b"\xff")
    toll(now, 4)
    assert [event.data for event in breaks.marks().order_by("position")] == [
        {"reason": "forged", "stands": 2, "signed": 2},
        {"reason": "forged", "stands": 4, "signed": 4},
    ]
    assert told() == (False, 2, (3, 5))


def test_further_harm_after_a_break_is_named_besides(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    cut_rows()
    toll(now, 6, 7, 8)
    sql("UPDATE journal_event SET actor = 'agent:1' WHERE position = 8")
    verdict = verify()
    assert (verdict.ok, verdict.first_bad, verdict.reason) == (
        False,
        4,
        "rows were cut off after this place; it goes on at 6, under a mark; at 8: the row was changed",
    )


def test_a_mark_that_is_taken_out_is_missed(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    cut_rows()
    toll(now, 6)
    sql("DELETE FROM journal_event WHERE verb = 'journal.broken'")
    assert told() == (False, 4, ())


def test_a_crash_between_the_seal_and_its_file_is_no_break(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    toll(now, 1, 2)

    def crash(head: Head, *, broken_at: int | None = None) -> None:
        raise OSError("the power went off")

    with monkeypatch.context() as patch:
        patch.setattr(heads, "anchor", crash)
        with pytest.raises(OSError):
            toll(now, 3)
    assert json.loads(anchor().read_text())["position"] == 2
    toll(now, 4)
    assert told() == (True, None, ())
    anchor().unlink()
    toll(now, 5)
    assert told() == (True, None, ())


def test_a_break_whose_file_cannot_be_written_is_marked_once(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    toll(now, 1, 2, 3, 4, 5)
    cut_rows()

    def full(source: object, target: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        for times in (6, 7):
            with pytest.raises(OSError):
                toll(now, times)
    toll(now, 8)
    assert told() == (False, 4, (6,))


def test_what_is_rolled_back_leaves_no_trace_beside_the_database(now: datetime) -> None:
    toll(now, 1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(TOLLED, "bell:1", actor=SYSTEM, at=now, times=2)
        seal.seal()
        raise ZeroDivisionError
    assert json.loads(anchor().read_text())["position"] == 1
    toll(now, 3)
    assert told() == (True, None, ())


def test_harm_shows_before_anything_is_sealed_after_it(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    assert not breaks.needs_somebody()
    cut_rows()
    assert breaks.needs_somebody()
    assert verify() == Verdict(False, 3, None, 4, "rows were cut off after this place")
    toll(now, 6)
    assert breaks.needs_somebody()


def test_a_break_that_somebody_has_looked_into_is_a_sign_no_more_and_named_all_the_same(now: datetime) -> None:
    toll(now, 1, 2, 3, 4, 5)
    cut_rows()
    toll(now, 6)
    (mark,) = breaks.unseen()
    jana = Actor.agent(1)
    for why in ("The hosting provider set the database back.", "Somebody else says something else."):
        breaks.acknowledge(mark, why=why, actor=jana, at=now)
    tail.seal_all()
    seen = SeenBreak.objects.get()
    assert (seen.mark_id, seen.by, seen.why) == (mark.pk, "agent:1", "The hosting provider set the database back.")
    said = Event.objects.filter(verb="journal.break_seen")
    assert [(one.actor, one.data) for one in said] == [("agent:1", {"mark": 6})]
    assert not breaks.needs_somebody()
    assert told() == (False, 4, (6,))
    sql("DELETE FROM journal_event WHERE position > 7")
    toll(now, 7)
    assert breaks.needs_somebody()


def test_only_a_break_can_be_looked_into(now: datetime) -> None:
    toll(now, 1)
    with pytest.raises(Event.DoesNotExist):
        breaks.acknowledge(Event.objects.get(), why="?", actor=Actor.agent(1), at=now)
    assert not SeenBreak.objects.exists()
