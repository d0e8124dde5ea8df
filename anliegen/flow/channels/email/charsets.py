"""Bytes to text, whatever the mail says they are. Never raises; what comes out can be stored and shown."""

import codecs
import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

from anliegen.flow.channels.email import guess
from anliegen.flow.channels.email.defects import Defects

# Names found in mails that Python does not know, or knows as something narrower than what senders mean by them.
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "windows1252": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf": "utf-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
# Only real character sets: Python also knows codecs that unpack archives or take quadratic time.
_PLAUSIBLE = re.compile(
    r"(?:utf|iso|cp|windows|ibm|koi8|gb|hz|big5|euc|shift|sjis|ms|mac|ks|tis|latin|l\d|johab|kz|ptcp|ascii)[\w.:-]{0,20}"
)
# Single-byte sets that a mail claims although its bytes are UTF-8.
_CLAIMED_BY_HABIT = {"cp1252", "iso8859-15", "iso8859-2", "cp1250"}
# Text in Latin letters is an eighth of null bytes in them at the very least, and is much more often called so wrongly.
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_STATEFUL = ("iso2022", "utf-7", "utf-16", "utf-32", "hz")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
# A letter and the marks on it; whole characters that NFC would exchange for others (of Chinese names, say) stay.
_TWO_PARTS = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


def decode(raw: bytes, charset: str | None, defects: Defects) -> str:
    """Text of these bytes: by the declared charset where it holds, else by what the bytes look like."""
    codec = codec_of(charset)
    if charset and codec is None:
        defects.note(f"unknown charset {charset[:40]!r}")
    if raw.isascii() and not (codec or "").startswith(_STATEFUL):
        return raw.decode("iso2022_jp_ext", "replace") if codec is None and b"\x1b$" in raw else raw.decode("ascii")
    if (
        codec in _WIDE
        and not raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        and raw.count(0, 0, 4_000) * 8 < len(raw[:4_000])
    ):
        defects.note(f"bytes that are no {codec}")
        return _decode_european(raw, "utf-8", defects)
    if codec in (None, "utf-8") or codec in _CLAIMED_BY_HABIT:
        return _decode_european(raw, codec, defects)
    text = raw.decode(codec, "replace")
    if "\ufffd" in text:
        defects.note(f"bytes that are no {codec}")
    return text


@lru_cache(maxsize=256)
def codec_of(charset: str | None) -> str | None:
    """Python's name of the codec that senders mean by this charset; None when it is unknown or no charset."""
    name = (charset or "").strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    if not _PLAUSIBLE.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
        b"".decode(found)
    except (LookupError, ValueError):
        return None
    return _MEANT.get(found, found)


def as_utf8(raw: bytes, codec: str) -> bytes:
    """These bytes in UTF-8, if they are not yet and are good in this codec; else as they are."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return raw.decode(codec).encode("utf-8", "replace")
    return raw


def clean(text: str) -> str:
    """One kind of line end and of umlauts; no control characters, half surrogates or byte order marks, which databases
    refuse. Macs write `ä` as two characters, which would be found by no search."""
    if "\r" in text or not text.isascii():
        text = _TWO_PARTS.sub(lambda found: unicodedata.normalize("NFC", found[0]), _LINE_ENDS.sub("\n", text))
    return _UNWANTED.sub("", text)


def _decode_european(raw: bytes, codec: str | None, defects: Defects) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if codec is None:
        defects.note("8-bit text without a charset")
    if codec == "utf-8":
        defects.note("bytes that are no UTF-8")
    if codec not in _CLAIMED_BY_HABIT:
        text = raw.decode("utf-8", "replace")
        # As many good multi-byte characters as bad ones: UTF-8 with a scratch. Other sets make them by no accident.
        if sum(1 for character in text if character > "\x7f") >= 2 * text.count("\ufffd"):
            return text
    return _decode_western(raw, codec if codec in _CLAIMED_BY_HABIT else guess.codec_of(raw))


def _decode_western(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode("latin-1" if codec == "cp1252" else codec, "replace")
