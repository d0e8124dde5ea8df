"""winmail.dat: what Outlook packed comes out as letter and files."""

import struct
import zlib
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.tnef import read as tnef
from anliegen.flow.channels.email.tnef import rtf

HEAD = b"From: a@example.de\r\nTo: b@example.de\r\nSubject: s\r\n"
SUBJECT, BODY, RTF, HTML, CODEPAGE = 0x0037001F, 0x1000001F, 0x10090102, 0x10130102, 0x3FDE0003
LONG_NAME, CONTENT_ID, METHOD, DATA = 0x3707001F, 0x3712001F, 0x37050003, 0x3701000D


def attribute(name: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def packed(*attributes: bytes) -> bytes:
    return tnef.SIGNATURE + b"\x01\x00" + attribute(0x00069007, struct.pack("<II", 1252, 0)) + b"".join(attributes)


def properties(given: dict[int, object], named: tuple[tuple[int, int, bytes], ...] = ()) -> bytes:
    out = struct.pack("<I", len(given) + len(named))
    for tag, value in given.items():
        out += struct.pack("<HH", tag & 0xFFFF, tag >> 16) + _value(tag & 0xFFFF, value)
    for kind, number, raw in named:
        out += struct.pack("<HH", kind, 0x8001) + b"\0" * 16 + struct.pack("<II", 0, number) + raw
    return out


def _value(kind: int, value: object) -> bytes:
    if isinstance(value, int):
        return struct.pack("<I", value)
    raw = (str(value) + "\0").encode("utf-16-le") if kind == 0x1F else bytes(value)  # type: ignore[arg-type]
    return struct.pack("<II", 1, len(raw)) + raw + b"\0" * (-len(raw) % 4)


def letter(given: dict[int, object]) -> bytes:
    return attribute(0x00069003, properties(given))


def file(name: str, content: bytes, more: dict[int, object] | None = None) -> bytes:
    return (
        attribute(0x00069002, b"\0" * 14, 2)
        + attribute(0x00018010, b"KURZ~1.TXT\0", 2)
        + attribute(0x0006800F, content, 2)
        + attribute(0x00069005, properties({LONG_NAME: name} | (more or {})), 2)
    )


def squeezed(text: bytes) -> bytes:
    """Rich text as Outlook packs it, every byte by itself."""
    groups = [text[at : at + 8] for at in range(0, len(text), 8)]
    body = b"".join(b"\0" + group for group in groups)
    return struct.pack("<II", len(body) + 12, len(text)) + b"LZFu" + struct.pack("<I", zlib.crc32(body)) + body


def mail(winmail: bytes, text: bytes = b"") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n"
        + text
        + b"\r\n--q\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + winmail
        + b"\r\n--q--"
    )


def test_the_files_come_out_under_their_true_names() -> None:
    winmail = packed(
        file("Zählerstand März.pdf", b"%PDF-1.4"), file("Bild.png", b"\x89PNG\r\n\x1a\n", {CONTENT_ID: "b1@x"})
    )
    incoming = parse(mail(winmail, b"Guten Tag"))
    assert incoming.text == "Guten Tag"
    assert [(one.filename, one.content_type, one.content_id, one.inline) for one in incoming.attachments] == [
        ("Zählerstand März.pdf", "application/pdf", None, False),
        ("Bild.png", "image/png", "b1@x", True),
    ]
    assert incoming.attachments[0].content == b"%PDF-1.4"


