"""The mailbox against the ledger: what lies there and is not in it is named, and can be fetched."""

from contextlib import nullcontext
from datetime import UTC, date, datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.flow.channels.mailroom import compare, fetch
from anliegen.flow.channels.mailroom.places.place import mark_of
from anliegen.flow.channels.mailroom.sources import FROM_NOW
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event

from .conftest import aside, fetch_again, stored
from .servers import Folder, letter

pytestmark = pytest.mark.django_db


def compared(source: Source) -> Source:
    Source.objects.filter(pk=source.pk).update(retry_at=None)
    compare.compare(source_id=source.pk, actor=SYSTEM.ref)
    return Source.objects.get(pk=source.pk)


def lose(source: Source, folder: Folder, name: str) -> int:
    """A mail that came with a number that was passed already, as some servers have it after a move or a restore."""
    folder.next_uid += 1
    folder.add(letter("spaeter"))
    fetch_again(source)
    uid = folder.next_uid - 2
    folder.mails[uid], folder.came_on[uid] = letter(name), date(2026, 11, 20)
    return uid


def test_a_mailbox_that_is_whole_shows_no_difference(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    folder.add(letter("zwei"))
    after = compared(source)
    assert (aside(source), after.compared_mails, after.compared_at is not None) == ([], 2, True)
    assert stored() == [letter("eins"), letter("zwei")]
    assert Event.objects.get(verb="source.compared").data == {"mails": 2, "missing": 0}


def test_a_mail_that_is_missing_is_named_by_date_size_and_mark(source: Source, folder: Folder) -> None:
    uid = lose(source, folder, "verloren")
    compared(source)
    row = Unfetched.objects.get()
    assert (row.key, row.state, row.size) == (f"7/{uid}", "missing", len(letter("verloren")))
    assert (row.mark, row.at) == (mark_of(letter("verloren")), datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    assert Event.objects.get(verb="source.compared").data == {"mails": 2, "missing": 1}


def test_what_is_missing_is_fetched_when_a_person_wants_it(source: Source, folder: Folder, jana: Actor) -> None:
    lose(source, folder, "verloren")
    compared(source)
    assert compare.want_missing(source, actor=jana, at=clock.now()) == 1
    compare.fetch_missing(source_id=source.pk)
    assert stored() == [letter("spaeter"), letter("verloren")]
    compared(source)
    assert aside(source) == []
    assert ProcrastinateJob.objects.filter(task_name__endswith="fetch_missing").count() == 1


def test_a_person_may_leave_what_is_missing_where_it_is(source: Source, folder: Folder, jana: Actor) -> None:
    uid = lose(source, folder, "verloren")
    compared(source)
    assert compare.leave_missing(source, actor=jana, at=clock.now()) == 1
    compared(source)
    assert aside(source) == [(f"7/{uid}", "left")]
    assert [event.data for event in Event.objects.filter(verb="source.compared")][-1] == {"mails": 2, "missing": 0}


def test_a_mail_whose_number_was_given_twice_is_found_and_fetched(source: Source, folder: Folder, jana: Actor) -> None:
    """Numbered anew without a word, and grown past what was known: only the headers tell."""
    folder.add(letter("eins"))
    folder.add(letter("zwei"))
    fetch_again(source)
    folder.mails[1] = letter("anderer")
    compared(source)
    assert aside(source) == [("7/1", "missing")]
    compare.want_missing(source, actor=jana, at=clock.now())
    compare.fetch_missing(source_id=source.pk)
    assert stored() == [letter("eins"), letter("zwei"), letter("anderer")]
    compared(source)
    assert aside(source) == []


def test_a_folder_numbered_anew_shows_no_difference(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"), on=date(2026, 1, 2))
    folder.add(letter("zwei"), on=date(2026, 1, 2))
    fetch_again(source)
    folder.number_anew()
    compared(source)
    assert (aside(source), Intake.objects.count()) == ([], 2)


def test_a_mail_older_than_what_is_read_back_shows_as_missing(source: Source, folder: Folder) -> None:
    fetch_again(source)
    folder.add(letter("alt"), on=date(2026, 1, 2))
    folder.number_anew()
    compared(source)
    assert aside(source) == [("8/1", "missing")]


def test_what_was_left_on_purpose_is_no_difference(source: Source, folder: Folder) -> None:
    Source.objects.update(last_uid=FROM_NOW)
    folder.add(letter("alt"))
    compared(source)
    assert aside(source) == [("7/1", "left")]
    assert Event.objects.get(verb="source.compared").data == {"mails": 1, "missing": 0}


def test_a_line_from_before_there_were_marks_counts_by_its_name(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    fetch_again(source)
    Intake.objects.update(remote_mark="")
    compared(source)
    assert aside(source) == []


def test_two_mails_of_the_same_headers_are_two(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    fetch_again(source)
    folder.mails[9], folder.came_on[9] = letter("eins", body="anders"), date(2026, 11, 20)
    folder.next_uid = 10
    Source.objects.update(last_uid=9)
    compared(source)
    assert aside(source) == [("7/9", "missing")]


def test_it_waits_for_a_fetch_that_is_under_way(
    source: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "alone", lambda kind, key: nullcontext(False))
    compare.compare(source_id=source.pk, actor=SYSTEM.ref)
    assert folder.commands == []
    queued = ProcrastinateJob.objects.get(task_name__endswith="mailroom.compare.compare")
    assert queued.args == {"source_id": source.pk, "actor": "system", "tries": 1}


def test_a_source_that_cannot_be_compared_says_why(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    after = compared(source)
    assert (after.error, after.compared_at) == ("login", None)


def test_each_night_every_active_source_is_compared(source: Source) -> None:
    compare.compare_nightly(0)
    compare.compare_nightly(0)
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name__endswith="compare.compare")] == [
        {"source_id": source.pk, "actor": "system"}
    ]


@pytest.mark.parametrize(
    "headers",
    [
        b"Subject: a b\nMESSAGE-ID: <1@x>\nFrom: k\nDate: d\n\n",
        b"Date:d\r\nMessage-Id:  <1@x>\r\nX: y\r\nFrom: k\r\nSubject: a\r\n\tb\r\n\r\nSubject: other",
    ],
)
def test_a_mark_takes_no_notice_of_folding_order_and_case(headers: bytes) -> None:
    assert mark_of(headers) == mark_of(b"Message-ID: <1@x>\r\nDate: d\r\nFrom: k\r\nSubject: a b\r\n")


def test_a_mail_without_any_of_the_headers_has_no_mark() -> None:
    assert mark_of(b"Hallo\r\n\r\nSubject: nein") == ""
