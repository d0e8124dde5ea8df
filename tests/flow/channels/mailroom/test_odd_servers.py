"""Servers that drop, stall, lie and refuse: still each mail once, and none is lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.places import imap
from anliegen.flow.channels.mailroom.sources import change_source, create_source
from anliegen.flow.channels.models import Intake, Source, Unfetched
from anliegen.ground import clock, files
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Mailbox

from .conftest import aside, fetch_again, stored
from .servers import Folder, letter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("oddity", ["twice", "in-pieces", "uid-behind", "news-between", "no-uidnext"])
def test_an_oddly_spoken_server_is_understood(source: Source, folder: Folder, oddity: str) -> None:
    folder.oddities = {oddity}
    folder.add(letter("eins"))
    folder.add(letter("zwei"))
    assert fetch_again(source).error == ""
    folder.add(letter("drei"))
    fetch_again(source)
    assert stored() == [letter("eins"), letter("zwei"), letter("drei")]


def test_half_a_mail_is_no_mail(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    folder.breaks_off_within = folder.add(letter("zwei"))
    assert fetch_again(source).error == "broken_off"
    assert stored() == [letter("eins")]
    folder.breaks_off_within = 0
    assert fetch_again(source).error == ""
    assert stored() == [letter("eins"), letter("zwei")]
    assert aside(source) == []


def test_a_server_that_lies_about_the_size_gives_nothing_and_loses_nothing(source: Source, folder: Folder) -> None:
    Destination.objects.update(timeout_s=1)
    folder.oddities = {"lies-about-size"}
    folder.add(letter("eins"))
    assert fetch_again(source).error == "timeout"
    assert stored() == []
    folder.oddities = set()
    fetch_again(source)
    assert stored() == [letter("eins")]


@pytest.mark.parametrize("where", ["LOGIN", "EXAMINE", "SEARCH", "FETCH"])
def test_a_server_that_stalls_is_left_and_named(source: Source, folder: Folder, where: str) -> None:
    Destination.objects.update(timeout_s=1)
    folder.add(letter("eins"))
    folder.stalls_at = where
    assert fetch_again(source).error == "timeout"
    folder.stalls_at = "never"
    assert fetch_again(source).error == ""
    assert stored() == [letter("eins")]


def test_a_mail_that_is_refused_is_named_and_keeps_no_other_waiting(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"))
    bad = folder.add(letter("zwei"))
    folder.add(letter("drei"))
    folder.refuses = {bad}
    after = fetch_again(source)
    assert (stored(), after.error) == ([letter("eins"), letter("drei")], "")
    assert aside(source) == [("7/2", "not-given")]
    folder.refuses = set()
    fetch_again(source)
    assert stored() == [letter("eins"), letter("drei"), letter("zwei")]
    assert aside(source) == []


def test_a_mail_that_a_server_always_breaks_off_at_is_passed_over_after_three_tries(
    source: Source, folder: Folder
) -> None:
    folder.breaks_off_within = folder.add(letter("eins"))
    folder.add(letter("zwei"))
    assert [fetch_again(source).error for _ in range(3)] == ["broken_off"] * 3
    assert fetch_again(source).error == ""
    assert stored() == [letter("zwei")]
    assert aside(source) == [("7/1", "not-given")]


def test_a_mail_that_was_passed_over_is_tried_again_after_an_hour(source: Source, folder: Folder) -> None:
    folder.refuses = {folder.add(letter("eins"))}
    for _ in range(5):
        fetch_again(source)
    asked = sum("FETCH 1" in command for command in folder.commands)
    assert asked == 3
    folder.refuses = set()
    Unfetched.objects.update(noted_at=clock.now() - timedelta(hours=2))
    fetch_again(source)
    assert stored() == [letter("eins")]


def test_a_mail_that_is_too_large_is_named_and_the_others_come(
    source: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 1000)
    folder.add(letter("riese", body="x" * 2000))
    folder.add(letter("zwei"))
    fetch_again(source)
    assert fetch_again(source).error == ""
    assert stored() == [letter("zwei")]
    assert aside(source) == [("7/1", "too-large")]


def test_a_folder_numbered_anew_doubles_nothing(source: Source, folder: Folder) -> None:
    today = clock.now().date()
    folder.add(letter("eins"), on=today)
    folder.add(letter("zwei"), on=today)
    fetch_again(source)
    folder.add(letter("drei"), on=today)
    folder.number_anew()
    after = fetch_again(source)
    assert stored() == [letter("eins"), letter("zwei"), letter("drei")]
    assert (after.uid_validity, after.last_uid) == (8, 3)


def test_a_server_that_changes_its_numbering_every_time_doubles_nothing(source: Source, folder: Folder) -> None:
    folder.add(letter("eins"), on=clock.now().date())
    for _ in range(4):
        fetch_again(source)
        folder.number_anew()
    assert stored() == [letter("eins")]


def test_a_folder_numbered_anew_without_saying_so_loses_nothing(source: Source, folder: Folder) -> None:
    """The lie shows by numbers that went back; the mail that now has a number of another is a mail of its own."""
    today = clock.now().date()
    for name in ("eins", "zwei", "drei"):
        folder.add(letter(name), on=today)
    fetch_again(source)
    folder.mails = {}
    folder.add(letter("vier"), on=today)
    folder.number_anew(says_so=False)
    after = fetch_again(source)
    assert stored()[3:] == [letter("vier")]
    assert (after.uid_validity, after.last_uid, after.epoch) == (7, 1, 1)
    fetch_again(source)
    assert Intake.objects.count() == 4


def test_a_source_that_moves_takes_no_mail_of_the_new_place_for_one_of_the_old(
    source: Source, folder: Folder, jana: Actor, now: datetime
) -> None:
    folder.add(letter("alt"))
    fetch_again(source)
    folder.mails, folder.next_uid = {}, 1
    moved = change_source(source, username="andere", actor=jana, at=now)
    fetch_again(moved)
    folder.add(letter("neu"))
    fetch_again(moved)
    assert stored() == [letter("alt"), letter("neu")]


def test_the_disk_that_is_full_moves_nothing_on(
    source: Source, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.add(letter("eins"))
    with monkeypatch.context() as patch:
        patch.setattr(files, "put", _full)
        after = fetch_again(source)
    assert (after.error, after.last_uid, stored()) == ("disk", 0, [])
    fetch_again(source)
    assert stored() == [letter("eins")]


def _full(_content: bytes) -> str:
    raise OSError(28, "No space left on device")


def test_a_failing_source_does_not_slow_another(
    source: Source, folder: Folder, mailbox: Mailbox, fields: dict[str, Any], jana: Actor, now: datetime
) -> None:
    other = create_source(mailbox, actor=jana, at=now, **fields | {"username": "andere"})
    folder.add(letter("eins"))
    Source.objects.filter(pk=source.pk).update(host="127.0.0.1", port=1)
    fetch_again(source)
    fetch_again(other)
    assert [line.source for line in Intake.objects.all()] == [f"imap:{other.pk}"]
    assert Source.objects.get(pk=source.pk).error == "not_registered"


def test_a_connection_that_is_tested_says_at_which_step_it_fails(source: Source, folder: Folder) -> None:
    folder.password = "anders"
    with translation.override("en"):
        trouble = fetch.check(source)
    assert trouble is not None and (trouble.code, trouble.step) == ("login", "logging in")


def test_a_server_that_cannot_at_the_moment_does_not_ask_for_another_password(source: Source, folder: Folder) -> None:
    folder.oddities = {"unavailable"}
    assert fetch_again(source).error == "unavailable"
