import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.text import fold, safe_filename, shorten, sort_key


@pytest.mark.parametrize("spelling", ["Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller", "müller"])
def test_every_spelling_of_a_name_folds_to_one(spelling: str) -> None:
    assert fold(spelling) == "muller"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Groẞ", "gross"),
        ("Goethe", "gothe"),
        ("Göthe", "gothe"),
        ("Baeuerle", "bauerle"),
        ("Bäuerle", "bauerle"),
        ("Steuer", "steuer"),
        ("neue Quelle", "neue quelle"),
        ("Dauer", "dauer"),
        ("See", "see"),
        ("Kaffee", "kaffee"),
        ("Łukasz Şahin Çelik", "lukasz sahin celik"),
        ("Yıldız İnce", "yildiz ince"),
        ("Søren Ærø", "soren aro"),
        ("Zähler 4711", "zahler 4711"),
        ("", ""),
    ],
)
def test_folding_follows_its_documented_rule(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_does_not_see_upper_and_lower_case(text: str) -> None:
    assert fold(text.lower()) == fold(text)


def test_people_sort_as_in_a_phone_list() -> None:
    people = ["Zander", "Ärmel", "Müller", "Mueller", "Mutz", "Armin", "Mull", "Özdemir", "Otto", "Muller"]
    assert sorted(people, key=sort_key) == [
        "Ärmel", "Armin", "Mull", "Mueller", "Muller", "Müller", "Mutz", "Otto", "Özdemir", "Zander",
    ]  # fmt: skip


def test_numbers_sort_by_their_value() -> None:
    assert sorted(["Team 10", "Team 9", "team 1"], key=sort_key) == ["team 1", "Team 9", "Team 10"]


def test_a_text_is_shortened_between_words() -> None:
    assert shorten("Mein Zähler steht seit gestern still", 20) == "Mein Zähler steht…"


def test_a_text_that_fits_stays_as_it_is_on_one_line() -> None:
    assert shorten("  Guten\n\tTag ", 9) == "Guten Tag"


def test_a_word_that_is_too_long_is_cut_inside() -> None:
    assert shorten("Donaudampfschifffahrt", 6) == "Donau…"


def test_nothing_is_shortened_to_nothing() -> None:
    with pytest.raises(ValueError, match="less than one"):
        shorten("abc", 0)


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_a_shortened_text_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Rechnung 2026.pdf", "Rechnung 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\Zähler.jpg", "Zähler.jpg"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("Konto.pdf", "Konto.pdf"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ('was "ist" das?.doc', "was ist das.doc"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_strangers_file_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


@given(st.text())
def test_a_safe_file_name_is_one_plain_name(name: str) -> None:
    safe = safe_filename(name)
    assert safe
    assert len(safe) <= 151
    assert not set(safe) & set('/\\:*?"<>|\x00\n')
    assert not safe.startswith(".")
    assert safe.encode()
