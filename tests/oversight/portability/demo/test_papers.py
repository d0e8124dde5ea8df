"""Attachments are real files of their kind."""

import re
import struct
import zlib
from datetime import date

import pytest

from anliegen.oversight.portability.demo import papers, pictures
from anliegen.oversight.portability.demo.cast import cast
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.scenes import table

PLAYER = cast(1).players[0]


def lookup(name: str) -> object:
    return date(2026, 11, 20) if re.fullmatch(r"heute|termin|[dw][+-]\d+", name) else f"[{name}]"


def points(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unfiltered points; every chunk's checksum is checked on the way."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, width, height, packed = 8, 0, 0, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + content)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", content[:8])
        packed += content if kind == b"IDAT" else b""
        at += 12 + length
    return width, height, zlib.decompress(packed)


@pytest.mark.parametrize("name", sorted(table("papers.toml")["pdf"]))
def test_a_pdf_names_where_its_objects_lie(name: str) -> None:
    file = papers.make(f"pdf:{name}", "", lookup, chance_of(name))
    assert file.content_type == "application/pdf"
    assert file.filename.endswith(".pdf")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", file.content)]
    assert len(offsets) == 5
    for number, offset in enumerate(offsets, start=1):
        assert file.content[offset:].startswith(b"%d 0 obj" % number)
    (start,) = re.findall(rb"startxref\n(\d+)", file.content)
    assert file.content[int(start) :].startswith(b"xref")
    (length,) = re.findall(rb"/Length (\d+) >>\nstream", file.content)
    stream = file.content.split(b"stream\n", 1)[1]
    assert stream[int(length) :].startswith(b"\nendstream")


def test_a_scanned_letter_holds_its_words_with_umlauts() -> None:
    file = papers.make("scan", "Größe: 14,50 € (siehe Rückseite)", lookup, chance_of("scan"))
    assert "Größe: 14,50 € \\(siehe Rückseite\\)".encode("cp1252") in file.content


def test_a_meter_shows_its_reading() -> None:
    width, height, raw = points(pictures.meter("38917", chance_of("meter")))
    assert len(raw) == height * (1 + width * 3)
    assert (
        points(pictures.meter("38917", chance_of("meter")))[2] != points(pictures.meter("38918", chance_of("meter")))[2]
    )


@pytest.mark.parametrize("what", ["foto", "bildschirm", "plan"])
def test_a_snapshot_is_a_picture(what: str) -> None:
    width, height, raw = points(pictures.snapshot(what, chance_of(what)))
    assert len(raw) == height * (1 + width * 3)


@pytest.mark.parametrize("name", sorted(table("papers.toml")["csv"]))
def test_a_table_has_a_value_in_each_column(name: str) -> None:
    file = papers.make(f"csv:{name}", "", lookup, chance_of(name))
    rows = [row.split(";") for row in file.content.decode("utf-8-sig").splitlines()]
    assert len(rows) > 4
    assert {len(row) for row in rows} == {len(rows[0])}


def test_an_appointment_can_be_read_by_a_calendar() -> None:
    lines = papers.make("ics:termin", "", lookup, chance_of("ics")).content.decode().split("\r\n")
    assert "DTSTART;TZID=Europe/Berlin:20261120T080000" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2] == "END:VCALENDAR"
