"""Nothing personal leaves, and all of it comes back in its place."""

import json
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.assist.hiding import Hider, Known
from anliegen.flow.assist.hiding.hidden import seen
from anliegen.flow.assist.hiding.patterns import SHAPE
from anliegen.flow.assist.prompts import Material, Said, messages

TODAY = date(2026, 11, 16)
NAMES = (
    "Margarete Öztürk",
    "Jürgen Groß",
    "Ayşe Yılmaz",
    "Hausverwaltung Krause GmbH",
    "Wu Li",
    "Anna-Lena von der Heide",
)
VALUES = ("m.oeztuerk@example.org", "+49 341 998877", "KD-47", "Lindenstraße 5a", "04109 Leipzig")
KNOWN = Known(NAMES, VALUES)
# What nobody told us of, and is recognised by its look.
STRANGE = st.one_of(
    st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}@[a-z]{2,8}\.(de|org|com)", fullmatch=True),
    st.from_regex(r"0[1-9][0-9]{2,3}[ /-][0-9]{5,8}", fullmatch=True),
    st.from_regex(r"\+49 ?[1-9][0-9]{2} ?[0-9]{6,8}", fullmatch=True),
    st.from_regex(r"DE[0-9]{2}( [0-9]{4}){4} [0-9]{2}", fullmatch=True),
    st.from_regex(r"(KD|VT|RE)-?[0-9]{5,9}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{3,9}(straße|weg|gasse|allee) [1-9][0-9]?[a-c]?", fullmatch=True),
    st.from_regex(r"(0[1-9]|[12][0-9])\.(0[1-9]|1[0-2])\.19[2-9][0-9]", fullmatch=True),
    st.from_regex(r"https://[a-z]{3,9}\.(de|com)/[a-z0-9]{1,12}", fullmatch=True),
)
PERSONAL = st.one_of(st.sampled_from([*NAMES, *VALUES, "Öztürk", "Yılmaz", "Groß", "Krause"]), STRANGE)
PLAIN = st.one_of(
    st.sampled_from(
        ["Guten Tag", "mein Abschlag ist zu hoch:", "98,50 Euro", "bitte bis 12.12.2026", "[NAME_1]", "[MAIL_", "]"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12),
)


def hider() -> Hider:
    return Hider(KNOWN, TODAY)


@given(st.lists(st.one_of(PLAIN, PERSONAL), max_size=12), st.sampled_from([" ", "\n", ", ", ""]))
def test_what_was_hidden_is_back_exactly_whatever_the_text_is(pieces: list[str], between: str) -> None:
    text, one = between.join(pieces), hider()
    assert one.restore(one.hide(text)) == text


@given(st.text())
def test_any_text_at_all_comes_back_exactly(text: str) -> None:
    one = hider()
    assert one.restore(one.hide(text)) == text


@given(
    st.lists(
        st.tuples(st.sampled_from(["Guten Tag,", "bitte", "und 98,50 Euro", "der Zähler steht;"]), PERSONAL),
        min_size=1,
        max_size=8,
    )
)
def test_no_personal_value_is_in_what_leaves(pieces: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{plain} {personal} ." for plain, personal in pieces)
    left = hider().hide(text)
    for _plain, personal in pieces:
        assert personal.casefold() not in left.casefold()


@given(st.lists(PERSONAL, min_size=1, max_size=5))
def test_several_texts_of_one_call_share_a_table(personal: list[str]) -> None:
    one = hider()
    texts = [f"Es schreibt {value} ." for value in personal]
    hidden = [one.hide(text) for text in texts]
    assert [one.restore(text) for text in hidden] == texts
    assert len({found for text in hidden for found in SHAPE.findall(text)}) <= len(set(" ".join(texts)))


@pytest.mark.parametrize(
    "spelt",
    [
        *("Öztürk", "ÖZTÜRK", "öztürk", "Oeztuerk", "Ozturk", "Öztürks", "Öztürk's", "Frau Öztürk,", "Öz\u200btürk"),
        unicodedata.normalize("NFD", "Öztürk"),
        "Margarete\u00a0Öztürk",
        "margarete   öztürk",
    ],
)
def test_a_known_name_is_found_however_it_is_spelt(spelt: str) -> None:
    left = hider().hide(f"Hier schreibt {spelt} wieder.")
    folded = "".join(one for one in unicodedata.normalize("NFD", seen(left)) if not unicodedata.combining(one)).lower()
    assert not re.search("o(e)?zt", folded)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "Mein Name ist Paul Brandt.",
            "ich heiße Paul Brandt",
            "Frau Dr. Brandt sagte",
            "Herrn Brandt",
            "My name is Paul Brandt",
        ),
        *(
            "Mit freundlichen Grüßen\nPaul Brandt",
            "Viele Grüße,\n\nP. Brandt\n",
            "Kind regards\nPaul Brandt",
            "Benim adım Paul Brandt",
        ),
        "Saygılarımla\nPaul Brandt",
    ],
)
def test_a_name_that_nobody_knows_is_found_where_somebody_gives_it(said: str) -> None:
    assert "Brandt" not in hider().hide(said)


