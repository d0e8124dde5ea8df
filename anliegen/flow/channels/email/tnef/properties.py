"""MAPI properties as TNEF writes them: numbers, texts and bytes by their tag. Bounded by the bytes they lie in."""

import struct
from contextlib import suppress

from anliegen.flow.channels.email import charsets, limits

SUBJECT, BODY, RTF, HTML, CODEPAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
DISPLAY_NAME, ATTACH_DATA, ATTACH_FILENAME, ATTACH_METHOD = 0x3001, 0x3701, 0x3704, 0x3705
ATTACH_LONG_FILENAME, ATTACH_MIME_TAG, ATTACH_CONTENT_ID = 0x3707, 0x370E, 0x3712

Value = int | str | bytes
# By tag; properties that are named by a number carry it with this bit, so that they never meet a tag.
Properties = dict[int, Value]
NAMED = 0x1_0000_0000

_MANY = 0x1000
_WIDTHS = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_COUNTED = (0x0D, 0x1E, 0x1F, 0x102)
_NUMBERS = (0x02, 0x03, 0x0B, 0x14, 0x40)


def text(given: Properties, tag: int) -> str:
    value = given.get(tag)
    return value if isinstance(value, str) else ""


def binary(given: Properties, tag: int) -> bytes:
    value = given.get(tag)
    return value if isinstance(value, bytes) else b""


def read(raw: bytes, codec: str) -> Properties:
    """All that can be read; a cut end or an unknown type, whose length nobody knows, ends it.

    Raises struct.error when not even their number can be read.
    """
    reader = _Reader(raw, codec)
    count = min(reader.number(), limits.TNEF_ATTRIBUTES)
    found: Properties = {}
    with suppress(struct.error):
        for _number in range(count):
            kind, number = reader.pair()
            tag = reader.name() if number >= 0x8000 else number
            value = reader.value(kind)
            if value == _UNKNOWN:
                break
            if value is not None and tag is not None:
                found.setdefault(tag, value)
    return found


_UNKNOWN = -1 << 70


class _Reader:
    def __init__(self, raw: bytes, codec: str) -> None:
        self.raw, self.codec, self.at = raw, codec, 0

    def number(self) -> int:
        (value,) = struct.unpack_from("<I", self.raw, self.at)
        self.at += 4
        return int(value)

    def pair(self) -> tuple[int, int]:
        kind, tag = struct.unpack_from("<HH", self.raw, self.at)
        self.at += 4
        return int(kind), int(tag)

    def name(self) -> int | None:
        """The number a property is named by; None when a text names it, of which we need none."""
        self.at += 16
        if self.number() == 0:
            return NAMED | self.number()
        self._padded(self.number())
        return None

    def value(self, kind: int) -> Value | None:
        """The value, the first of many, or None for one of no use here."""
        plain = kind & ~_MANY
        if plain in _COUNTED:
            return self._counted(plain)
        width = _WIDTHS.get(plain)
        if width is None:
            return _UNKNOWN
        count = self.number() if kind & _MANY else 1
        raw = self.raw[self.at : self.at + width]
        self.at += width * count if kind & _MANY else max(width, 4)
        return int.from_bytes(raw, "little") if plain in _NUMBERS and count else None

    def _counted(self, kind: int) -> Value | None:
        first: bytes | None = None
        for _number in range(min(self.number(), limits.TNEF_ATTRIBUTES)):
            value = self._padded(self.number())
            first = value if first is None else first
            if self.at >= len(self.raw):
                break
        if first is None or kind in (0x0D, 0x102):
            return first
        encoding = "utf-16-le" if kind == 0x1F else self.codec
        return charsets.clean(first[: 4 * limits.TEXT_PARTS].decode(encoding, "replace").rstrip("\0"))

    def _padded(self, length: int) -> bytes:
        value = self.raw[self.at : self.at + length]
        self.at += length + -length % 4
        return value
