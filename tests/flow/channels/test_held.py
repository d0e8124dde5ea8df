"""Files of an unfinished form."""

import os
import time
from datetime import timedelta

import pytest

from anliegen.flow.channels import held


def test_what_is_held_can_be_taken_by_its_name_only() -> None:
    name = held.hold(b"ein Foto", sender="192.0.2.1")
    assert name is not None
    assert held.get(name) == b"ein Foto"
    assert held.get("0" * 32) is None


@pytest.mark.parametrize("name", ["", "../keys/secret_key", "a" * 31, "A" * 32, "/etc/passwd", "g" * 32])
def test_a_name_that_is_none_finds_nothing(name: str) -> None:
    assert held.get(name) is None


def test_after_a_day_it_is_gone() -> None:
    old, new = held.hold(b"alt", sender="192.0.2.1"), held.hold(b"neu", sender="192.0.2.1")
    assert old is not None
    assert new is not None
    day_ago = time.time() - 25 * 3600
    os.utime(held._folder() / old, (day_ago, day_ago))
    assert held.forget() == 1
    assert (held.get(old), held.get(new)) == (None, b"neu")
    assert held.forget(older_than=timedelta(seconds=-1)) >= 1


def test_nobody_can_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    held.forget(older_than=timedelta(seconds=-1))
    monkeypatch.setattr(held, "MOST_BYTES", 10)
    assert held.hold(b"12345678", sender="192.0.2.1") is not None
    assert held.hold(b"12345678", sender="192.0.2.1") is None


def test_one_sender_cannot_take_the_room_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    held.forget(older_than=timedelta(seconds=-1))
    monkeypatch.setattr(held, "MOST_BYTES_OF_ONE", 10)
    assert held.hold(b"12345678", sender="192.0.2.1") is not None
    assert held.hold(b"12345678", sender="192.0.2.1") is None
    theirs = held.hold(b"12345678", sender="192.0.2.2")
    assert theirs is not None
    assert held.get(theirs) == b"12345678"
