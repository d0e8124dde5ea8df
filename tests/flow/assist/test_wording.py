"""Thirty sentences as they stand in letters, and what the help with wording makes of them; and what it leaves alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.assist.wording import Remark, review
from anliegen.flow.assist.wording.phrases import phrases

GERMAN = [
    # Negations
    ("Leider können wir Ihnen vor Montag nicht antworten.", "Wir können Ihnen ab Montag antworten."),
    (
        "Ohne Ihre Kundennummer können wir Ihre Anfrage nicht bearbeiten.",
        "Sobald wir Ihre Kundennummer haben, können wir Ihre Anfrage bearbeiten.",
    ),
    (
        "Es ist uns nicht möglich, Ihr Anliegen vor Freitag zu bearbeiten.",
        "Wir können Ihr Anliegen ab Freitag bearbeiten.",
    ),
    (
        "Der Vertrag kann nicht verlängert werden, solange die Unterschrift nicht vorliegt.",
        "Der Vertrag wird verlängert, sobald die Unterschrift vorliegt.",
    ),
    (
        "Vergessen Sie nicht, die Kündigung zu unterschreiben.",
        "Bitte denken Sie daran, die Kündigung zu unterschreiben.",
    ),
    ("Das Gerät ist derzeit nicht lieferbar.", "Das Gerät ist ab … wieder lieferbar."),
    ("Das weiß ich leider nicht.", "Das kläre ich für Sie und melde mich bis …"),
    ("Ihnen entstehen keine Kosten.", "Das ist für Sie kostenlos."),
    ("Eine Ratenzahlung ist leider nicht möglich.", "Möglich ist stattdessen: … Der Grund: …"),
    ("Sie können Ihren Vertrag erst zum 31.12. kündigen.", "Sie können Ihren Vertrag zum 31.12. kündigen."),
    # Who acts
    ("Ihr Antrag wird von uns geprüft.", "Wir prüfen Ihren Antrag."),
    ("Der Betrag wird Ihrem Konto gutgeschrieben.", "Wir schreiben den Betrag Ihrem Konto gut."),
    ("Die Rechnung wurde Ihnen am Dienstag zugeschickt.", "Wir haben Ihnen die Rechnung am Dienstag zugeschickt."),
    ("Ihre Beschwerde wird zeitnah bearbeitet.", "Wir bearbeiten Ihre Beschwerde bis …"),
    ("Es werden noch folgende Unterlagen benötigt.", "Wir brauchen noch folgende Unterlagen."),
    # Orders
    ("Sie müssen das Formular ausfüllen.", "Bitte füllen Sie das Formular aus."),
    (
        "Der Zählerstand ist bis zum 15.12. abzulesen.",
        "Bitte lesen Sie den Zählerstand bis zum 15.12. ab.",
    ),
    # Officialese
    ("Hinsichtlich der Rechnung gilt das auch.", "Zu der Rechnung gilt das auch."),
    ("Das ist seitens des Netzbetreibers so geregelt.", "Das ist von dem Netzbetreiber so geregelt."),
    (
        "Aufgrund der Tatsache, dass der Zähler steht, schätzen wir.",
        "Weil der Zähler steht, schätzen wir.",
    ),
    ("Sie können das Angebot in Anspruch nehmen.", "Sie können das Angebot nutzen."),
    ("Anbei übersenden wir Ihnen die Rechnung.", "Mit dieser Nachricht erhalten Sie die Rechnung."),
    # Blame
    (
        "Sie haben vergessen, den Zählerstand anzugeben.",
        "Uns fehlt noch der Zählerstand. Bitte schicken Sie uns das bis …",
    ),
    (
        "Sie haben die Rechnung nicht rechtzeitig bezahlt.",
        "Uns fehlt noch die Rechnung. Bitte schicken Sie uns das bis …",
    ),
    (
        "Wie wir Ihnen bereits mehrfach mitgeteilt haben, ist die Rechnung fällig.",
        "Die Rechnung ist fällig.",
    ),
    ("Sie behaupten, der Zähler steht.", "Sie schreiben, der Zähler steht."),
    # Doubled
    ("Bitte teilen Sie uns Ihre IBAN-Nummer mit.", "Bitte teilen Sie uns Ihre IBAN mit."),
    ("Der Zähler ist bereits schon getauscht.", "Der Zähler ist bereits getauscht."),
    # Rehearsed
    ("Wir entschuldigen uns für die entstandenen Unannehmlichkeiten.", "Es tut uns leid, dass …"),
    (
        "Für Rückfragen stehen wir Ihnen jederzeit gerne zur Verfügung.",
        "Ist noch etwas offen? Antworten Sie einfach auf diese Nachricht oder rufen Sie mich an: …",
    ),
]
ENGLISH = [
    (
        "Unfortunately, we cannot process your request without your customer number.",
        "As soon as we have your customer number, we can process your request.",
    ),
    ("You failed to send us the signed form.", "We still need the signed form. Please send it by …"),
    ("You must fill in the form.", "Please fill in the form."),
    ("We apologise for any inconvenience caused.", "We are sorry that …"),
    ("In the event that it rains, we come later.", "If it rains, we come later."),
    ("We are unable to deliver before Monday.", "We can deliver from Monday."),
]
FINE = [
    "Gern schicken wir Ihnen die Rechnung noch einmal zu.",
    "Wir haben den Zähler am Dienstag getauscht; die Rechnung bekommen Sie am 3. Dezember.",
    "Sehr geehrte Frau Berger,",
    "Rufen Sie mich an: 0221 1234-5, von 8 bis 16 Uhr.",
    "Die neue Karte liegt ab Montag am Schalter für Sie bereit.",
    "Bitte schicken Sie uns ein Foto des Zählers.",
]


def taken_up(text: str, language: str) -> str:
    """The text with the first proposal of each remark."""
    for one in reversed(review(text, language=language)):
        text = text[: one.start] + one.proposals[0] + text[one.end :]
    return text


@pytest.mark.parametrize(("sentence", "better"), GERMAN)
def test_a_german_sentence_becomes_a_better_one(sentence: str, better: str) -> None:
    assert taken_up(sentence, "de") == better


def test_these_are_thirty() -> None:
    assert len(GERMAN) == 30


@pytest.mark.parametrize(("sentence", "better"), ENGLISH)
def test_an_english_sentence_becomes_a_better_one(sentence: str, better: str) -> None:
    assert taken_up(sentence, "en") == better


@pytest.mark.parametrize("sentence", FINE)
def test_what_is_well_said_is_left_alone(sentence: str) -> None:
    assert review(sentence, language="de") == []


def test_a_phrase_that_says_nothing_may_go_with_the_blank_after_it() -> None:
    [remark] = review("Wir prüfen das hiermit gern.", language="de")
    assert remark == Remark(15, 23, "officialese", "hiermit ", ("",))


def test_what_the_customer_wrote_is_not_looked_at() -> None:
    assert review("Danke!\n\n> Sie müssen das ausfüllen.\n> Das ist unmöglich.", language="de") == []


def test_a_word_written_twice_is_seen_and_the_rightly_doubled_is_not() -> None:
    [remark] = review("Wir schicken schicken Ihnen die Karte, die die Bank wollte.", language="de")
    assert (remark.passage, remark.proposals) == ("schicken schicken", ("schicken",))


def test_abbreviations_and_dates_end_no_sentence() -> None:
    [remark] = review("Bitte lesen Sie z. B. am 3. Dezember ab, hinsichtlich der Rechnung.", language="de")
    assert remark.passage == "hinsichtlich der"


def test_in_another_language_it_says_nothing() -> None:
    assert review("Nous ne pouvons pas répondre.", language="fr") == []


def test_every_rule_finds_what_it_is_written_for_only_between_words() -> None:
    assert [one.passage for one in review("Die Somitlösung ist da.", language="de")] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_rule_proposes_what_stands_there_already(language: str) -> None:
    for phrase in phrases(language):
        assert phrase.say, phrase
        assert len(set(phrase.say)) == len(phrase.say)


words = st.sampled_from([word for sentence, _better in GERMAN for word in sentence.split()])
texts = st.one_of(st.text(max_size=400), st.lists(words, max_size=60).map(" ".join))


@given(texts, st.sampled_from(["de", "en"]))
def test_a_remark_is_of_the_text_as_it_stands_and_no_two_overlap(text: str, language: str) -> None:
    before = 0
    for one in review(text, language=language):
        assert one.start >= before
        assert text[one.start : one.end] == one.passage
        assert one.proposals
        assert one.passage not in one.proposals
        before = one.end


@pytest.mark.parametrize("hostile", ["!", ".", "?!", "\u2026"])
def test_a_run_of_marks_that_ends_nothing_costs_no_time(hostile: str) -> None:
    text = hostile * (50_000 // len(hostile)) + "x"
    started = time.thread_time()
    review(text, language="de")
    assert time.thread_time() - started < 1