@pytest.mark.parametrize(
    "given",
    [
        {BODY: "Größe: 5"},
        {RTF: squeezed(rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Gr\'f6\'dfe: 5\par}")},
        {RTF: squeezed(rb"{\rtf1\ansi\uc1 Gr\u246?\u223?e: 5}")},
        {HTML: "<p>Größe: 5</p>".encode("cp1252"), CODEPAGE: 1252},
        {HTML: "<p>Größe: 5</p>".encode(), CODEPAGE: 65001},
        {
            RTF: squeezed(
                rb"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 Gr\'f6\'dfe: 5{\*\htmltag72 </p>}}"
            )
        },
    ],
)
def test_the_letter_is_read_in_whatever_form_it_was_packed(given: dict[int, object]) -> None:
    incoming = parse(mail(packed(letter(given))))
    assert (incoming.text, incoming.attachments, incoming.defects) == ("Größe: 5", (), ())


def test_a_letter_that_the_mail_says_as_text_too_is_not_said_twice() -> None:
    assert parse(mail(packed(letter({BODY: "Guten Tag"})), b"Guten Tag")).text == "Guten Tag"


def test_rich_text_that_was_made_from_html_is_html_again() -> None:
    raw = rb"{\rtf1\fromhtml1{\*\htmltag64 <p><b>}\htmlrtf {\b \htmlrtf0 fett\htmlrtf }\htmlrtf0{\*\htmltag72 </b>}}"
    assert parse(mail(packed(letter({RTF: squeezed(raw)})))).html == "<p><b>fett</b></p>"


def test_a_repetition_is_unpacked() -> None:
    # "ab" six bytes long, by a reference onto itself: offset 207, length 4 more.
    body = bytes([0b00000100]) + b"ab" + ((207 << 4) | 2).to_bytes(2, "big")
    assert rtf.unpack(struct.pack("<II", len(body) + 12, 6) + b"LZFu" + b"\0" * 4 + body) == b"ababab"


def test_a_message_in_the_message_gives_its_words_and_files() -> None:
    inner = packed(letter({SUBJECT: "Altes", BODY: "Hallo"}), file("a.txt", b"a"))
    outer = attribute(0x00069002, b"\0" * 14, 2) + attribute(
        0x00069005, properties({LONG_NAME: "Altes", METHOD: 5, DATA: b"\0" * 16 + inner}), 2
    )
    incoming = parse(mail(packed(outer), b"Siehe unten"))
    assert [(one.filename, one.content) for one in incoming.attachments] == [("Altes.txt", b"Hallo"), ("a.txt", b"a")]


def test_an_invitation_is_one() -> None:
    moment = int((datetime(2026, 7, 1, 8) - datetime(1601, 1, 1)).total_seconds() * 10_000_000)
    place = ("Rathaus\0").encode("utf-16-le")
    named = (
        (0x40, 0x820D, struct.pack("<Q", moment)),
        (0x40, 0x820E, struct.pack("<Q", moment + 36_000_000_000)),
        (0x1F, 0x8208, struct.pack("<II", 1, len(place)) + place),
    )
    winmail = packed(
        attribute(0x00078008, b"IPM.Schedule.Meeting.Request\0"),
        attribute(0x00069003, properties({SUBJECT: "Ortstermin"}, named)),
    )
    incoming = parse(mail(winmail))
    assert incoming.appointment is not None
    assert (incoming.appointment.method, incoming.appointment.title) == ("request", "Ortstermin")
    assert (incoming.appointment.starts, incoming.appointment.ends) == (
        "2026-07-01T08:00:00+00:00",
        "2026-07-01T09:00:00+00:00",
    )
    assert incoming.appointment.place == "Rathaus"


def test_one_that_cannot_be_read_stays_as_it_is() -> None:
    incoming = parse(mail(tnef.SIGNATURE + b"\x01\x00" + attribute(0x00069003, b"\xff" * 3), b"Guten Tag"))
    assert [one.filename for one in incoming.attachments] == ["winmail.dat"]
    assert incoming.defects == ("winmail.dat cannot be read; it is attached as it is",)


def test_a_million_claimed_properties_and_endless_nesting_end() -> None:
    liar = attribute(0x00069003, struct.pack("<I", 0xFFFFFFFF) + b"\x02\x01\x09\x10" + struct.pack("<I", 0xFFFFFFFF))
    tnef.read(packed(liar), Defects())
    inner = packed(file("a.txt", b"a"))
    for _level in range(20):
        inner = packed(
            attribute(0x00069002, b"\0" * 14, 2)
            + attribute(0x00069005, properties({METHOD: 5, DATA: b"\0" * 16 + inner}), 2)
        )
    defects = Defects()
    tnef.read(inner, defects)
    assert defects.all() == ("messages packed into each other deeper than is read",)


def test_rich_text_that_claims_to_be_huge_does_not_become_so() -> None:
    body = b"\xff" + b"".join(((at << 4) | 15).to_bytes(2, "big") for at in range(8))
    bomb = struct.pack("<II", 12 + len(body) * 60_000, 0xFFFFFFFF) + b"LZFu" + b"\0" * 4 + body * 60_000
    assert len(rtf.unpack(bomb)) <= 2_000_000
    assert rtf.read(b"{" * 500_000 + b"a", Defects()).text == "a"


@given(st.integers(0, 500), st.binary(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_damaged_one_raises_anything_else(at: int, damage: bytes) -> None:
    whole = packed(letter({SUBJECT: "s", BODY: "b", RTF: squeezed(rb"{\rtf1 a\par b}")}), file("a.txt", b"abc"))
    with suppress(tnef.Damaged):
        tnef.read(whole[:at] + damage + whole[at + len(damage) :], Defects())
