"""What an answer to another customer becomes, before it is wording for this one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.assist.hiding import Known
from anliegen.flow.assist.offering.blanked import blanked, general
from anliegen.flow.assist.offering.told import tells
from anliegen.flow.assist.summary.facts import facts

TODAY = date(2026, 11, 28)


def wording(text: str, language: str = "de") -> str:
    return blanked(general(text), Known(), today=TODAY, language=language)


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Zustimmung von Mira ist eben angekommen.",
        "Wir haben heute den Zähler getauscht.",
        "Am 3. Mai kommt unser Techniker.",
        "Am Dienstag, 3. Mai, kommt unser Techniker.",
        "Ihre Zahlung ist eingegangen.",
        "Ich habe die Rechnung korrigiert.",
        "Seit gestern läuft die Anlage wieder.",
        "Der Zähler war defekt.",
        "Die Rechnung wurde storniert.",
        "Your payment has arrived, and we have closed the case.",
        "Our engineer came yesterday.",
        "We sent the form on 3 May 2026.",
    ],
)
def test_a_sentence_that_reports_what_happened_there_is_left_out(sentence: str) -> None:
    assert tells(sentence)
    assert general(f"Guten Tag,\n\n{sentence} Bitte schicken Sie uns ein Foto.") == "Bitte schicken Sie uns ein Foto."
    assert general(f"Guten Tag,\n\n{sentence}\n\nMit freundlichen Grüßen\nTom") == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Den Abschlag senken wir auf 64,00 Euro ab dem 1. Dezember.",
        "Haben Sie den Zähler abgelesen?",
        "Wenn Ihre Zahlung eingegangen ist, schalten wir den Anschluss frei.",
        "Ihren Abschlag ändern Sie im Portal unter Verträge.",
        "Wir sind bereit, Ihnen Raten anzubieten.",
        "Dazu sind wir verpflichtet.",
        "Please send us a photo of the meter.",
        "Once we have received it, the contract begins.",
    ],
)
def test_what_is_true_for_anybody_stays(sentence: str) -> None:
    assert general(sentence) == sentence


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Bitte legen Sie die Vollmacht von Mira bei.", "Bitte legen Sie die Vollmacht von {{?Name}} bei."),
        ("Sprechen Sie mit Frau Wolf.", "Sprechen Sie mit Frau {{?Name}}."),
        ("Das gilt für Anna Schmidt und Paul.", "Das gilt für {{?Name}} und {{?Name}}."),
        ("Dann schaut Luca Moretti nach.", "Dann schaut {{?Name}} nach."),
        ("Wenden Sie sich an Yıldız-Krämer.", "Wenden Sie sich an {{?Name}}."),
        ("Mein Kollege Tom hilft.", "Mein Kollege {{?Name}} hilft."),
    ],
)
def test_names_that_only_their_place_gives_away_are_open_places(text: str, becomes: str) -> None:
    assert wording(text) == becomes


@pytest.mark.parametrize(
    "text",
    [
        "Für Rückfragen sind wir für Sie da, mit Foto geht es schneller.",
        "Von Montag bis Freitag an Werktagen, mit SEPA oder bei Vertragsende.",
        "Wir melden uns mit Ihnen zu Ihrer Abrechnung für Strom und Gas.",
    ],
)
def test_nouns_are_no_names(text: str) -> None:
    assert wording(text) == text


@pytest.mark.parametrize("address", ["Lindenstraße 12", "Lindenstraße 12 b", "Am Markt 3, 12345 Musterstadt"])
def test_a_place_does_not_swallow_the_space_behind_it(address: str) -> None:
    assert wording(f"Gemeint ist {address} und nichts sonst.") == "Gemeint ist {{?Adresse}} und nichts sonst."


@given(st.text("abcz 0123456789.,€AZÄ:-Uhrstraße", max_size=60), st.sampled_from(["Hofweg 7 {}", "{} Hofstr. 1", "{}"]))
def test_no_fact_begins_or_ends_with_white_space(text: str, around: str) -> None:
    whole = around.format(text)
    for fact in facts(whole, 0, len(whole)):
        named = whole[fact.start : fact.end]
        assert named == named.strip()
