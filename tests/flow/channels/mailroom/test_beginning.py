"""Mail that lies in a mailbox already: counted first, then taken in as it was decided."""

from datetime import date, datetime
from typing import Any

import pytest

from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.beginning import Counted
from anliegen.flow.channels.mailroom.sources import (
    EVERYTHING,
    FROM_NOW,
    TODAY,
    UNDECIDED,
    UNREAD,
    create_source,
    decide,
)
from anliegen.flow.channels.mailroom.troubles import Trouble
from anliegen.flow.channels.models import Source
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Mailbox

from .conftest import aside, fetch_again, stored
from .servers import Folder, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def undecided(mailbox: Mailbox, fields: dict[str, Any], folder: Folder, jana: Actor, now: datetime) -> Source:
    """A source with three mails: one read long ago, one unread, one read that came today."""
    folder.read = {folder.add(letter("alt"), on=date(2026, 1, 2))}
    folder.add(letter("ungelesen"), on=date(2026, 1, 3))
    folder.read.add(folder.add(letter("heute"), on=clock.now().astimezone().date()))
    return create_source(mailbox, actor=jana, at=clock.now(), **fields | {"last_uid": UNDECIDED})


def test_it_is_counted_and_nothing_is_fetched_before_it_is_decided(undecided: Source, folder: Folder) -> None:
    assert fetch.count_what_lies_there(undecided) == Counted(all=3, unread=1, today=1)
    fetch_again(undecided)
    assert stored() == []


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        (EVERYTHING, ["alt", "ungelesen", "heute"]),
        (UNREAD, ["ungelesen"]),
        (TODAY, ["heute"]),
        (FROM_NOW, []),
    ],
)
def test_what_was_chosen_is_taken_in_and_what_comes_after_always(
    undecided: Source, folder: Folder, jana: Actor, choice: int, taken: list[str]
) -> None:
    decide(undecided, choice, actor=jana, at=clock.now())
    fetch_again(undecided)
    folder.add(letter("neu"))
    fetch_again(undecided)
    assert stored() == [letter(name) for name in [*taken, "neu"]]
    left = [f"7/{number}" for number, name in enumerate(["alt", "ungelesen", "heute"], 1) if name not in taken]
    assert aside(undecided) == [(key, "left") for key in left]


def test_what_was_left_stays_left_when_the_folder_is_numbered_anew(
    undecided: Source, folder: Folder, jana: Actor
) -> None:
    decide(undecided, FROM_NOW, actor=jana, at=clock.now())
    fetch_again(undecided)
    folder.number_anew()
    assert fetch_again(undecided).error == ""
    assert stored() == []


def test_a_beginning_that_broke_off_goes_on_where_it_was(undecided: Source, folder: Folder, jana: Actor) -> None:
    decide(undecided, UNREAD, actor=jana, at=clock.now())
    folder.breaks_off_at = "HEADER"
    assert fetch_again(undecided).error == "broken_off"
    folder.breaks_off_at = "never"
    fetch_again(undecided)
    assert stored() == [letter("ungelesen")]


def test_it_is_decided_once_and_said_so(undecided: Source, jana: Actor) -> None:
    decide(undecided, UNREAD, actor=jana, at=clock.now())
    again = decide(undecided, EVERYTHING, actor=jana, at=clock.now())
    assert again.last_uid == UNREAD
    assert [event.data for event in Event.objects.filter(verb="source.decided")] == [{"choice": "unread"}]


def test_what_cannot_be_counted_says_why(undecided: Source, folder: Folder) -> None:
    folder.password = "anders"
    trouble = fetch.count_what_lies_there(undecided)
    assert isinstance(trouble, Trouble) and trouble.code == "login"
