"""Rich text as mail programs pack it: unpacked (MS-OXRTFCP), and read as text or as the HTML it was made from."""

import re
import struct
from dataclasses import dataclass

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects

_PACKED, _UNPACKED = b"LZFu", b"MELA"
# What the dictionary of every packed text begins with, so that it need not be written into each (MS-OXRTFCP 2.1.2.1).
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_RING = 4096
_NOT_WORDS = (
    "fonttbl colortbl stylesheet info pict object objdata themedata colorschememapping datastore latentstyles listtable"
    " listoverridetable rsidtbl generator xmlnstbl header footer headerl headerr footerl footerr ftnsep fldinst shpinst"
    " nonshppict mmathPr bkmkstart bkmkend"
)
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z\r\n])|\\([\r\n])|([{}])|([^\\{}\r\n]+)|\\",
    re.IGNORECASE,
)
_SKIPPED = frozenset(_NOT_WORDS.encode().split())
_WRITES = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"cell": "\t",
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": " ",
    b"enspace": " ",
}


@dataclass(slots=True)
class Written:
    """The words; and the HTML, where the rich text was only made from HTML."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _Group:
    skipped: bool = False
    is_markup: bool = False  # {\*\htmltag ...}: HTML that rich text cannot say
    is_echo: bool = False  # \htmlrtf: what rich text says for the HTML beside it
    after_unicode: int = 1  # characters that stand for the same as \u, for older readers


def unpack(packed: bytes) -> bytes:
    """The rich text, at most `limits.TEXT_PARTS` bytes; empty when it is damaged from the beginning."""
    if len(packed) < 16:
        return b""
    length = min(struct.unpack_from("<I", packed, 4)[0], limits.TEXT_PARTS)
    if packed[8:12] == _UNPACKED:
        return packed[16 : 16 + length]
    return _unpacked(packed, length) if packed[8:12] == _PACKED else b""


def _unpacked(packed: bytes, length: int) -> bytes:
    ring = bytearray(_RING)
    ring[: len(_BEGINNING)] = _BEGINNING
    write, at, end = len(_BEGINNING), 16, len(packed)
    out = bytearray()
    while at < end and len(out) < length:
        control = packed[at]
        at += 1
        for bit in range(8):
            if at >= end or len(out) >= length:
                break
            if control >> bit & 1:
                reference = int.from_bytes(packed[at : at + 2], "big")
                at += 2
                offset, size = reference >> 4, (reference & 15) + 2
                if offset == write:
                    return bytes(out)
                for step in range(size):
                    byte = ring[(offset + step) % _RING]
                    out.append(byte)
                    ring[write] = byte
                    write = (write + 1) % _RING
            else:
                out.append(packed[at])
                ring[write] = packed[at]
                write = (write + 1) % _RING
                at += 1
    return bytes(out[:length])


def read(raw: bytes, defects: Defects) -> Written:
    """Rich text to words, and back to the HTML it was made from."""
    return _Reader(raw[: limits.TEXT_PARTS], defects).written()


class _Reader:
    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.raw, self.defects = raw, defects
        self.is_html = b"\\fromhtml" in raw[:2000]
        self.codec = "cp1252"
        self.groups = [_Group()]
        self.pending = bytearray()  # bytes of the code page, which may make up one character together
        self.to_skip = 0
        self.starred = False
        self.text: list[str] = []
        self.html: list[str] = []

    def written(self) -> Written:
        for token in _TOKEN.finditer(self.raw):
            word, number, code, symbol, line, brace, plain = token.groups()
            if code is not None:
                self._bytes(bytes([int(code, 16)]))
            elif plain is not None:
                self._bytes(plain)
            elif brace is not None:
                self._brace(brace)
            elif symbol is not None:
                self._symbol(symbol)
            elif line is not None:
                self._write("\n")
            elif word is not None:
                self._word(word.lower(), int(number) if number else None)
            if symbol != b"*":
                self.starred = self.starred and (brace is None and plain is None)
        self._settle()
        lines = "\n".join(line.rstrip() for line in _joined(self.text).split("\n"))
        text = re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
        return Written(text, _joined(self.html) if self.is_html else "")

    def _brace(self, brace: bytes) -> None:
        self._settle()
        self.to_skip = 0
        last = self.groups[-1]
        if brace == b"{":
            group = _Group(last.skipped, last.is_markup, last.is_echo, last.after_unicode)
            if len(self.groups) < limits.RTF_DEPTH:
                self.groups.append(group)
        elif len(self.groups) > 1:
            self.groups.pop()

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.starred = True
        elif symbol in b"\\{}":
            self._bytes(symbol)
        elif symbol == b"~":
            self._write("\xa0")
        elif symbol == b"_":
            self._write("-")

    def _word(self, word: bytes, number: int | None) -> None:
        self._settle()
        group = self.groups[-1]
        starred, self.starred = self.starred, False
        if word == b"htmltag" and starred:
            group.is_markup = True
        elif word == b"htmlrtf":
            group.is_echo = number != 0
        elif word in _SKIPPED or (starred and word not in (b"htmltag", b"fldrslt")):
            group.skipped = True
        elif word == b"ansicpg" and number:
            self.codec = charsets.codec_of("utf-8" if number == 65001 else f"cp{number}") or "cp1252"
        elif word == b"uc":
            group.after_unicode = min(max(number or 0, 0), 10)
        elif word == b"u" and number is not None:
            self._write(chr(number % 65536))
            self.to_skip = group.after_unicode
        elif word == b"bin":
            self.groups[-1].skipped = True  # raw bytes follow, which nobody reads
        elif word in _WRITES:
            self._write(_WRITES[word])

    def _bytes(self, given: bytes) -> None:
        if self.to_skip:
            given, self.to_skip = given[self.to_skip :], max(0, self.to_skip - len(given))
        self.pending += given

    def _settle(self) -> None:
        if self.pending:
            text = bytes(self.pending).decode(self.codec, "replace")
            self.pending.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        self._settle()
        group = self.groups[-1]
        if group.skipped:
            return
        if self.is_html and not group.is_echo:
            self.html.append(text)
        if not group.is_markup:
            self.text.append(text)


def _joined(pieces: list[str]) -> str:
    """Characters beyond the first plane are written as two halves, which come together here."""
    return charsets.clean("".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
