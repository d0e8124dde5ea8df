"""Attachments made in code: one-page PDFs, tables, calendar entries, texts, and pictures (see pictures.py)."""

import random
import textwrap
from collections.abc import Callable
from datetime import date

from anliegen.oversight.portability.demo import pictures, wording
from anliegen.oversight.portability.demo.scenes import table
from anliegen.oversight.portability.demo.shapes import File

_WIDTH = 82  # characters a line on the page


def make(name: str, body: str, lookup: wording.Lookup, chance: random.Random) -> File:
    """The file that a scene names: "pdf:rechnung", "meter:stand", "scan" (the letter itself)."""
    kind, _colon, what = name.partition(":")
    match kind:
        case "meter":
            return File("Zaehler.png", "image/png", pictures.meter(wording.show(lookup(what)), chance))
        case "png":
            return File(f"{what.capitalize()}.png", "image/png", pictures.snapshot(what, chance))
        case "scan":
            return File("Scan.pdf", "application/pdf", pdf("", body))
        case "ics":
            day = lookup("termin")
            assert isinstance(day, date)
            return File("Termin.ics", "text/calendar", _calendar(day, chance))
        case "csv":
            sheet = table("papers.toml")["csv"][what]
            return File(sheet["file"], "text/csv", _rows(sheet, lookup, chance))
    paper = table("papers.toml")[kind][what]
    filename = wording.fill(paper["file"], lookup).replace(" ", "")
    text = wording.fill(paper["text"].strip(), lookup)
    if kind == "txt":
        return File(filename, "text/plain", text.encode())
    return File(filename, "application/pdf", pdf(paper["title"], text))


def pdf(title: str, text: str) -> bytes:
    """One A4 page in Helvetica; what does not fit on it is cut."""
    lines = [part for line in text.splitlines() for part in (textwrap.wrap(line, _WIDTH) or [""])][:60]
    heading = f"BT /F1 16 Tf 60 770 Td ({_escaped(title)}) Tj ET\n" if title else ""
    shown = "".join(f"({_escaped(line)}) '\n" for line in lines)
    content = f"{heading}BT /F1 11 Tf 14 TL 60 740 Td\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    """The file around the objects: header, cross-reference table with the byte offset of each, trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _calendar(day: date, chance: random.Random) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Stadtwerke Lindenau//Termine//DE",
        "BEGIN:VEVENT",
        f"UID:{chance.randrange(10**12)}@stadtwerke-lindenau.example",
        f"DTSTAMP:{day:%Y%m%d}T060000Z",
        f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T080000",
        f"DTEND;TZID=Europe/Berlin:{day:%Y%m%d}T110000",
        "SUMMARY:Termin mit den Stadtwerken Lindenau",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join([*lines, ""]).encode()


def _rows(sheet: dict[str, list[str]], lookup: wording.Lookup, chance: random.Random) -> bytes:
    """A table as German spreadsheets open it: semicolons, decimal commas, byte order mark."""
    today = lookup("heute")
    assert isinstance(today, date)
    rows = [";".join(sheet["columns"])]
    for number in range(chance.randint(5, 14)):
        rows.append(";".join(_CELLS[cell](number, today, chance) for cell in sheet["cells"]))
    return "\r\n".join([*rows, ""]).encode("utf-8-sig")


_Cell = Callable[[int, date, random.Random], str]
_MACHINES = ("Backofen", "Gärschrank", "Kühlzelle", "Spülmaschine", "Kaffeemaschine", "Lüftung", "Kasse", "Beleuchtung")
_GOODS = ("Brötchen", "Mischbrot", "Kuchen vom Blech", "Sahnetorte", "belegte Brötchen", "Teig, entsorgt", "Personal")
_CELLS: dict[str, _Cell] = {
    "unit": lambda number, today, chance: f"WE {number + 1:02}",
    "meter": lambda number, today, chance: f"1EMH{chance.randint(10**9, 10**10 - 1)}",
    "reading": lambda number, today, chance: str(chance.randint(2_000, 48_000)),
    "day": lambda number, today, chance: f"{wording.show(today, 'dat')}",
    "quarter": lambda number, today, chance: f"{number // 4 + 4:02}:{number % 4 * 15:02}",
    "hour": lambda number, today, chance: f"{number:02}:00",
    "power": lambda number, today, chance: wording.show(chance.uniform(1.2, 34), "zahl"),
    "price": lambda number, today, chance: wording.show(chance.uniform(14, 41), "zahl"),
    "machine": lambda number, today, chance: _MACHINES[number % len(_MACHINES)],
    "goods": lambda number, today, chance: _GOODS[number % len(_GOODS)],
    "count": lambda number, today, chance: str(chance.randint(2, 180)),
    "money": lambda number, today, chance: wording.show(chance.uniform(4, 210)),
    "month": lambda number, today, chance: wording.MONTHS[number % 12],
    "heat": lambda number, today, chance: wording.show(chance.uniform(0.1, 1.9), "zahl"),
    "heat_price": lambda number, today, chance: wording.show(chance.uniform(104, 131)),
}
