"""Amounts as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.money import MOST_CENTS, amount, cents_of


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("25", 2500), ("25,5", 2550), ("25.50 €", 2550), (" 1.234,50", 123_450), ("1 234", 123_400), ("1.000", 100_000),
        ("0,01", 1), ("25 EUR", 2500), ("CHF", None), ("0", None), ("-5", None), ("25,505", None), ("viel", None),
        ("1000001", None), ("1e3", None), ("", None),
    ],
)  # fmt: skip
def test_amounts_are_read(written: str, cents: int | None) -> None:
    assert cents_of(written) == cents


@given(st.integers(1, MOST_CENTS))
def test_what_is_shown_in_german_is_read_again(cents: int) -> None:
    assert cents_of(amount(cents, "EUR", german=True)) == cents


def test_amounts_are_shown_as_the_language_has_them() -> None:
    assert [amount(123_456, code, german=True) for code in ("EUR", "CHF", "SEK")] == [
        "1.234,56\u00a0€", "1.234,56\u00a0CHF", "1.234,56\u00a0SEK",
    ]  # fmt: skip
    assert amount(123_456, "EUR", german=False) == "€1,234.56"
