"""Telephone numbers as people write them."""

import pytest

from anliegen.ground.phone import is_number, tel


@pytest.mark.parametrize(
    ("phone", "address"),
    [
        ("0341 555 01-20", "tel:+493415550120"),
        ("(0341) 5550120", "tel:+493415550120"),
        ("+49 (0)341 555 01 20", "tel:+493415550120"),
        ("0049 341 5550120", "tel:+493415550120"),
        ("+43 1 23456", "tel:+43123456"),
        ("115", "tel:115"),
    ],
)
def test_a_phone_number_becomes_an_address_that_dials(phone: str, address: str) -> None:
    assert tel(phone) == address


@pytest.mark.parametrize(
    "phone", ["115", "0341 555 01-20", "(0341) 5550120", "+49 (0)341 / 555.01", "030 23125–150", "+49 341 123456"]
)
def test_what_can_be_dialled_is_a_number(phone: str) -> None:
    assert is_number(phone)


@pytest.mark.parametrize(
    "phone", ["", "keine Nummer", "12", "--", "0341 555 oder 0341 556", "1234567890123456", "0341\u0660123x"]
)
def test_what_cannot_be_dialled_is_none(phone: str) -> None:
    assert not is_number(phone)
