"""An answer reads well as text and as HTML, names nothing outside, and an independent parser finds what we meant."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest
from lxml import html as tree

from anliegen.flow.channels.email.compose import CannotCompose, OutgoingFile, compose
from anliegen.flow.channels.email.letter import Letter, Link, Quote, as_html, as_text
from anliegen.flow.channels.email.parse import parse
from tests.flow.channels.email.test_compose import PLAIN

LETTER = Letter(
    text="Guten Tag Erika Müller,\n\nder Zählerstand ist berichtigt.\nSie bekommen < 3 Tage Zeit & Ruhe.",
    signature="Mira Yılmaz\nIhre Stadtwerke",
    quotes=(Quote("Am 16.11.2026 um 10:00 Uhr schrieb Erika Müller:", "Mein Stand\n> ist alt\n\nfalsch."),),
    remarks=("Wie es steht: https://lindenau.example/s/abc?x=1&y=2", "", "Rufen Sie an: 0341 12345-6."),
    small_print="Stadtwerke Lindenau GmbH\nHRB 4711",
    language="de",
    links={"0341 12345-6": Link("tel:+49341123456", "0341 12345-6")},
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    return message


def test_as_text_it_reads_like_a_letter() -> None:
    assert as_text(LETTER) == (
        "Guten Tag Erika Müller,\n\nder Zählerstand ist berichtigt.\nSie bekommen < 3 Tage Zeit & Ruhe.\n\n"
        "Mira Yılmaz\nIhre Stadtwerke\n\n"
        "Wie es steht: https://lindenau.example/s/abc?x=1&y=2\n\nRufen Sie an: 0341 12345-6.\n\n"
        "Am 16.11.2026 um 10:00 Uhr schrieb Erika Müller:\n> Mein Stand\n> > ist alt\n>\n> falsch.\n\n"
        "-- \nStadtwerke Lindenau GmbH\nHRB 4711"
    )
    assert as_text(Letter(text="Ja.")) == "Ja."


def test_as_html_it_says_the_same_in_tables_without_any_resource_from_outside() -> None:
    page = tree.document_fromstring(as_html(LETTER))
    words = " ".join(page.text_content().split())
    for part in (
        "Guten Tag Erika Müller,",
        "Sie bekommen < 3 Tage Zeit & Ruhe.",
        "Mira Yılmaz Ihre Stadtwerke",
        "Am 16.11.2026 um 10:00 Uhr schrieb Erika Müller:",
        "Stadtwerke Lindenau GmbH HRB 4711",
    ):
        assert part in words
    assert page.get("lang") == "de"
    # What Word in Outlook and Gmail do not understand, and what would fetch something.
    assert {element.tag for element in page.iter()} <= {
        *("html", "head", "meta", "body", "table", "tr", "td", "p", "br", "a", "blockquote"),
    }
    assert not any("url(" in element.get("style", "") for element in page.iter())
    assert [link.get("href") for link in page.iter("a")] == [
        "https://lindenau.example/s/abc?x=1&y=2", "tel:+49341123456",
    ]  # fmt: skip
    assert [quote.get("type") for quote in page.iter("blockquote")] == ["cite"]
    assert all(table.get("role") == "presentation" for table in page.iter("table"))
    assert all("margin" in paragraph.get("style", "") for paragraph in page.iter("p"))


def test_nobody_has_to_unfold_a_quote_or_look_below_the_line_to_find_what_is_asked() -> None:
    page = " ".join(tree.document_fromstring(as_html(LETTER)).text_content().split())
    for whole in (page, as_text(LETTER)):
        places = [whole.index(part) for part in ("Ihre Stadtwerke", "Wie es steht", "Rufen Sie an", "schrieb Erika")]
        assert places == sorted(places)
        assert places[-1] < whole.index("HRB 4711")


def test_a_link_has_short_words_in_html_and_its_address_in_the_text() -> None:
    page = "https://lindenau.example/anliegen/812/0123456789abcdef"
    links = {page: Link(page, "Zum Stand"), f"{page}#question": Link(f"{page}#question", "Zur <Frage>")}
    letter = Letter(f"Hier: {page}, oder {page}#question\nnicht {page}/mehr", links=links)
    shown = tree.document_fromstring(as_html(letter))
    assert [(link.get("href"), link.text) for link in shown.iter("a")] == [
        (page, "Zum Stand"),
        (f"{page}#question", "Zur <Frage>"),
        (f"{page}/mehr", f"{page}/mehr"),
    ]
    assert as_text(letter) == letter.text


def test_a_number_is_dialled_only_where_it_stands_alone() -> None:
    letter = Letter("Rufen Sie 0341 5 an, nicht 0341 55 oder 10341 5.", links={"0341 5": Link("tel:+493415", "0341 5")})
    shown = tree.document_fromstring(as_html(letter))
    assert [(link.get("href"), link.tail) for link in shown.iter("a")] == [
        ("tel:+493415", " an, nicht 0341 55 oder 10341 5."),
    ]  # fmt: skip


def test_no_text_has_a_colour_of_its_own() -> None:
    styles = [element.get("style", "") for element in tree.document_fromstring(as_html(LETTER)).iter()]
    assert [style for style in styles if "color:" in style.replace("border-color:", "")] == []


@pytest.mark.parametrize("name", ["zähler.png", 'a"b.png', "<img src=x>.png"])
def test_a_picture_stands_where_the_text_names_it(name: str) -> None:
    letter = Letter(text=f"So sieht er aus:\n\n[Bild: {name}]\n\nGruß", pictures={name: "abc@picture.anliegen"})
    pictures = list(tree.document_fromstring(as_html(letter)).iter("img"))
    assert [(one.get("src"), one.get("alt")) for one in pictures] == [("cid:abc@picture.anliegen", name)]
    assert f"[Bild: {name}]" in as_text(letter)


def test_text_html_pictures_and_files_are_nested_as_mail_programs_expect() -> None:
    files = (
        OutgoingFile("zähler.png", "image/png", PNG, "abc@picture.anliegen"),
        OutgoingFile("Rechnung.pdf", "application/pdf", b"%PDF-1.4"),
    )
    letter = replace(LETTER, text="[Bild: zähler.png]", pictures={"zähler.png": "abc@picture.anliegen"})
    raw = compose(replace(PLAIN, text=as_text(letter), html=as_html(letter), attachments=files))
    message = read(raw)
    assert [(part.get_content_type(), part.get_content_disposition()) for part in message.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("multipart/related", None),
        ("text/html", None),
        ("image/png", "inline"),
        ("application/pdf", "attachment"),
    ]
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content(), picture.get_filename()) == (
        "<abc@picture.anliegen>", PNG, "zähler.png",
    )  # fmt: skip
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == as_text(letter)  # type: ignore[union-attr]
    assert 'src="cid:abc@picture.anliegen"' in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    ours = parse(raw)
    assert [(one.filename, one.inline) for one in ours.attachments] == [("zähler.png", True), ("Rechnung.pdf", False)]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_content_id_cannot_break_a_header() -> None:
    with pytest.raises(CannotCompose):
        compose(replace(PLAIN, attachments=(OutgoingFile("x.png", "image/png", PNG, "a@b>\r\nBcc: x@y.example"),)))


def test_what_we_quote_our_own_reader_folds_away_again() -> None:
    incoming = parse(compose(replace(PLAIN, text=as_text(LETTER), html=as_html(LETTER))))
    assert incoming.reply_text.startswith("Guten Tag Erika Müller,")
    assert "Mein Stand" not in incoming.reply_text
