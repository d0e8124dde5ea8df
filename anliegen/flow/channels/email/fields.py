"""The header fields of a mail or a part, found in its bytes. One budget for all parts of a mail."""

import re

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.defects import Defects

Fields = list[tuple[str, bytes]]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
# Read even when others have used the budget up: without them nobody could answer.
_NEEDED = frozenset(
    {"from", "to", "cc", "reply-to", "sender", "subject", "date", "message-id", "in-reply-to", "references"}
    | {"content-type", "content-transfer-encoding", "content-disposition", "auto-submitted", "return-path"}
)


class Scanner:
    """Reads header blocks of one mail within `limits`."""

    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.raw, self.defects = raw, defects
        self.kept = 0  # bytes of fields so far
        self.lines = 0

    def read(self, start: int, end: int) -> tuple[Fields, int]:
        """The fields between these positions, values unfolded, and where the body begins."""
        block = _Block()
        at = start
        while at < end:
            stop = self.raw.find(b"\n", at, end)
            stop = end if stop < 0 else stop + 1
            line = self.raw[at : min(stop, at + limits.HEADER + 200)]
            if not line.strip(b"\r\n"):
                at = stop
                break
            self.lines += 1
            if self.lines > limits.HEADER_LINES:
                self.defects.note("more header lines than are read")
                blank = _BLANK_LINE.search(self.raw, at, end)
                at = blank.end() if blank else end
                break
            match = _FIELD.match(line)
            if match:
                self._keep(block)
                block.begin(match[1].decode("ascii").lower(), line[match.end() :])
            elif line[:1] in b" \t" and (block.name or block.fields or not line.strip()):
                block.go_on(line)
            elif not self._is_stray(at, stop, end):
                self.defects.note("the body begins without an empty line")
                break
            at = stop
        self._keep(block)
        return block.fields, min(at, end)

    def _keep(self, block: "_Block") -> None:
        """Close the field that is open, if the budget allows or the field is needed."""
        name, value = block.close()
        if not name:
            return
        if len(value) > limits.HEADER:
            self.defects.note("a header field longer than is read")
        is_full = len(block.fields) >= limits.HEADERS or self.kept > limits.HEADER_BLOCK
        if is_full:
            self.defects.note("more header fields than are read")
        if is_full and (name not in _NEEDED or any(name == known for known, _value in block.fields)):
            return
        value = value[: limits.NEEDED_HEADER if is_full else limits.HEADER]
        self.kept += len(value)
        block.fields.append((name, value))

    def _is_stray(self, at: int, stop: int, end: int) -> bool:
        """A line without a colon among fields: an mbox envelope, or a fold that lost its space. Not yet the body."""
        if self.raw[at : at + 6].lstrip(b">").startswith(b"From "):
            return True
        following = self.raw[stop : min(end, stop + 500)].split(b"\n", 2)[:2]
        if any(_is_surely_a_field(line) for line in following):
            self.defects.note("a header line without a name")
            return True
        return False


def _is_surely_a_field(line: bytes) -> bool:
    match = _FIELD.match(line)
    if match is None:
        return False
    name = match[1].decode("ascii")
    return name.lower() in _NEEDED or (name[0].isupper() and "-" in name)


class _Block:
    """The fields read so far, and the one that is open."""

    def __init__(self) -> None:
        self.fields: Fields = []
        self.name = ""
        self.pieces: list[bytes] = []
        self.size = 0

    def begin(self, name: str, value: bytes) -> None:
        self.name, self.pieces, self.size = name, [value], len(value)

    def go_on(self, line: bytes) -> None:
        if self.size <= limits.HEADER:
            self.pieces.append(line)
            self.size += len(line)

    def close(self) -> tuple[str, bytes]:
        name, self.name = self.name, ""
        value = b"".join(piece.rstrip(b"\r\n") for piece in self.pieces)
        return name, value.strip()
