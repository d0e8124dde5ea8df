from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets.expectation import AnswerRange, answer_range, describe

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_fewer_than_twenty_answers_give_no_range() -> None:
    assert answer_range([HOUR] * 19) is None


def test_twenty_answers_give_their_median_and_eightieth_percent() -> None:
    assert answer_range([HOUR * n for n in range(20, 0, -1)]) == AnswerRange(p50=10 * HOUR, p80=16 * HOUR, n=20)


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90)), min_size=20, max_size=200))
def test_the_promised_share_was_really_answered_in_time(samples: list[timedelta]) -> None:
    found = answer_range(samples)
    assert found is not None
    assert found.p50 <= found.p80
    assert sum(sample <= found.p50 for sample in samples) * 2 >= len(samples)
    assert sum(sample <= found.p80 for sample in samples) * 10 >= len(samples) * 8


@pytest.mark.parametrize(
    ("p50", "p80", "german"),
    [
        (
            3 * HOUR + MINUTE,
            11 * HOUR,
            "In der Hälfte der Fälle antworten wir innerhalb von 4 Stunden, "
            "in 8 von 10 Fällen innerhalb von 2 Arbeitstagen, gerechnet in unseren Servicezeiten.",
        ),
        (
            10 * MINUTE,
            50 * MINUTE,
            "In der Hälfte der Fälle antworten wir innerhalb von 30 Minuten, "
            "in 8 von 10 Fällen innerhalb von 1 Stunde, gerechnet in unseren Servicezeiten.",
        ),
        (
            7 * HOUR + MINUTE,
            8 * HOUR,
            "In 8 von 10 Fällen antworten wir innerhalb von 8 Stunden, gerechnet in unseren Servicezeiten.",
        ),
    ],
)
def test_a_range_is_told_in_german_and_rounded_up(p50: timedelta, p80: timedelta, german: str) -> None:
    assert describe(AnswerRange(p50, p80, 40), "de") == german


def test_a_range_is_told_in_english() -> None:
    assert describe(AnswerRange(4 * HOUR, 9 * HOUR, 25), "en") == (
        "In half of all cases we answer within 4 hours, in 8 of 10 cases within 2 working days, "
        "counted in our service hours."
    )


def test_days_have_the_length_of_the_operators_day() -> None:
    assert "within 3 working days" in describe(AnswerRange(9 * HOUR, 12 * HOUR, 25), "en", workday=5 * HOUR)


def test_without_enough_answers_it_says_so_and_names_no_number() -> None:
    german, english = describe(None, "de"), describe(None, "en")
    assert german.startswith("Eine Zeit für unsere Antwort können wir noch nicht nennen")
    assert english.startswith("We cannot name a time for our answer yet")
    assert not any(letter.isdigit() for letter in german + english)