@pytest.mark.parametrize(
    "said",
    [
        *("geboren am 3.4.85", "geb. 03.04.1985", "Geburtsdatum: 1985-04-03", "born 3 April 1985", "am 3. April 1985"),
        *("Kundennummer: 4711", "Kunden-Nr. 4711", "meine Vertragsnummer lautet 4711", "customer number 4711"),
        "müşteri numarası 4711",
    ],
)
def test_dates_of_birth_and_numbers_with_a_name_are_found(said: str) -> None:
    left = hider().hide(said)
    assert not re.search(r"4711|85\b|1985", SHAPE.sub("", left))


@pytest.mark.parametrize(
    "said",
    ["bis zum 12.12.2026", "98,50 Euro", "Stand 42.100 kWh", "in 14 Tagen", "um 14:30 Uhr", "Ein Licht, an der Tür"],
)
def test_what_is_not_personal_stays_to_be_understood(said: str) -> None:
    assert hider().hide(said) == said


def test_a_short_name_hides_no_words() -> None:
    assert hider().hide("Ist das lieb? Wu Li wohnt hier.") == "Ist das lieb? [NAME_1] wohnt hier."


def test_what_looks_like_a_placeholder_is_one_of_ours_only() -> None:
    one = hider()
    left = one.hide("Schreiben Sie [NAME_1] an Öztürk")
    assert left == "Schreiben Sie [TEXT_1] an [NAME_2]"
    assert one.restore("[NAME_9] [NAME_2] [TEXT_1]") == "[NAME_9] Öztürk [NAME_1]"


