"""Placeholders: what the program fills, what a person fills, and what is none of ours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anliegen.records.knowledge.marks import formatted
from anliegen.records.knowledge.placeholders import fill, open_fields, put_in, unknown

TODAY = date(2026, 11, 16)
VALUES = {"name": "Kim Berger", "vorgangsnummer": "1042", "team": ""}


def filled(text: str, language: str = "de") -> str:
    return fill(text, VALUES, today=TODAY, language=language)


def test_what_is_known_stands_in_its_place() -> None:
    assert filled("{{name}}, Vorgang {{ Vorgangsnummer }}") == "Kim Berger, Vorgang 1042"


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("{{datum}}", "16.11.2026", "16 November 2026"),
        ("{{datum+14}}", "30.11.2026", "30 November 2026"),
        ("{{datum - 1}}", "15.11.2026", "15 November 2026"),
    ],
)
def test_a_date_counts_from_today(text: str, german: str, english: str) -> None:
    assert (filled(text), filled(text, "en")) == (german, english)


def test_what_nobody_knows_is_asked_of_a_person() -> None:
    assert filled("Ihr Team {{team}}") == "Ihr Team {{?team}}"


def test_own_fields_and_words_of_others_stay() -> None:
    assert filled("{{?Zählernummer}} {{user.name}}") == "{{?Zählernummer}} {{user.name}}"


def test_open_are_own_fields_and_known_names_each_once_and_nothing_of_others() -> None:
    text = "{{?Zählernummer}} {{name}} {{ ?Zählernummer }} {{user.name}} {{datum+3}} {{}} {? nein ?}"
    assert open_fields(text) == ["Zählernummer", "name", "datum+3"]


def test_a_slip_of_the_pen_is_found() -> None:
    assert unknown("{{nahme}} {{name}} {{?Ort}} {{datum+1}}") == ["nahme"]


def test_a_person_fills_the_fields_and_what_is_left_empty_stays_open() -> None:
    text = put_in("Zähler {{?Zählernummer}} in {{?Ort}}", {"Zählernummer": "1 ESY 77", "Ort": " "})
    assert text == "Zähler 1 ESY 77 in {{?Ort}}"


@given(some.text(alphabet=some.sampled_from("{}?+-datumname 1\n"), max_size=60))
def test_what_is_filled_twice_is_as_what_is_filled_once(text: str) -> None:
    once = filled(text)
    assert filled(once) == once


@given(some.lists(some.sampled_from(["Zählernummer", "Ort", "Tag der Übergabe"]), max_size=5))
def test_when_a_person_has_filled_all_nothing_is_open(fields: list[str]) -> None:
    text = " ".join(f"{{{{?{field}}}}}" for field in fields)
    assert open_fields(put_in(text, dict.fromkeys(open_fields(text), "x"))) == []


@pytest.mark.parametrize(
    ("called", "said"),
    [
        ("{{anrede}}", "{ {anrede}}"),
        ("{{{?IBAN}}}", "{ { {?IBAN}}}"),
        ("**Eilig**", "* *Eilig* *"),
        ("[Rechnung](https://boese.example)", "[Rechnung] (https://boese.example)"),
    ],
)
def test_what_somebody_calls_themselves_is_no_place_and_no_mark_of_ours(called: str, said: str) -> None:
    text = fill("Vorgang {{name}}", {"name": called}, today=TODAY, language="de")
    assert text == f"Vorgang {said}"
    assert open_fields(text) == []
    assert "<a" not in formatted(text) and "<strong" not in formatted(text)
