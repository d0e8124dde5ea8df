"""Files that are written into a text: uuencode and yEnc, as they came before there were attachments."""

import binascii
import itertools
import re
from dataclasses import dataclass, field

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.defects import Defects

_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4}(?: ([^\r\n]{0,200}?))?[ \t]*\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_UU_LINE = re.compile(rb"[!-M][ -`]{1,90}\r?")
_Y_BEGIN = re.compile(
    rb"^=ybegin ([^\r\n]{0,300}?)name=([^\r\n]{1,200})\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?", re.MULTILINE
)
_Y_END = re.compile(rb"^=yend ([^\r\n]{0,300})\r?(?:\n|\Z)", re.MULTILINE)
_Y_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_SIZE = re.compile(rb"\bsize=(\d{1,12})")
_BACK = bytes((byte - 42) & 255 for byte in range(256))
_BACK_ESCAPED = bytes((byte - 64 - 42) & 255 for byte in range(256))
_MOST = 100  # files of one text


@dataclass(slots=True)
class Found:
    """The text without its files, and the files: name as written, bytes."""

    text: bytes
    files: list[tuple[bytes, bytes]] = field(default_factory=list)


def take_out(text: bytes, defects: Defects) -> Found:
    """Part a text from the files written into it. What only looks like a file stays text."""
    found = Found(text)
    if b"begin" not in text:
        return found
    kept: list[bytes] = []
    at = 0
    while len(found.files) < _MOST:
        file = _next(text, at, defects)
        if file is None:
            break
        start, end, name, content = file
        kept.append(text[at:start])
        found.files.append((name, content))
        at = end
    found.text = b"".join([*kept, text[at:]]) if found.files else text
    return found


def _next(text: bytes, at: int, defects: Defects) -> tuple[int, int, bytes, bytes] | None:
    """Where the next file begins and ends, its name and its bytes."""
    uu = _next_uu(text, at, defects)
    begin = _Y_BEGIN.search(text, at)
    if begin is None or (uu is not None and uu[0] < begin.start()):
        return uu
    end = _Y_END.search(text, begin.end())
    stop, after = (end.start(), end.end()) if end else (len(text), len(text))
    content = _from_yenc(text[begin.end() : stop])
    stated = _SIZE.search(end[1]) if end else None
    if stated is None or int(stated[1]) != len(content):
        defects.note("a damaged yEnc file")
    return begin.start(), after, begin[2].strip(), content


def _next_uu(text: bytes, at: int, defects: Defects) -> tuple[int, int, bytes, bytes] | None:
    for begin in itertools.islice(_UU_BEGIN.finditer(text, at), _MOST):
        end = _UU_END.search(text, begin.end())
        if end is None:
            return None
        content = _between(text[begin.end() : end.start()], begin[0].startswith(b"begin-base64"), defects)
        if content:
            return begin.start(), end.end(), begin[1] or b"", content
    return None


def _between(body: bytes, is_base64: bool, defects: Defects) -> bytes:
    if is_base64:
        return _from_base64(body)
    if not _UU_LINE.fullmatch(body.split(b"\n", 1)[0]):
        return b""
    return from_uu_lines(body.split(b"\n", limits.UU_LINES)[: limits.UU_LINES], defects)


def from_uu_lines(lines: list[bytes], defects: Defects) -> bytes:
    """The bytes of uuencoded lines, damaged ones left out."""
    out = bytearray()
    for line in lines:
        stripped = line.strip()
        if stripped in (b"end", b"`", b""):
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            out += _uu_line_of_true_length(line, defects)
    return bytes(out)


def _uu_line_of_true_length(line: bytes, defects: Defects) -> bytes:
    """Some writers pad a line beyond the length it states."""
    try:
        return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
    except binascii.Error:
        defects.note("damaged uuencode")
        return b""


def _from_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        return b""


def _from_yenc(lines: bytes) -> bytes:
    """Each byte shifted by 42; after `=` by 64 more. Line ends are none of the file."""
    packed = lines.replace(b"\r", b"").replace(b"\n", b"")
    pieces: list[bytes] = []
    at = 0
    for escape in _Y_ESCAPED.finditer(packed):
        pieces += [packed[at : escape.start()].translate(_BACK), escape[1].translate(_BACK_ESCAPED)]
        at = escape.end()
    return b"".join([*pieces, packed[at:].translate(_BACK)])
