"""Paragraphs of an original and of its translation stand side by side, and nothing of either is ever left out."""

from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.tickets.paragraphs import JOINT, Pair, joined, paired, paragraphs, parts

PIECES = st.sampled_from(["Merhaba", "a b", "\n", "\n\n", " \n \n", "\r\n", "\t", "ü.", "\n\n\n\n", "\u2028", "\u00a0"])
TEXTS = st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text(max_size=120))


def solid(*texts: str | None) -> str:
    return "".join("".join(text.split()) for text in texts if text)


@given(TEXTS)
def test_the_paragraphs_hold_every_sign_of_the_text_in_its_order(text: str) -> None:
    assert solid(*paragraphs(text)) == solid(text)
    assert all(part.strip() for part in paragraphs(text))


@given(st.lists(TEXTS, max_size=6))
def test_what_was_written_beside_each_paragraph_comes_back_in_its_place(written: list[str]) -> None:
    back = parts(joined(written))
    assert [solid(part) for part in back] == [solid(part) for part in written][: len(back)]
    assert solid(*written[len(back) :]) == ""
    assert parts(joined(back)) == back


@given(TEXTS, st.lists(TEXTS, max_size=6))
def test_what_has_no_partner_stands_alone_and_is_never_dropped(text: str, written: list[str]) -> None:
    pairs = paired(text, parts(joined(written)))
    assert [one.original for one in pairs if one.original is not None] == paragraphs(text)
    assert [one.translation for one in pairs if one.translation is not None] == parts(joined(written))


def test_an_empty_field_keeps_the_place_of_its_paragraph() -> None:
    kept = joined(["Guten Tag,", "", "danke!\n\nbis bald"])
    assert kept == f"Guten Tag,{JOINT}{JOINT}danke!\nbis bald"
    assert paired("Merhaba,\n\nsayaç bozuk.\n\nTeşekkürler!", parts(kept)) == [
        Pair("Merhaba,", "Guten Tag,"),
        Pair("sayaç bozuk.", ""),
        Pair("Teşekkürler!", "danke!\nbis bald"),
    ]
