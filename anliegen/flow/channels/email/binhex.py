"""BinHex 4.0 (RFC 1741), as Macintosh mail programs sent files: its data fork. The resource fork is left out."""

import binascii
import re
import struct
from dataclasses import dataclass

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.defects import Defects

TYPES = ("application/mac-binhex40", "application/x-mac-binhex40", "application/mac-binhex", "application/binhex")
_BEGIN = re.compile(rb"\(This file must be converted with BinHex[^\r\n]{0,40}\)?\s{0,200}:", re.IGNORECASE)
_LETTERS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64 = bytes.maketrans(_LETTERS, _BASE64)
_NO_LETTERS = bytes(set(range(256)) - set(_LETTERS))
_RUN = re.compile(rb"\x90(.)", re.DOTALL)
_REPEATED = 0x90
_FIELDS = struct.Struct(">x4s4sHLL")  # behind the name: version, type, creator, flags, lengths of both forks
_LONGEST_NAME = 63


class Damaged(Exception):
    """It is none, or so broken that not even its name can be read."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


def read(encoded: bytes, defects: Defects) -> File:
    """The file in it, as far as it goes. Raises Damaged; never gives more than `limits.BINHEX` bytes."""
    begin = _BEGIN.search(encoded)
    if begin is None:
        raise Damaged
    end = encoded.find(b":", begin.end())
    plain = _expanded(_packed(encoded[begin.end() : end if end >= 0 else len(encoded)]))
    length = plain[0] if plain else 0
    starts = 1 + length + _FIELDS.size
    if not 0 < length <= _LONGEST_NAME or len(plain) < starts + 2:
        raise Damaged
    _type, _creator, _flags, size, beside = _FIELDS.unpack_from(plain, 1 + length)
    content = bytes(plain[starts + 2 : starts + 2 + size])
    if not content and beside:
        raise Damaged  # all of it lies in the resource fork: whoever can read that needs the whole
    summed = plain[starts + 2 + size : starts + 4 + size]
    is_whole = _sum(plain[:starts]) == plain[starts : starts + 2] and _sum(content) == summed
    if len(content) < size or not is_whole:
        defects.note("a damaged BinHex file")
    return File(bytes(plain[1 : 1 + length]).decode("mac_roman").strip("\0"), content)


def _packed(text: bytes) -> bytes:
    """Six bits a letter, as base64 has them, with other letters."""
    letters = text.translate(_TO_BASE64, _NO_LETTERS)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _expanded(packed: bytes) -> bytearray:
    """Runs written out: behind 0x90 stands how often the byte before it comes; 0 is 0x90 itself."""
    out = bytearray()
    at = 0
    for count, run in enumerate(_RUN.finditer(packed)):
        out += packed[at : run.start()]
        at = run.end()
        times = run[1][0]
        out += bytes([_REPEATED]) if times == 0 else out[-1:] * (times - 1)
        if len(out) > limits.BINHEX or count >= limits.BINHEX_RUNS:
            return out[: limits.BINHEX]
    return (out + packed[at:])[: limits.BINHEX]


def _sum(content: bytes | bytearray) -> bytes:
    return binascii.crc_hqx(content, 0).to_bytes(2, "big")
