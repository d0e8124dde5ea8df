"""Raw bytes to a tree of parts, by positions in the raw mail: one pass a level, nothing copied, bounded by `limits`.

Why not the standard library's parser: 50 MB of short lines took it 11 s and 2.1 GB, a thousand nested multiparts end in
a RecursionError, and what it does is quadratic in the nesting. Its judgement on malformed mails is kept as a test.
"""

import re
from dataclasses import dataclass, field

from anliegen.flow.channels.email import charsets, headers, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.fields import Scanner

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
OUTSIDE = "text outside of the parts, which is not shown"
_NOTICE = 2_000  # bytes around the parts that are looked at
# What is said before the first part to programs that know no parts.
_USUAL_NOTICE = re.compile(rb"mime|multi-?part|mehrteilig|openpgp|does not (?:support|understand)", re.IGNORECASE)
_FIRST_FIELD = re.compile(rb"[A-Za-z][!-9;-~]{0,60}:")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # in no text; ESC begins Japanese
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,150}?)[ \t]*\r?\n")


@dataclass(slots=True)
class Part:
    """One part: its header fields in order (names lower case, values unfolded bytes) and where its body lies."""

    raw: bytes = field(repr=False)
    start: int
    end: int
    fields: list[tuple[str, bytes]]
    content_type: str = "text/plain"
    type_parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    parts: list["Part"] = field(default_factory=list)
    head: int = 0  # where its header fields begin

    def first(self, name: str) -> bytes:
        return next((value for known, value in self.fields if known == name), b"")

    def all(self, name: str) -> list[bytes]:
        return [value for known, value in self.fields if known == name]

    def has(self, name: str) -> bool:
        return any(known == name for known, _value in self.fields)

    def names_content(self) -> bool:
        """Whether any field says what the part is, or is some program's: parts have no others."""
        return any(known.startswith(("content-", "x-")) for known, _value in self.fields)

    def body(self) -> bytes:
        return self.raw[self.start : self.end]

    def entity(self) -> bytes:
        """Fields and body as they came: what a signature covers."""
        return self.raw[self.head : self.end]


def split(raw: bytes, defects: Defects) -> Part:
    """The tree of a whole mail."""
    if _ends_lines_with_returns(raw[:100_000]):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    root = _Splitter(raw, defects).part(0, len(raw), depth=0, default="text/plain")
    if not all(value.isascii() for _name, value in root.fields):
        _read_fields_like_the_text(root)
    return root


def _ends_lines_with_returns(beginning: bytes) -> bool:
    """As old Macintosh computers did: most lines, or at least those of the head."""
    if beginning.count(b"\r") > 2 * beginning.count(b"\n"):
        return True
    empty_line = beginning.find(b"\r\r")
    return empty_line > 0 and b"\n" not in beginning[:empty_line] and _FIRST_FIELD.match(beginning) is not None


def looks_like_a_mail(raw: bytes) -> bool:
    """Whether it is text, or has at least one header field whose value is: words without a head may be somebody's."""
    if _CONTROL.search(raw) is None:
        return True
    return any(_CONTROL.search(value) is None for _name, value in split(raw, Defects()).fields)


def fields_of(raw: bytes, defects: Defects) -> Part:
    """Only the header fields of these bytes: of an embedded mail, or of a block in a report."""
    fields, body = Scanner(raw, defects).read(0, len(raw))
    return Part(raw, body, len(raw), fields)


def walk(part: Part) -> list[Part]:
    """The part and everything below it, in the order of the mail."""
    found = [part]
    for child in part.parts:
        found += walk(child)
    return found


def _read_fields_like_the_text(root: Part) -> None:
    """Raw 8-bit fields are most likely in the character set that the mail names for its text."""
    named = (part.type_parameters.get("charset") for part in walk(root)[:10] if part.content_type.startswith("text/"))
    codec = next(filter(None, map(charsets.codec_of, named)), None)
    if codec is None or codec in ("utf-8", "cp1252"):
        return  # what raw fields are taken for anyway
    root.fields = [(name, value if value.isascii() else charsets.as_utf8(value, codec)) for name, value in root.fields]


