"""Small pure functions: numbers, sizes, initials, attributes, icons."""

import xml.etree.ElementTree as xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from anliegen.faces.ui.attributes import ForbiddenAttribute, attributes
from anliegen.faces.ui.contact import Contact
from anliegen.faces.ui.icons import FOLDER, icon, names
from anliegen.faces.ui.numbers import number, size
from anliegen.faces.ui.people import initials, tint


def test_numbers_carry_the_separators_of_the_language() -> None:
    assert number(1234567, language="de") == "1.234.567"
    assert number(1234.5, digits=1, language="de") == "1.234,5"
    assert number(1234.5, digits=1, language="en") == "1,234.5"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 Byte"), (999, "999 Byte"), (1000, "1,0 kB"), (88211, "88 kB"), (999_600, "1,0 MB"), (1234567, "1,2 MB")],
)
def test_a_size_is_said_in_two_telling_digits(count: int, text: str) -> None:
    assert size(count, language="de").replace("\u202f", " ") == text


def test_bytes_are_counted_in_the_words_of_the_language() -> None:
    assert [size(count, language="en").replace("\u202f", " ") for count in (0, 1, 669)] == [
        "0 bytes",
        "1 byte",
        "669 bytes",
    ]


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("Jana Köhler", "JK"),
        ("Dr. Änne von Lindner", "ÄL"),
        ("Hans-Peter Müller-Lüdenscheidt", "HL"),
        ("Mira", "M"),
        ("noreply", "N"),
        ("service@lindenau.example", "S"),
        ("(Netz) 24", "N"),
        ("", "?"),
        ("???", "?"),
    ],
)
def test_initials_pass_over_titles_and_particles(name: str, sign: str) -> None:
    assert initials(name) == sign


@given(st.text())
def test_every_name_has_initials_and_a_tint(name: str) -> None:
    assert 1 <= len(initials(name)) <= 6
    assert 1 <= tint(name) <= 6
    assert tint(name) == tint(name)


def test_a_callback_is_a_mail_or_a_page() -> None:
    assert Contact(name="", phone="", callback="rueckruf@x.example").callback_link == "mailto:rueckruf@x.example"
    assert Contact(name="", phone="", callback="https://x.example/r").callback_link == "https://x.example/r"


def test_attributes_are_escaped_and_absent_ones_left_out() -> None:
    made = attributes(
        {"hx_post": "/a?b=1&c", "disabled": True, "title": '"x"', "rel": None, "open": False, "for_": "i"}
    )
    assert made == ' hx-post="/a?b=1&amp;c" disabled title="&#34;x&#34;" for="i"'


@pytest.mark.parametrize("name", ["style", "onclick", "on_click", "hx_on__click"])
def test_inline_styles_and_scripts_are_refused(name: str) -> None:
    with pytest.raises(ForbiddenAttribute):
        attributes({name: "x"})


def test_an_icon_beside_a_word_is_hidden_and_one_alone_has_a_name() -> None:
    assert 'aria-hidden="true"' in icon("inbox")
    assert 'role="img" aria-label="Eingang &amp; mehr"' in icon("inbox", "Eingang & mehr")
    assert isinstance(icon("inbox"), Markup)


def test_a_missing_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon("unicorn")


@pytest.mark.parametrize("name", names())
def test_every_icon_is_a_small_drawing_in_the_colour_of_the_text(name: str) -> None:
    root = xml.parse(FOLDER / f"{name}.svg").getroot()
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert root.attrib["stroke"] == "currentColor"
    assert {child.tag.rsplit("}")[-1] for child in root} <= {"path", "circle", "rect"}
    assert {child.attrib.get("fill", "currentColor") for child in root} == {"currentColor"}
    assert len(icon(name)) < 520
