"""Transfer encodings undone, damaged ones as far as they go."""

import binascii
import re

from anliegen.flow.channels.email import headers, written_in
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part

_FOREIGN_TO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_UU_BEGIN = re.compile(rb"(?:\A|\n)begin [0-7]{3,4} [^\r\n]{1,200}\r?\n")


def content(part: Part, defects: Defects) -> bytes:
    """The bytes of a leaf with its transfer encoding undone. Damaged encodings give what can be read."""
    body = part.body()
    encoding = headers.parameters(part.first("content-transfer-encoding"), defects)[0]
    if encoding == "base64":
        return _from_base64(body, defects)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        if not _looks_uuencoded(body):
            defects.note("called uuencode, but it is not")
            return body
        return _from_uuencode(body, defects)
    if encoding not in ("", "7bit", "8bit", "binary"):
        defects.note(f"unknown transfer encoding {encoding[:40]!r}")
    return body


def _looks_uuencoded(body: bytes) -> bool:
    """Whether it begins as such, or at least its first line has the length that its first character states."""
    if _UU_BEGIN.search(body):
        return True
    line = body[:200].lstrip().split(b"\n", 1)[0].rstrip()
    return bool(line) and abs(len(line) - 1 - (((line[0] - 32) & 63) + 2) // 3 * 4) <= 1


def _from_base64(body: bytes, defects: Defects) -> bytes:
    start = body[:2000]
    if len(_FOREIGN_TO_BASE64.findall(start)) > len(start) // 20 or len(start.split()) > len(start) // 20 + 2:
        defects.note("called base64, but it is not")
        return body
    decoded = headers.base64_bytes(body)
    if len(body) > 8 and not decoded:
        defects.note("damaged base64")
    return decoded


def _from_uuencode(body: bytes, defects: Defects) -> bytes:
    begin = _UU_BEGIN.search(body)
    return written_in.from_uuencode(body[begin.end() if begin else 0 :], defects)
