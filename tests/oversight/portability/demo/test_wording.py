"""Choices, slots, numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.oversight.portability.demo import values, wording
from anliegen.oversight.portability.demo.chance import chance_of

PLAIN = st.text(alphabet="abcdefgh ,.ßäöü", max_size=12)


def test_a_choice_within_a_choice_is_resolved() -> None:
    assert wording.choose("a <b|c <d|e>> f", lambda number: number - 1) == "a c e f"


def test_signs_outside_of_a_choice_stay() -> None:
    assert wording.choose("Uac > max | so", lambda number: 0) == "Uac > max | so"


def test_an_open_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="not closed"):
        wording.choose("a <b|c", lambda number: 0)


@given(st.lists(PLAIN, min_size=1, max_size=5), PLAIN, PLAIN, st.data())
def test_exactly_one_alternative_is_taken(options: list[str], before: str, after: str, data: st.DataObject) -> None:
    taken = data.draw(st.integers(0, len(options) - 1))
    assert (
        wording.choose(f"{before}<{'|'.join(options)}>{after}", lambda number: taken) == before + options[taken] + after
    )


@given(st.integers(0, 10**6), st.integers(2, 6))
def test_no_alternative_comes_again_before_all_others_came(seed: int, number: int) -> None:
    deck = wording.Deck(seed)
    assert sorted(deck.draw("place", range(number)) for _draw in range(number)) == list(range(number))


def test_slots_are_filled_with_values_that_hold_slots() -> None:
    known = {"a": "bis {b.kurz}", "b": date(2026, 11, 25)}
    assert wording.fill("Frist {a}.", known.__getitem__) == "Frist bis 25.11."


def test_an_ellipsis_keeps_its_points() -> None:
    assert wording.fill("Stand {a}...", {"a": 5}.__getitem__) == "Stand 5..."


def test_amounts_read_as_german_readers_expect_them() -> None:
    assert wording.show(1284.5, "eur") == "1.284,50 €"
    assert wording.show(128, "eur") == "128,00 €"
    assert wording.show(38917, "n") == "38.917"
    assert wording.show(1.84, "zahl") == "1,8"
    assert wording.show(-3.5) == "-3,50"
    assert wording.show(284.2, "euro") == "€284.20"


def test_values_are_drawn_chosen_and_calculated() -> None:
    specs = (("a", "10..20"), ("b", "x|y"), ("c", "a * 2 - 1"), ("d", "1.50..1.60"), ("e", "d / 3"))
    found = values.work_out(specs, {}, lambda name, number: 1, chance_of("test"))
    assert isinstance(found["a"], int)
    assert 10 <= found["a"] <= 20
    assert (found["b"], found["c"]) == ("y", found["a"] * 2 - 1)
    assert isinstance(found["d"], float)
    assert found["e"] == round(found["d"] / 3, 2)


def test_calculating_with_what_is_not_there_is_refused() -> None:
    with pytest.raises(values.BadValue):
        values.work_out((("a", "b + 1"),), {}, lambda name, number: 0, chance_of("test"))
