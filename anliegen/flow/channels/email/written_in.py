"""Files that are written into a text: uuencode and yEnc, as they came before there were attachments."""

import binascii
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.defects import Defects

_BEGIN = re.compile(
    rb"^(?:begin(-base64)? [0-7]{3,4}(?:[ \t]([^\r\n]{0,200}))?|=ybegin ([^\r\n]{1,510}))\r?\n", re.MULTILINE
)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_UU_LINE = re.compile(rb"[!-M][ -`]{1,90}\r?(?:\n|\Z)")
_WHOLE_UU_LINES = re.compile(rb"(?:M[ -`]{60}\r?\n){1,5000}+")
_LINE_FEED = 10
_TO_BASE64 = bytes.maketrans(bytes(range(32, 97)), b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/A")
_Y_PART = re.compile(rb"=ypart [^\r\n]{0,200}\r?\n")
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


@dataclass(frozen=True, slots=True)
class _Written:
    """A file where it stands in the text."""

    start: int
    end: int
    name: bytes
    content: bytes


def take_out(text: bytes, defects: Defects) -> Found:
    """Part a text from the files written into it. What only looks like a file stays text."""
    found = Found(text)
    if b"begin" not in text:
        return found
    kept: list[bytes] = []
    at = 0
    for file in itertools.islice(_written(text, defects), _MOST):
        kept.append(text[at : file.start])
        found.files.append((file.name, file.content))
        at = file.end
    found.text = b"".join([*kept, text[at:]]) if found.files else text
    return found


def _written(text: bytes, defects: Defects) -> Iterator[_Written]:
    """Each file in turn. No line is read twice, whatever stands in it: what was read for nothing is passed over."""
    at, uu_end = 0, _UU_END.search(text)
    for begin in _BEGIN.finditer(text):
        if begin.start() < at:
            continue  # within what was read already
        if begin[3] is not None:
            file = _yenc(text, begin, defects)
            if file is not None:
                at = file.end
                yield file
            continue
        while uu_end is not None and uu_end.start() < begin.end():
            uu_end = _UU_END.search(text, max(uu_end.end(), begin.end()))
        if uu_end is None or not (begin[1] or _UU_LINE.match(text, begin.end())):
            continue
        body = text[begin.end() : uu_end.start()]
        content = _from_base64(body) if begin[1] else from_uuencode(body, defects)
        at = uu_end.end()
        if content:
            yield _Written(begin.start(), at, (begin[2] or b"").rstrip(b" \t"), content)


def _yenc(text: bytes, begin: "re.Match[bytes]", defects: Defects) -> _Written | None:
    before, _mark, name = begin[3].partition(b"name=")
    if not name or len(name) > 200 or len(before) > 300:
        return None
    part = _Y_PART.match(text, begin.end())
    starts = part.end() if part else begin.end()
    end = _Y_END.search(text, starts)
    stop, after = (end.start(), end.end()) if end else (len(text), len(text))
    content = _from_yenc(text[starts:stop])
    stated = _SIZE.search(end[1]) if end else None
    if stated is None or int(stated[1]) != len(content):
        defects.note("a damaged yEnc file")
    return _Written(begin.start(), after, name.strip(), content)


def from_uuencode(body: bytes, defects: Defects) -> bytes:
    """The bytes of uuencoded lines. Whole ones that follow each other are read together, which is ten times as fast."""
    out: list[bytes] = []
    at, room = 0, limits.UU_LINES
    for whole in _WHOLE_UU_LINES.finditer(body):
        if whole.start() > at and body[whole.start() - 1] != _LINE_FEED:
            continue  # in the middle of a line
        if whole.start() > at:
            room = _add_odd_lines(body[at : whole.start()], out, room, defects)
        out.append(_from_whole_lines(whole[0]))
        at = whole.end()
    _add_odd_lines(body[at:], out, room, defects)
    return b"".join(out)


def _from_whole_lines(lines: bytes) -> bytes:
    """Lines of 45 bytes: the same as base64, with other letters and the length before each line."""
    letters = lines.replace(b"\r", b"").replace(b"\nM", b"")[1:-1]
    return binascii.a2b_base64(letters.translate(_TO_BASE64))


def _add_odd_lines(body: bytes, out: list[bytes], room: int, defects: Defects) -> int:
    """Line by line, damaged ones left out, at most so many lines; how many more may come."""
    lines = body.split(b"\n", room)[:room]
    for line in lines:
        stripped = line.strip()
        if stripped in (b"end", b"`", b""):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            out.append(_uu_line_of_true_length(line, defects))
    return room - len(lines)


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