class _Splitter:
    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.raw, self.defects = raw, defects
        self.parts = 0
        self.scanner = Scanner(raw, defects)

    def part(self, start: int, end: int, *, depth: int, default: str) -> Part:
        self.parts += 1
        fields, body = self.scanner.read(start, end)
        part = Part(self.raw, body, end, fields, head=start)
        if depth and fields and default == "text/plain" and not part.names_content() and self._is_unparted(start, body):
            part.start, part.fields = start, []  # `Zählerstand: 4711` in a part without fields
            self.defects.note("a part without an empty line")
        self._type(part, default)
        if part.content_type.startswith("multipart/"):
            self._children(part, depth)
        return part

    def _is_unparted(self, start: int, body: int) -> bool:
        """Whether no empty line parts what looks like fields from the body."""
        return not self.raw[max(start, body - 3) : body].replace(b"\r", b"").endswith(b"\n\n")

    def _type(self, part: Part, default: str) -> None:
        declared, part.type_parameters = headers.parameters(part.first("content-type"), self.defects)
        part.disposition, part.disposition_parameters = headers.parameters(
            part.first("content-disposition"), self.defects
        )
        if _TYPE.fullmatch(declared):
            part.content_type = declared
        elif declared.startswith("multipart/"):
            part.content_type = "multipart/mixed"
        else:
            part.content_type = {"text": "text/plain", "html": "text/html"}.get(declared, default)
            if declared:
                self.defects.note(f"unknown content type {declared[:40]!r}")

    def _children(self, part: Part, depth: int) -> None:
        if depth >= limits.DEPTH:
            self.defects.note(f"parts nested deeper than {limits.DEPTH}")
            part.content_type = "application/octet-stream"
            return
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for start, end in self._ranges(part):
            if not self.raw[start : min(end, start + 200)].strip() and end - start < 200:
                continue  # two boundaries with nothing between them
            if self.parts >= limits.PARTS:
                self.defects.note(f"more than {limits.PARTS} parts")
                break
            part.parts.append(self.part(start, end, depth=depth + 1, default=default))
        if not part.parts:
            self.defects.note("a multipart without parts")
            part.content_type = "text/plain"

    def _ranges(self, part: Part) -> list[tuple[int, int]]:
        """Where the children lie. The parent's boundaries win over anything its children say."""
        boundary = part.type_parameters.get("boundary", "").encode("utf-8", "replace")
        if not boundary:
            self.defects.note("a multipart without a boundary")
            guess = _GUESSED_BOUNDARY.search(self.raw, part.start, min(part.end, part.start + 10_000))
            boundary = guess[1] if guess else b""
        if not boundary:
            return []
        ranges: list[tuple[int, int]] = []
        opened, closed = -1, part.start
        for at, after, is_last in self._delimiters(b"--" + boundary, part.start, part.end):
            if opened >= 0:
                ranges.append((opened, max(opened, self._before_line_end(at, opened))))
            elif not ranges:
                self._note_outside(part.start, at, usual=_USUAL_NOTICE)
            opened, closed = (-1 if is_last else after), after
            if is_last or len(ranges) > limits.PARTS:
                break
        if opened >= 0:
            self.defects.note("a multipart that does not end")
            ranges.append((opened, part.end))
        elif ranges:
            self._note_outside(closed, part.end)
        return ranges

    def _note_outside(self, start: int, end: int, usual: re.Pattern[bytes] | None = None) -> None:
        words = self.raw[start : min(end, start + _NOTICE)].strip(b"- \t\r\n")
        if words and not (usual and usual.search(words)):
            self.defects.note(OUTSIDE)

    def _delimiters(self, mark: bytes, start: int, end: int) -> list[tuple[int, int, bool]]:
        found: list[tuple[int, int, bool]] = []
        strays = 0
        at = self.raw.find(mark, start, end)
        while at >= 0 and strays < limits.FALSE_BOUNDARIES and len(found) <= limits.PARTS + 1:
            after = at + len(mark)
            stop = self.raw.find(b"\n", after, min(end, after + 200))
            stop = min(end, after + 200) if stop < 0 else stop + 1
            rest = self.raw[after:stop].strip(b" \t\r\n")
            if (at == start or self.raw[at - 1 : at] == b"\n") and rest in (b"", b"--"):
                found.append((at, stop, rest == b"--"))
            else:
                strays += 1
            at = self.raw.find(mark, after, end)
        if strays >= limits.FALSE_BOUNDARIES:
            self.defects.note("a boundary that stands in too many lines")
        return found

    def _before_line_end(self, at: int, floor: int) -> int:
        """The line end before a delimiter belongs to the delimiter."""
        if at > floor and self.raw[at - 1 : at] == b"\n":
            at -= 1
            if at > floor and self.raw[at - 1 : at] == b"\r":
                at -= 1
        return at
