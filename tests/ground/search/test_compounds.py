import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.search.compounds import beginnings, split
from anliegen.ground.search.words import words
from anliegen.ground.text import fold, fold_accents
from tests import needs
from tools.corpus import data

MAILS = data.folder().parent / "text" / "german-mails.jsonl"


def parts(word: str) -> str:
    return "+".join(split(fold_accents(word), fold(word)))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Abschlagszahlung", "abschlag+zahlung"),
        ("Zählerstände", "zahler+stand"),
        ("Zaehlerstaende", "zahler+stand"),
        ("ZÄHLERSTAND", "zahler+stand"),
        ("Jahresrechnungen", "jahr+rechnung"),
        ("Stromzählerstandsmeldung", "strom+zahler+stand+meldung"),
        ("Mietvertrag", "miet+vertrag"),
        ("Krankenkassenbeitrag", "krank+kass+beitrag"),
        ("Häuserblock", "haus+block"),
        ("Straßenreinigungsgebühr", "strass+reinig+gebuhr"),
        ("Firmenkonten", "firma+konto"),
        ("Kundennummer", "kund+nummer"),
        ("Widerrufsfrist", "widerruf+frist"),
        ("Wertpapiere", "wert+papier"),
        ("Jahresende", "jahr+end"),
        ("Bußgeldbescheid", "buss+geld+bescheid"),
    ],
)
def test_compounds_are_taken_apart(word: str, expected: str) -> None:
    assert parts(word) == expected


@pytest.mark.parametrize("word", ["Kontoeröffnung", "Kontoeroeffnung", "KONTOERÖFFNUNG"])
def test_letters_at_a_seam_are_not_taken_for_an_umlaut(word: str) -> None:
    assert parts(word) == "konto+eroffn"


def test_where_two_readings_fit_the_longer_last_part_wins() -> None:
    assert parts("Preisspanne") == "preis+spann"


def test_fewest_parts_win() -> None:
    assert parts("Lastschriftmandat") == "lastschrift+mandat"


@pytest.mark.parametrize(
    "word",
    [
        "Vorstand", "Nachteil", "Wirtschaft", "Mittag", "kostenlos", "wahrscheinlich", "gehört", "laufende",
        "vorhanden", "dauerhaft", "beinhalten", "Handwerker", "Unterlagen", "Rechnungen", "Verträge", "Müllermeier",
        "Gas", "Haus", "handelt", "international", "Partner",
    ],
)  # fmt: skip
def test_words_that_only_look_like_compounds_stay_whole(word: str) -> None:
    assert parts(word) == ""


def test_a_word_of_the_list_is_no_compound_of_others() -> None:
    assert [part for part in words().parts if split(part, part)] == []


def test_every_part_has_three_letters_or_more() -> None:
    lists = words()
    assert min(map(len, lists.parts)) >= 3
    assert min(map(len, lists.first)) >= 3
    assert min(map(len, lists.last)) >= 3


@given(st.text(max_size=80))
def test_any_text_is_split_or_left_alone_without_harm(word: str) -> None:
    found = split(fold_accents(word), fold(word))
    assert len(found) != 1


@given(
    st.lists(
        st.sampled_from(["strom", "gas", "zahler", "rechnung", "vertrag", "kunden", "jahres"]), min_size=2, max_size=5
    )
)
def test_what_is_put_together_from_parts_is_taken_apart(some: list[str]) -> None:
    word = "".join([*some, "nummer"])
    assert split(word, word)[-1] == "nummer"
    assert len(split(word, word)) == len(some) + 1


def test_a_hostile_word_costs_no_time() -> None:
    word = "gasgasgasgasgasgasgasgasgasgasgasgasgasgasgasgasgasgasgasgasx"
    assert split(word, word) == ()


def test_an_unfinished_compound_tells_how_its_terms_begin() -> None:
    assert "abschlagz" in beginnings("abschlagsz")
    assert "abschlag" in beginnings("abschlags")
    assert "jahrrech" in beginnings("jahresrech")
    assert "mull" not in beginnings("muller")


@needs.public(MAILS)
def test_a_quarter_of_the_long_words_in_real_mails_are_compounds_of_the_list() -> None:
    with MAILS.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 1500)]
    long_words = {word.lower() for text in texts for word in re.findall(r"[^\W\d_]{12,}", text)}
    share = sum(bool(parts(word)) for word in long_words) / len(long_words)
    assert 0.2 < share < 0.4
