"""Whom a text names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets.mentions import Colleague, named_in
from anliegen.records.tickets.passages import apart, find

MIRA, TOM = Colleague("agent:1", "Mira Yılmaz"), Colleague("agent:2", "Tom Richter")
TOMMY, TOM_TWO = Colleague("agent:3", "Tommy Berg"), Colleague("agent:4", "Tom Weiß")
BILLING = Colleague("team:1", "Abrechnung")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Mira Yılmaz, bitte", [MIRA]),
        ("Frag @Mira.", [MIRA]),
        ("@mira yılmaz und @Tom Richter!", [MIRA, TOM]),
        ("@Tom Richter @Mira @Tom Richter", [TOM, MIRA]),
        ("@Tommy Berg", [TOMMY]),
        ("@Abrechnung: wer?", [BILLING]),
        ("(@Mira)", [MIRA]),
        ("@Miranda", []),
        ("mira@Mira.example", []),
        ("mail@abrechnung", []),
        ("@@Mira", []),
        ("@ Mira", []),
        ("ohne", []),
    ],
)
def test_a_text_names_whom_it_says(text: str, named: list[Colleague]) -> None:
    assert named_in(text, [MIRA, TOM, TOMMY, BILLING]) == named


def test_a_note_full_of_signs_costs_no_more_than_its_length() -> None:
    text = "@x " * 33_000 + "@Mira Y\u0131lmaz"
    started = time.thread_time()
    assert named_in(text, [MIRA, TOM]) == [MIRA]
    assert time.thread_time() - started < 1


def test_a_first_name_that_two_have_names_nobody() -> None:
    assert named_in("@Tom, @Tom Weiß", [TOM, TOM_TWO]) == [TOM_TWO]


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert set(named_in(text, [MIRA, TOM, BILLING])) <= {MIRA, TOM, BILLING}


@given(st.text(min_size=1), st.integers(0, 50), st.integers(1, 50))
def test_a_passage_is_found_where_it_was_cut_out(text: str, begins: int, length: int) -> None:
    words = text[begins : begins + length]
    place = find(text, words, begins)
    if not words.split():
        assert place is None
        return
    assert place is not None
    assert "".join(text[slice(*place)].split()) == "".join(words.split())
    assert begins <= place[0] <= begins + len(words)


def test_of_two_places_the_nearer_one_counts() -> None:
    assert find("zu hoch, viel zu hoch", "zu hoch", 12) == (14, 21)
    assert find("zu hoch, viel zu hoch", "zu hoch", 3) == (0, 7)


def test_passages_that_overlap_are_one() -> None:
    assert apart([(5, 9), (1, 3), (3, 4), (8, 12)]) == [(1, 4), (5, 12)]