@pytest.mark.parametrize(
    "bad", ["a", "1 ", "A b ", "@", "[NAME_", "Am ", "a-", "www.", "DE12", "x.@", "MfG\n", "A1", "Herr Aa "]
)
def test_long_texts_of_what_patterns_like_least_come_back_exactly(bad: str) -> None:
    one = hider()
    text = bad * (20_000 // len(bad))
    assert one.restore(one.hide(text)) == text


GERMAN = Known(("Jürgen Müller", "Jonas Weiß"), ("Lindenstraße 5", "04109 Leipzig", "KD-47"))
# As people write them: what is to be hidden, in a form in which it stands.
FORMS = [
    *("Müllers", "Muellers", "MÜLLER", "Müllersche", "Jonas'", "Weiss", "Weißens", "Jürgen  Müller", "Mu\u0308ller"),
    *("Lindenstr. 7", "Lindenstr 7", "Lindenstr.7a", "Linden-Straße 12", "Unter den Linden 77", "Am Alten Markt 3"),
    *("Straße des 17. Juni 135", "An der Alten Ziegelei 12b", "04109 Leipzig", "Hauptstraße 1 - 3"),
    *("DE89 3704 0044 0532 0130 00", "de89370400440532013000", "DE89-3704-0044-0532-0130-00"),
    *("0341 / 99 88 77", "+49 (341) 998877", "0171-1234567", "tel:+49341998877"),
    *("kim.berger@example.org", "kim (at) example (punkt) org", "kim[at]example.de", "kim @ example.org"),
    *("Kundennummer 4711", "Kd.-Nr. 4711", "KdNr: 4711", "Zählernr. 1ESY1160012345", "Zähler-Nr. 88221"),
    *("Vertragskonto 5512", "Aktenzeichen 4711/26", "MaLo-ID 50123456789"),
    *("geb. 3.4.85", "*3.4.85", "geboren am 03.04.1985", "3. Apr. 1985", "geb. am 3. April 85", "1985-04-03"),
    *("stadtwerke-login.de", "www.example.org/kim", "example.org/kim?id=4711"),
]
# What of them says who or what it is.
TELLING = re.compile(
    r"m(?:ü|ue|u\u0308)ller|jonas|wei(?:ss|ß)|linden|markt|ziegelei|17\. juni|leipzig|hauptstra|3704|9988|99 88|1234567"
    r"|berger|kim|4711|1160012345|88221|5512|50123456789|3\.4|03\.04|apr|1985|login",
    re.I,
)
FRAMES = st.sampled_from(
    ["Guten Tag, {} ,\nbitte.", "Betreff: {} , Rückfrage", "> Am 12.12.2026 schrieb jemand: {} ;", "({}), {}.", "{}"]
)


@given(st.lists(st.tuples(FRAMES, st.sampled_from(FORMS)), min_size=1, max_size=6))
def test_nothing_of_a_german_text_is_in_the_request_and_all_of_it_is_back(pieces: list[tuple[str, str]]) -> None:
    text = "\n".join(frame.replace("{}", form) for frame, form in pieces)
    one = Hider(GERMAN, TODAY)
    hidden = one.hide(text)
    asked = json.dumps(messages("summary", Material((Said("customer", hidden),)), fence="f"), ensure_ascii=False)
    left = SHAPE.sub("", asked.partition("BEGIN f")[2])
    assert not TELLING.search(unicodedata.normalize("NFC", left).replace("ü", "ü"))
    assert one.restore(hidden) == text


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("meine Tochter Anna Schmidt", "meine Tochter [NAME_1]"),
        ("Hallo Peter,", "Hallo [NAME_1],"),
        ("Guten Tag Frau Meier,", "Guten Tag Frau [NAME_1],"),
        ("Eheleute Krause", "Eheleute [NAME_1]"),
        ("Müllers Rechnung", "[NAME_1]s Rechnung"),
        ("Müllersche Wohnung", "[NAME_1]sche Wohnung"),
        ("Liebe Grüße", "Liebe Grüße"),
        ("Im Anhang 2 Bilder, am Montag 12 Uhr", "Im Anhang 2 Bilder, am Montag 12 Uhr"),
        ("rechnung.pdf, z.B. morgen. Danke.Wir kommen", "rechnung.pdf, z.B. morgen. Danke.Wir kommen"),
        ("Der Zähler 1 läuft", "Der Zähler 1 läuft"),
        ("In der Hauptstraße 5 brennt kein Licht.", "In der [ADDRESS_1] brennt kein Licht."),
        ("Ich wohne in der Hauptstraße 5 in Köln", "Ich wohne in der [ADDRESS_1] in Köln"),
        ("Die Alte Hauptstraße 5 ist dunkel", "Die [ADDRESS_1] ist dunkel"),
        ("Unsere Lindengasse 7 b", "Unsere [ADDRESS_1]"),
        ("Auf dem Berliner Platz 4 steht", "Auf dem [ADDRESS_1] steht"),
        ("An der Alster 5, Unter den Linden 9", "[ADDRESS_1], [ADDRESS_2]"),
        ("Am Markt 3 und im Lindenweg 8", "[ADDRESS_1] und im [ADDRESS_2]"),
        ("Der Weg 5 km weit, auf dem Hof 3 Tage", "Der Weg 5 km weit, auf dem Hof 3 Tage"),
        ("Hauptstraße 5 Uhrmacher Lenz", "[ADDRESS_1] Uhrmacher Lenz"),
        ("DE89 3704 0044 0532 0130 00 und bitte bald", "[IBAN_1] und bitte bald"),
        ("IBAN:de89370400440532013000, danke", "IBAN:[IBAN_1], danke"),
        ("von nl91 abna 0417 1643 00 an mich", "von [IBAN_1] an mich"),
        ("Konto DE88 3704 0044 0532 0130 00 mit Tippfehler", "Konto [NUMBER_1] mit Tippfehler"),
        ("Konto DE88\t3704\t0044\t0532\t0130\t00 mit Tippfehler", "Konto [NUMBER_1] mit Tippfehler"),
    ],
)
def test_what_is_hidden_of_a_german_sentence(said: str, left: str) -> None:
    assert Hider(GERMAN, TODAY).hide(said) == left


