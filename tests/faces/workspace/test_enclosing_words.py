"""Whether somebody writes of an attachment: what says so, what only sounds like it, and what was quoted."""

import time

import pytest

from anliegen.faces.workspace.tickets.enclosing_words import speaks_of_attachment

SAY_SO = [
    "Anbei die Rechnung.",
    "Im Anhang finden Sie den Vertrag.",
    "Sie finden die Berechnung im beigefügten Dokument.",
    "Ich füge Ihnen die Bestätigung bei.",
    "Ich hänge das Formular an.",
    "Die Aufstellung habe ich angehängt.",
    "Siehe Anlage.",
    "In der Anlage erhalten Sie das Formular.",
    "Anlagen: Vertrag, Rechnung",
    "Beiliegend der Bescheid.",
    "Please find the contract attached.",
    "I have attached the invoice.",
    "I've attached a copy.",
    "See the attachment for details.",
    "The form is enclosed.",
    "Attached is the plan.",
]
SOUND_LIKE_IT = [
    "Ihre Photovoltaikanlage ist angemeldet.",
    "Die Anlage läuft seit Montag wieder.",
    "Danke für Ihren Anhang, wir haben ihn gelesen.",
    "Ihr Anhang fehlte, bitte senden Sie ihn noch einmal.",
    "Leider war kein Anhang dabei.",
    "Ihre Mail kam ohne Anhang an.",
    "Wir haben Ihre Unterlagen erhalten.",
    "Der Zähler hängt im Keller.",
    "Thank you for your attachment.",
    "There was no attachment in your mail.",
    "She is attached to her old tariff.",
    "Die Regelung steht in Anlage 3 des Vertrags.",
    "",
]


@pytest.mark.parametrize("text", SAY_SO)
def test_this_says_that_a_file_comes_along(text: str) -> None:
    assert speaks_of_attachment(f"Guten Tag,\n\n{text}\n\nFreundliche Grüße")


@pytest.mark.parametrize("text", SOUND_LIKE_IT)
def test_this_only_sounds_like_it(text: str) -> None:
    assert not speaks_of_attachment(f"Guten Tag,\n\n{text}\n\nFreundliche Grüße")


@pytest.mark.parametrize("text", SAY_SO)
def test_what_is_quoted_or_stands_in_a_signature_does_not_count(text: str) -> None:
    assert not speaks_of_attachment(f"Danke!\n\n> {text}\n>> {text}\n\n-- \n{text}")


@pytest.mark.parametrize("hostile", ["\n", "ihr", "kein ", "ihr\n", "> ", "anlage "])
def test_however_long_it_costs_no_more_than_its_length(hostile: str) -> None:
    text = hostile * (200_000 // len(hostile))
    started = time.thread_time()
    speaks_of_attachment(text)
    assert time.thread_time() - started < 1
