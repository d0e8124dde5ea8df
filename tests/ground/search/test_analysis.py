import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.search import Token, analyse, vector
from anliegen.ground.search.analysis import LAST_POSITION, LONGEST_TERM, german_terms


def terms(text: str, language: str | None = "de") -> list[str]:
    return [token.term for token in analyse(text, language)]


@pytest.mark.parametrize(
    "spelling", ["Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller", "Müllers", "Mül\u00adler"]
)
def test_every_spelling_of_a_name_gives_one_term(spelling: str) -> None:
    assert terms(spelling) == ["muller"]


def test_a_name_is_not_cut_down_to_another_word() -> None:
    assert set(terms("Müll")).isdisjoint(terms("Müller"))
    assert set(terms("Zahl zahlen")).isdisjoint(terms("Zähler"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rechnung", "Rechnungen"),
        ("Zählerstand", "Zählerstände"),
        ("Vertrag", "Verträgen"),
        ("Konto", "Konten"),
        ("Kunde", "Kundinnen"),
        ("Kunde", "Kund:innen"),
        ("Mitarbeiter", "Mitarbeiter*innen"),
        ("Mieter", "MieterInnen"),
        ("Büro", "Büros"),
        ("Zeugnis", "Zeugnisse"),
        ("Straße", "STRASSE"),
        ("Schadensmeldung", "Schadenmeldungen"),
        ("E-Mail", "Email"),
        ("Kunden-Nummer", "Kundennummer"),
        ("+49 (0) 341 123456-7", "0341/1234567"),
        ("0049 341 1234567", "0341 123 45 67"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("KD-2024-00123", "KD202400123"),
        ("1.234,56", "1234,56"),
    ],
)
def test_two_ways_of_writing_one_thing_share_a_term(one: str, other: str) -> None:
    whole = {token.term for token in analyse(one, "de") if token.position == 1}
    assert whole & set(terms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("invoice", "invoices"),
        ("policy", "policies"),
        ("order", "ordered"),
        ("issue", "issues"),
        ("customer's", "customers"),
    ],
)
def test_english_inflections_share_a_term(one: str, other: str) -> None:
    assert terms(one, "en") == terms(other, "en")


def test_a_compound_is_found_by_its_parts_and_by_shorter_compounds() -> None:
    assert terms("Zählerstandsmeldung") == [
        "zahler", "stand", "meldung", "zahlerstand", "standmeldung", "zahlerstandmeldung",
    ]  # fmt: skip


def test_a_german_compound_in_an_english_text_is_taken_apart_too() -> None:
    assert "abschlag" in terms("my Abschlagszahlung is too high", "en")


def test_function_words_give_no_term_but_take_a_position() -> None:
    assert analyse("die Rechnung für den Abschlag") == [
        Token("rechnung", 2, 4, 12),
        Token("abschlag", 5, 21, 29),
    ]


def test_a_mail_address_is_kept_whole_and_taken_apart() -> None:
    found = terms("max.schulz@stadtwerke-lindenau.de")
    assert {"maxschulzstadtwerkelindenaude", "maxschulz", "stadtwerkelindenaude", "schulz", "stadtwerk"} <= set(found)


def test_a_code_is_found_by_its_number() -> None:
    assert {"kd00123", "00123"} == set(terms("KD00123"))


def test_the_language_is_told_by_the_small_words() -> None:
    assert [token.term for token in analyse("I have not paid the values of my orders")] == [
        "not",
        "paid",
        "valu",
        "order",
    ]
    assert [token.term for token in analyse("Ich habe das nicht bezahlt")] == ["bezahl"]


def test_a_language_that_is_named_is_believed() -> None:
    assert [token.term for token in analyse("orders", "en-GB")] == ["order"]
    assert [token.term for token in analyse("orders", "de")] == ["ord"]


def test_offsets_point_into_the_text_as_it_was_given() -> None:
    text = "Der Za\u0308hler\u00adstand,\u200b bitte"
    assert [text[token.start : token.end] for token in analyse(text, "de")] == ["Za\u0308hler\u00adstand"] * 3 + [
        "bitte"
    ]


def test_a_vector_carries_positions_and_weights() -> None:
    assert vector([("Rechnung", "A"), ("zur Rechnung 4711", "D")], language="de") == "'rechnung':1A,11 '4711':12"


def test_parts_of_a_vector_lie_too_far_apart_for_a_phrase() -> None:
    assert vector([("Zähler", "A"), ("Stand", "C")], language="de") == "'zahler':1A 'stand':10C"


def test_an_empty_text_gives_an_empty_vector() -> None:
    assert vector([]) == ""
    assert vector([("", "A"), ("der die das", "C")]) == ""


def test_positions_stop_where_postgresql_stops_them() -> None:
    found = vector([("x" + " bla" * 20_000 + " Ende", "D")], language="de")
    assert f"'end':{LAST_POSITION}" in found


def test_a_word_that_comes_often_does_not_carry_every_place() -> None:
    assert vector([("bla " * 5_000, "C")], language="de").count(",") < 300


def test_a_huge_text_gives_a_vector_below_the_limit() -> None:
    text = " ".join(f"wort{n}ä" for n in range(200_000))
    found = vector([(text, "A")])
    assert len(found.encode()) < 1_000_000
    assert re.search(r":\d+A$", found)


@pytest.mark.parametrize(
    "text",
    ["12-" * 100_000, "12 " * 100_000 + "x", "a-" * 150_000, "a.b@" * 80_000, "(" * 200_000, "+49 " * 70_000,
     "Gas" * 100_000, "'" * 200_000, "1,1/1:" * 50_000, "12 34x " * 60_000, "ä\u0308" * 100_000],
)  # fmt: skip
def test_a_hostile_text_takes_no_longer_than_a_long_one(text: str) -> None:
    start = time.process_time()
    vector([(text, "C")])
    assert time.process_time() - start < 5


@given(st.text())
def test_terms_are_never_empty_and_never_too_long(text: str) -> None:
    for token in analyse(text):
        assert 0 < len(token.term) <= LONGEST_TERM * 4
        assert 0 <= token.start < token.end <= len(text)


@given(st.text(), st.sampled_from(["de", "en"]))
def test_vector_and_analysis_agree(text: str, language: str) -> None:
    lexemes = set(re.findall(r"'([^']+)':", vector([(text, "A")], language=language)))
    assert lexemes == {token.term for token in analyse(text, language)}


@given(st.text(alphabet="abcdefghijklmnoprstuvwzäöüß", min_size=1, max_size=30))
def test_spelling_out_umlauts_by_accent_alone_changes_no_term(word: str) -> None:
    assert german_terms(word) == german_terms(unicodedata.normalize("NFC", word.upper().lower()).replace("ß", "ss"))


def test_no_letter_of_unicode_can_break_out_of_a_vector() -> None:
    letters = [chr(code) for code in range(0x110000) if chr(code).isalnum()]
    for term in {token.term for letter in letters for token in analyse(letter)}:
        assert term
        assert not set(term) & {"'", "\\", "\0"}
