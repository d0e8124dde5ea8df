import time

from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.search import passage

MAIL = """Guten Tag,

ich habe am 12.05.2026 meinen Abschlag überwiesen. Leider wurde er noch nicht verbucht. Meine Kundennummer ist
KD-2024-00123.

Die Zählerstände habe ich bereits am Montag gemeldet, der Zähler steht bei 12345. Die Abschlagszahlung für den Juni ist
auch schon raus. Bitte prüfen Sie das und rufen Sie mich unter 0341 / 123 456 zurück.

Mit freundlichen Grüßen
Max Mueller"""


def shown(query: str, length: int = 120, text: str = MAIL) -> str:
    return "".join(f"[{piece}]" if is_match else piece for piece, is_match in passage(text, query, length))


def test_the_passage_shows_the_match_between_whole_words() -> None:
    assert (
        shown("Abschlagszahlung", 80) == "…bei 12345. Die [Abschlagszahlung] für den Juni ist auch schon raus. Bitte…"
    )


def test_the_passage_with_most_of_the_words_is_taken() -> None:
    assert shown("juni zähler", 140).count("[") == 3
    assert "[Zähler] steht bei 12345. Die Abschlagszahlung für den [Juni]" in shown("juni zähler", 140)


def test_a_name_is_found_in_another_spelling() -> None:
    assert shown("Müller").endswith("Max [Mueller]")


def test_a_number_is_found_in_another_grouping() -> None:
    assert "[0341 / 123 456]" in shown("0341123456")
    assert "[KD-2024-00123]" in shown("KD202400123")


def test_an_unfinished_word_is_marked_while_typing() -> None:
    assert "[Kundennummer]" in shown("kundennu")


def test_a_compound_that_is_written_apart_is_marked_by_its_parts() -> None:
    assert shown("Zählerstand", text="Der Stand des Zählers ist neu.") == "Der [Stand] des [Zählers] ist neu."


def test_where_the_compound_itself_stands_its_parts_are_not_marked() -> None:
    assert shown("Zählerstand", text="Zähler: Zählerstand") == "Zähler: [Zählerstand]"


def test_without_a_match_the_passage_is_the_beginning() -> None:
    assert shown("Gasleck", 30) == "Guten Tag, ich habe am…"
    assert shown("", 30) == "Guten Tag, ich habe am…"


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    assert passage("Guten\n\nTag", "tag") == [("Guten ", False), ("Tag", True)]


def test_an_empty_text_has_an_empty_passage() -> None:
    assert passage("", "tag") == []
    assert passage(" \n", "tag") == []


def test_markup_in_a_text_stays_text() -> None:
    assert passage("<b>Gas</b>", "gas") == [("<b>", False), ("Gas", True), ("</b>", False)]


def test_soft_hyphens_do_not_hide_a_match() -> None:
    assert passage("Zähler\u00adstand", "zählerstand") == [("Zählerstand", True)]


@given(st.text(alphabet="ab gas zähler\n.,-1", max_size=400), st.text(max_size=20), st.integers(20, 200))
def test_a_passage_is_a_stretch_of_the_text_of_about_the_length_asked_for(text: str, query: str, length: int) -> None:
    pieces = passage(text, f"gas zähler {query}", length)
    line = "".join(piece for piece, _ in pieces)
    assert all(piece for piece, _ in pieces)
    assert line.strip("…") in " ".join(text.split()) or line.strip("…").strip() in " ".join(text.split())
    longest_word = max((len(word) for word in text.split()), default=0)
    assert len(line) <= length + longest_word + 2


def test_a_huge_text_takes_no_longer_than_its_beginning() -> None:
    start = time.process_time()
    passage("Zähler und Abschlag " * 50_000, "zähler abschlag")
    assert time.process_time() - start < 3