@pytest.mark.parametrize(
    "said",
    [
        *(
            "Ich bin um 18 Uhr immer zu Hause.",
            "es 18 Uhr immer war und auch bleiben wird",
            "Seit 18 Uhr immer noch dunkel",
        ),
        *("so 12 Stunden lang", "Do 12 bis 14 Uhr geht es", "is 24 Jahre alt und wohnt noch immer bei den Eltern"),
        "an 20 Tagen oder at 15 Orten kommt niemand vorbei und sagt etwas",
    ],
)
def test_plain_words_after_a_number_are_no_account(said: str) -> None:
    assert Hider(GERMAN, TODAY).hide(said) == said


WORDS = [
    "um",
    "an",
    "in",
    "zu",
    "es",
    "so",
    "am",
    "im",
    "de",
    "at",
    "no",
    "is",
    "der",
    "das",
    "Uhr",
    "immer",
    "noch",
    "ab",
]


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.integers(10, 99).map(str)), max_size=14))
def test_no_row_of_words_and_numbers_of_two_digits_is_an_account(words: list[str]) -> None:
    # A row of such numbers alone may be a telephone; an account needs more digits than that has.
    assert "[IBAN_" not in Hider(GERMAN, TODAY).hide(" Uhr ".join(words))


def iban(country: str, rest: str) -> str:
    """With its check digits, as ISO 7064 has it."""
    number = int("".join(str(int(one, 36)) for one in rest + country + "00"))
    return f"{country}{98 - number % 97:02d}{rest}"


IBANS = st.one_of(
    st.from_regex(r"[0-9]{18}", fullmatch=True).map(lambda rest: iban("DE", rest)),
    st.from_regex(r"[0-9]{16}", fullmatch=True).map(lambda rest: iban("AT", rest)),
    st.from_regex(r"[0-9]{5}[A-Z0-9]{2}[0-9]{10}", fullmatch=True).map(lambda rest: iban("CH", rest)),
    st.from_regex(r"[A-Z]{4}[0-9]{14}", fullmatch=True).map(lambda rest: iban("GB", rest)),
    st.from_regex(r"[0-9]{11}", fullmatch=True).map(lambda rest: iban("NO", rest)),
)


@given(
    IBANS,
    st.sampled_from([2, 3, 4, 5, 40]),
    st.sampled_from([" ", "\u00a0", "-", ".", "\t", "\n", "\u2009"]),
    st.booleans(),
)
def test_an_account_is_found_however_it_is_written_and_nothing_of_its_sentence(
    number: str, together: int, between: str, is_small: bool
) -> None:
    written = between.join(number[at : at + together] for at in range(0, len(number), together))
    written = written.lower() if is_small else written
    one = Hider(GERMAN, TODAY)
    hidden = one.hide(f"Buchen Sie bitte von {written} immer ab")
    assert re.fullmatch(r"Buchen Sie bitte von \[IBAN_1\] immer ab", hidden)
    assert one.restore(hidden) == f"Buchen Sie bitte von {written} immer ab"
