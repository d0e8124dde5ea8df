"""What people type into the search, taken apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets import operators, periods
from anliegen.records.tickets.operators import NAMES, Asked, parse

TODAY = date(2026, 11, 27)


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one.key, one.value) for one in parse(text).filters]


def test_words_and_filters_are_told_apart_wherever_they_stand():
    asked = parse("Zähler status:offen kaputt von:kim tag:x")
    assert asked.words == "Zähler kaputt"
    assert pairs(asked.text) == [("status", "offen"), ("customer", "kim"), ("tag", "x")]
    assert asked.unknown == ()


def test_german_and_english_words_name_the_same_filter():
    assert pairs("zustaendig:ich assignee:me") == [("assignee", "ich"), ("assignee", "me")]
    assert pairs("Kanal:Brief CHANNEL:letter") == [("channel", "Brief"), ("channel", "letter")]
    assert pairs("seit:7t since:7d bis:heute until:today") == [
        ("since", "7t"),
        ("since", "7d"),
        ("until", "heute"),
        ("until", "today"),
    ]


@pytest.mark.parametrize("text", ['von:"Kim Berger"', "von:„Kim Berger“", 'from:"Kim Berger', "kunde:»Kim Berger«"])
def test_a_value_of_several_words_stands_in_quotation_marks(text: str):
    assert (pairs(text), parse(text).words) == ([("customer", "Kim Berger")], "")


def test_what_is_no_filter_stays_a_word_and_is_named():
    asked = parse("farbe:rot Rechnung")
    assert (asked.words, asked.filters, asked.unknown) == ("farbe:rot Rechnung", (), ("farbe:rot",))


@pytest.mark.parametrize("text", ["um 14:30", "https://example.org/x", "Re: Abschlag", "status:", "C:/Daten", "team:"])
def test_times_addresses_and_ends_of_sentences_are_words(text: str):
    assert parse(text) == Asked(text, text)


def test_a_filter_is_taken_away_or_takes_the_place_of_another():
    asked = parse("Zähler status:offen tag:x")
    assert asked.without(asked.filters[0]) == "Zähler tag:x"
    assert asked.having("status", "neu", "de") == "Zähler tag:x status:neu"
    assert asked.having("tag", "y", "de") == "Zähler status:offen tag:x tag:y"
    assert asked.having("tag", "X", "de") == "Zähler status:offen tag:X"
    assert asked.having("team", "Netz und Technik", "de") == 'Zähler status:offen tag:x team:"Netz und Technik"'


def test_what_is_chosen_is_written_in_the_readers_language_beside_what_was_typed():
    asked = parse("Zähler status:offen von:kim")
    assert asked.having("status", "new", "en") == "Zähler von:kim status:new"
    assert asked.having("assignee", "me", "en") == "Zähler status:offen von:kim assignee:me"
    assert asked.having("customer", "Kim Berger", "en") == 'Zähler status:offen from:"Kim Berger"'


def test_every_filter_has_a_word_in_both_languages_that_names_it():
    for language in ("de", "en"):
        assert [parse(f"{operators.word(key, language)}:x").filters[0].key for key in NAMES] == list(NAMES)


@given(st.text(max_size=120))
def test_any_text_is_a_question_and_no_word_is_lost(text: str):
    asked = parse(text)
    kept = f"{asked.words} {' '.join(one.piece for one in asked.filters)}"
    assert sorted("".join(kept.split())) == sorted("".join(asked.text.split()))


@given(st.sampled_from(sorted(NAMES)), st.text(min_size=1, max_size=30), st.sampled_from(["de", "en"]))
def test_a_filter_that_was_chosen_is_read_as_it_was_meant(key: str, value: str, language: str):
    meant = " ".join(value.replace("\x00", "").split()).strip('"“”„«» ')
    found = parse(operators.piece(key, meant, language)).filters
    if any(mark in meant for mark in '"“”„«»\x00') or not meant:
        return
    assert [(one.key, one.value) for one in found] == [(key, meant)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heute", date(2026, 11, 27)),
        ("yesterday", date(2026, 11, 26)),
        ("7t", date(2026, 11, 20)),
        ("2 Wochen", date(2026, 11, 13)),
        ("1 year", date(2025, 11, 27)),
        ("woche", date(2026, 11, 23)),
        ("Monat", date(2026, 11, 1)),
        ("3.12.", date(2025, 12, 3)),
        ("3.11.", date(2026, 11, 3)),
        ("03.12.2024", date(2024, 12, 3)),
        ("2026-10", date(2026, 10, 1)),
        ("2026-10-09", date(2026, 10, 9)),
        ("bald", None),
        ("31.2.", None),
        ("9999 Jahre", None),
        ("", None),
    ],
)
def test_a_day_that_has_been(text: str, day: date | None):
    assert periods.day(text, TODAY) == day
