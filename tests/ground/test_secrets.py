"""Secrets that the database keeps are of no use without the data directory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground import secrets


@given(st.text())
def test_what_was_locked_opens_again(text: str) -> None:
    assert secrets.unlock(secrets.lock(text)) == text


def test_the_same_text_is_locked_differently_each_time() -> None:
    assert secrets.lock("geheim") != secrets.lock("geheim")


def test_the_locked_text_does_not_stand_in_the_bytes() -> None:
    assert b"geheim" not in secrets.lock("geheim")


def test_changed_bytes_do_not_open() -> None:
    locked = bytearray(secrets.lock("geheim"))
    locked[-1] ^= 1
    with pytest.raises(secrets.Locked):
        secrets.unlock(bytes(locked))


def test_too_few_bytes_do_not_open() -> None:
    with pytest.raises(secrets.Locked):
        secrets.unlock(b"short")
