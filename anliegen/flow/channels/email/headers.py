"""Header fields as the wild writes them: encoded words, parameters, Message-IDs. Nothing here raises."""

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects

# How an encoded word begins by RFC 2047, with RFC 2231's language after a star; quotes and spaces are senders' own.
_OPENING = r"=\?[ \"']{0,2}([A-Za-z0-9_.:()+-]{1,60})(?:\*[A-Za-z0-9-]{0,20})?[ \"']{0,2}\?[ ]{0,2}([BbQq])[ ]{0,2}\?"
_WORD = re.compile(_OPENING)
_BETWEEN_WORDS = re.compile(rf"(\?=)[ \t\r\n]+(?={_OPENING})")
_HEX_BEHIND = re.compile(r"[0-9A-Fa-f]{2}")
_SOFT_BREAK = re.compile(rb"=[ \t]*(?:\r?\n|[ \t])[ \t]*")
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PARAMETER = re.compile(
    r";\s*([A-Za-z0-9_.\-]{1,40}(?:\*\d{1,3})?\*?)\s*=\s*(?:\"((?:[^\"\\]|\\.){0,4000})\"?|([^;]{0,4000}))"
)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_STARLESS = re.compile(r"[A-Za-z0-9_-]{3,20}'[A-Za-z-]{0,10}'[^\s%]{0,500}%[0-9A-Fa-f]{2}")
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,400}")


def decode(raw: bytes, defects: Defects) -> str:
    """One line of readable text from a field's bytes: encoded words decoded, folds and control characters gone."""
    return one_line(decode_words(text_of(raw, defects), defects))


def text_of(raw: bytes, defects: Defects) -> str:
    """The field as text before any decoding of words. Raw 8-bit is taken for UTF-8, else for what it looks like."""
    return raw.decode("ascii") if raw.isascii() and b"\x1b" not in raw else charsets.decode(raw, None, defects)


def one_line(text: str) -> str:
    return " ".join(charsets.clean(text).split())


def decode_words(text: str, defects: Defects) -> str:
    """Decode RFC 2047 words wherever they stand. Characters cut in half between two words come together again."""
    if "=?" not in text:
        return text
    head, rest = text[: limits.WORDS], text[limits.WORDS :]
    head = _BETWEEN_WORDS.sub(r"\1", _FOLD.sub(" ", head))
    out: list[str] = []
    charset, pending, end = "", b"", 0
    for start, after, name, encoding, words in _encoded_words(head):
        if pending and not (start == end and name == charset):
            out.append(charsets.decode(pending, charset, defects))
            pending = b""
        out.append(head[end:start])
        charset, end = name, after
        pending += _word_bytes(encoding, words)
    if pending:
        out.append(charsets.decode(pending, charset, defects))
    return "".join(out) + head[end:] + rest


def _encoded_words(text: str) -> Iterator[tuple[int, int, str, str, str]]:
    """Each word's beginning, end, charset, encoding and what it encodes. One that was cut off reaches to the end."""
    at = 0
    while opening := _WORD.search(text, at):
        encoding = opening[2].upper()
        close = _closing(text, opening.end(), encoding)
        is_cut = close < 0
        if is_cut:
            close = len(text) - text.endswith("?")
        if close - opening.end() > limits.WORD or (is_cut and close <= opening.end()):
            at = opening.end()
            continue
        at = min(close + 2, len(text))
        yield opening.start(), at, opening[1].lower(), encoding, text[opening.end() : close]


def _closing(text: str, start: int, encoding: str) -> int:
    """Where the word ends that began here. A question mark of the text itself may stand before an encoded byte."""
    close = text.find("?=", start)
    if encoding == "Q" and close >= 0 and _HEX_BEHIND.match(text, close + 2):
        later, opening = text.find("?=", close + 2), text.find("=?", close + 2)
        if later >= 0 and (opening < 0 or later <= opening + 1):
            return later
    return close


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding == "B":
        return base64_bytes(raw)
    if b"= " in raw or b"=\n" in raw or b"=\r" in raw or b"=\t" in raw:
        raw = _SOFT_BREAK.sub(b"", raw)  # the soft line break of bodies, which words do not have
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), raw.replace(b"_", b" "))


def base64_bytes(raw: bytes) -> bytes:
    """Bytes of base64 with missing padding, foreign characters or a cut end."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", raw.split(b"=", 1)[0])
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def parameters(raw: bytes, defects: Defects) -> tuple[str, dict[str, str]]:
    """The value before the first semicolon, lower case, and its parameters decoded (RFC 2231 and 2047)."""
    text = _FOLD.sub(" ", text_of(raw[: limits.PARAMETERS], defects))
    value = text.split(";", 1)[0].strip().lower()
    if ";" not in text:
        return value, {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted, bare in _PARAMETER.findall(text):
        given = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip().strip('"')
        lower = name.lower()
        if section := _SECTION.fullmatch(lower):
            sections.setdefault(section[1], {})[int(section[2])] = (given, bool(section[3]))
        elif lower.endswith("*"):
            sections.setdefault(lower[:-1], {})[0] = (given, True)
        else:
            # Every space of a boundary counts.
            plain.setdefault(lower, given if lower == "boundary" else _plain_value(given, defects))
    return value, plain | {name: _joined(pieces, defects) for name, pieces in sections.items()}


def _plain_value(given: str, defects: Defects) -> str:
    if _STARLESS.match(given):
        return _joined({0: (given, True)}, defects)  # RFC 2231 by a program that forgot its star
    return one_line(decode_words(given, defects))


def _joined(pieces: dict[int, tuple[str, bool]], defects: Defects) -> str:
    charset, collected = "", b""
    for number in sorted(pieces):
        text, is_encoded = pieces[number]
        if is_encoded and number == min(pieces) and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        collected += unquote_to_bytes(raw) if is_encoded else raw
    return one_line(decode_words(charsets.decode(collected, charset or None, defects), defects))


def message_id(text: str) -> str | None:
    """The mail's own Message-ID, also one without brackets or without an `@`, as some programs write it."""
    found = message_ids(text)
    if found:
        return found[0]
    words = charsets.clean(text).split()
    return words[0].strip("<>")[:998] or None if len(words) == 1 else None


def message_ids(text: str) -> tuple[str, ...]:
    """Message-IDs of a field in their order, each once, without brackets. A very long list loses its middle."""
    found = ["".join(match.split()) for match in _BRACKETED.findall(text)] or _BARE_ID.findall(text)
    unique = list(dict.fromkeys(charsets.clean(one) for one in found if one.strip()))
    if len(unique) > limits.IDENTIFIERS:
        unique = unique[: limits.IDENTIFIERS // 2] + unique[-limits.IDENTIFIERS // 2 :]
    return tuple(unique)
