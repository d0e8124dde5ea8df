"""Whole and healthy mails to begin with: one of each kind, and every mail that lies in the tests or in a corpus."""

import base64
import quopri
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Stands in the visible text of every seed made here: what becomes of it tells whether text was lost.
MARK = "Kennwort4711"
_TEXT = (
    f"Guten Tag,\n\nmein Zählerstand {MARK} beträgt 4711 m³. Bitte um Rückruf.\n\n"
    "Mit freundlichen Grüßen\nErika Müller\n"
)
_HTML = f"<html><body><p>Guten <b>Tag</b>,</p><p>mein Z&auml;hlerstand {MARK} beträgt 4711.</p></body></html>\n"
_QUOTE = "\nAm 12.11.2026 um 10:15 schrieb Stadtwerke Lindenau:\n> Guten Tag,\n> wie hoch ist Ihr Zählerstand?\n"
_LARGEST = 300_000  # bytes of a mail that is taken as a seed


def seeds(folders: tuple[Path, ...] = ()) -> list[bytes]:
    """Those made here, those of the tests, and those of the folders, in an order that stays."""
    return [*_made(), *_of(ROOT / "tests"), *(mail for folder in folders for mail in _of(folder))]


def _of(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".eml", ".msg", ".txt") and file.is_file() and 0 < file.stat().st_size <= _LARGEST:
            yield file.read_bytes()


def _made() -> Iterator[bytes]:
    plain, html = _part("text/plain", _TEXT), _part("text/html", _HTML, encoding="quoted-printable")
    quoted = _part("text/plain; format=flowed", _TEXT + _QUOTE, encoding="base64")
    latin = _part("text/plain", _TEXT.replace("³", "3"), charset="iso-8859-1", encoding="8bit")
    picture = (
        "Content-Type: image/png; name*=utf-8''Z%C3%A4hler.png\nContent-ID: <bild@x>\nContent-Disposition: inline\n"
        "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    )
    letter = "Content-Type: message/rfc822\n\nFrom: a@x.de\nSubject: innen\n\n" + _TEXT
    event = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nSUMMARY:Termin\nEND:VCALENDAR\n"
    report = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; k@x.de\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 unbekannt\n"
    )
    read = "Content-Type: message/disposition-notification\n\nDisposition: automatic-action; displayed\n"
    yield from (_mail(one) for one in (plain, html, quoted, latin))
    yield _mail(_multipart("alternative", plain, html))
    yield _mail(_multipart("mixed", _multipart("related", _multipart("alternative", plain, html), picture), letter))
    yield _mail(_multipart("mixed", quoted, event, picture, plain))
    daemon = "MAILER-DAEMON@mx.example"
    yield _mail(_multipart("report; report-type=delivery-status", plain, report, letter), sender=daemon)
    yield _mail(_multipart("report; report-type=disposition-notification", plain, read))
    yield _mail(_part("text/plain", "Folgende Empfänger:\n\n<k@x.de>: 550 5.1.1 unbekannt\n" + _TEXT), sender=daemon)
    yield _mail(_multipart("mixed", *(_multipart("mixed", plain, html) for _ in range(5))))
    yield _mail(plain, extra="Auto-Submitted: auto-replied\nList-Id: <l.x.de>\nReply-To: =?utf-8?B?TcO8?= <m@x.de>\n")


def _part(kind: str, text: str, *, charset: str = "utf-8", encoding: str = "8bit") -> str:
    raw = text.encode(charset)
    if encoding == "base64":
        raw = base64.encodebytes(raw)
    elif encoding == "quoted-printable":
        raw = quopri.encodestring(raw)
    # Latin-1 keeps every byte until the mail is whole.
    return f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{raw.decode('latin-1')}"


def _multipart(kind: str, *parts: str) -> str:
    name, _semicolon, parameter = kind.partition(";")
    boundary = f"b{zlib.crc32(repr((kind, parts)).encode()) % 100_000}"
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    parameters = f"; {parameter.strip()}" if parameter else ""
    return f'Content-Type: multipart/{name}{parameters}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def _mail(part: str, *, sender: str = "=?utf-8?Q?Erika_M=C3=BCller?= <erika@example.de>", extra: str = "") -> bytes:
    head = (
        "Received: from mx.example by mail.example; Sun, 22 Nov 2026 10:15:00 +0100\n"
        f"Message-ID: <{len(part)}@example.de>\nDate: Sun, 22 Nov 2026 10:15:00 +0100\nFrom: {sender}\n"
        'To: "Stadtwerke, Service" <service@lindenau.example>\nSubject: =?utf-8?Q?Z=C3=A4hlerstand?= 2026\n'
        f"References: <a@x.de> <b@x.de>\nMIME-Version: 1.0\n{extra}"
    )
    return (head + part).encode("latin-1").replace(b"\n", b"\r\n")
