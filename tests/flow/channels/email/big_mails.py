"""Mails of 50 MB made to hurt, each understood in a process of its own. Prints its seconds of CPU and its peak memory.

`python -m tests.flow.channels.email.big_mails NAME`; memory counts from the start of the process, mail included.
"""

import base64
import json
import sys
import time
from collections.abc import Callable

from anliegen.flow.channels.email.parse import parse
from anliegen.oversight.measurement.bench.memory import peak_mb

SIZE = 50_000_000
HEAD = b"From: a@example.de\r\nTo: b@example.de\r\nSubject: s\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n"
ATTACHED = MIXED + b"--q\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
DAEMON = b"From: mailer-daemon@x.de\r\nSubject: Undelivered Mail\r\nReturn-Path: <>\r\n\r\nnot delivered\n"
REPORT = (
    HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n"
    b"--q\r\nContent-Type: message/delivery-status\r\n\r\n"
)
UUENCODED = HEAD + b"Content-Transfer-Encoding: uuencode\r\n\r\n"


def _filled(piece: bytes, head: bytes = HEAD + b"\r\n") -> Callable[[], bytes]:
    return lambda: head + piece * ((SIZE - len(head)) // len(piece))


def _field(line: bytes) -> bytes:
    return HEAD + line + b"\r\n\r\n"


MAILS: dict[str, Callable[[], bytes]] = {
    "one attachment": _filled(base64.encodebytes(bytes(range(256)) * 100), ATTACHED),
    "text in base64": _filled(b"QUFB", _field(b"Content-Transfer-Encoding: base64")),
    "one line of quoted-printable": _filled(b"=C3=BC", _field(b"Content-Transfer-Encoding: quoted-printable")),
    "paragraphs of HTML": _filled(b"<p>hallo</p>\r\n", _field(b"Content-Type: text/html")),
    "one tag that does not end": _filled(b"x", _field(b"Content-Type: text/html") + b'<a href="'),
    "null bytes": _filled(b"\x00"),
    "carriage returns": _filled(b"\r"),
    "carriage returns alone": _filled(b"\r", b""),
    "empty lines": _filled(b"\n", b""),
    "fields without values": _filled(b"a:\n", b""),
    "a field that goes on": _filled(b" \n", b"A: b\n"),
    "8-bit bytes": _filled(b"\xfc\xdf "),
    "escapes": _filled(b"\x1b$B\x1b(B", _field(b"Content-Type: text/plain; charset=iso-2022-jp")),
    "uuencode": _filled(b"M" + b"A" * 60 + b"\r\n", UUENCODED + b"begin 644 x\r\n"),
    "uuencode with odd lines": _filled(b"M" + b"A" * 60 + b"\r\n!!!!!\n", UUENCODED + b"begin 644 x\r\n"),
    "uuencode in a text": _filled(b"M" + b"A" * 60 + b"\r\n", HEAD + b"\r\nHallo\r\nbegin 644 x\r\n"),
    "beginnings of uuencode": _filled(b"x" * 70 + b"\n", HEAD + b"\r\n" + b"begin 644 x\n" * 100),
    "recipients of a report": _filled(
        b"Final-Recipient: rfc822; u@x.de\r\nAction: failed\r\n\r\n", REPORT
    ),
    "lines of a report in prose": _filled(b"<a@b.de>: 550 user unknown\n", DAEMON),
    "Message-IDs in a report": _filled(b"Message-ID: <a@b.de>\n", DAEMON),
    "boundaries": _filled(b"--q\r\n", MIXED),
    "almost boundaries": _filled(b"--qx\r\n", MIXED),
    "a length that lies": _filled(b"hallo\r\n", _field(b"Content-Length: 5\r\nLines: 1")),
}  # fmt: skip


def main(name: str) -> None:
    mail = MAILS[name]()
    began = time.process_time()
    incoming = parse(mail)
    print(
        json.dumps(
            {
                "bytes": len(mail),
                "seconds": time.process_time() - began,
                "peak_mb": peak_mb(),
                "failed": [one for one in incoming.defects if one.startswith("not understood")],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
