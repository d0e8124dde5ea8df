"""Header fields as the wild writes them: encoded words, parameters, Message-IDs, dates. Nothing here raises."""

import binascii
import email.utils
import re
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects

# RFC 2047, and RFC 2231's language after a star. Some senders leave spaces and lone question marks in the text.
_WORD = re.compile(r"=\?([A-Za-z0-9_.:()+-]{1,60})(?:\*[A-Za-z0-9-]{1,20})?\?([BbQq])\?(.{0,1000}?)\?=", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[A-Za-z0-9_.:()+-]{1,60}(?:\*[A-Za-z0-9-]{1,20})?\?[BbQq]\?)")
_FOLD = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PARAMETER = re.compile(
    r";\s*([A-Za-z0-9_.\-]{1,40}(?:\*\d{1,3})?\*?)\s*=\s*(?:\"((?:[^\"\\]|\\.){0,4000})\"?|([^;]{0,4000}))"
)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,400}")
_MONTHS = {"mär": "Mar", "mrz": "Mar", "mai": "May", "okt": "Oct", "dez": "Dec"}
_MONTH = re.compile(r"\b(mär|mrz|mai|okt|dez)(?=[\s.-])", re.IGNORECASE)


def decode(raw: bytes, defects: Defects) -> str:
    """One line of readable text from a field's bytes: encoded words decoded, folds and control characters gone."""
    return one_line(decode_words(text_of(raw, defects), defects))


def text_of(raw: bytes, defects: Defects) -> str:
    """The field as text before any decoding of words. Raw 8-bit is taken for UTF-8, else for Windows-1252."""
    return raw.decode("ascii") if raw.isascii() else charsets.decode(raw, None, defects)


def one_line(text: str) -> str:
    return " ".join(charsets.clean(text).split())


def decode_words(text: str, defects: Defects) -> str:
    """Decode RFC 2047 words wherever they stand. Characters cut in half between two words come together again."""
    if "=?" not in text or "?=" not in text:
        return text
    head, rest = text[: limits.WORDS], text[limits.WORDS :]
    head = _BETWEEN_WORDS.sub(r"\1", _FOLD.sub(" ", head))
    out: list[str] = []
    charset, pending, end = "", b"", 0
    for word in _WORD.finditer(head):
        adjacent = word.start() == end and word[1].lower() == charset
        if pending and not adjacent:
            out.append(charsets.decode(pending, charset, defects))
            pending = b""
        out.append(head[end : word.start()])
        charset, end = word[1].lower(), word.end()
        pending += _word_bytes(word[2], word[3])
    if pending:
        out.append(charsets.decode(pending, charset, defects))
    return "".join(out) + head[end:] + rest


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return base64_bytes(raw)
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
    text = _FOLD.sub(" ", text_of(raw[: limits.WORDS], defects))
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
            plain.setdefault(lower, given if lower == "boundary" else one_line(decode_words(given, defects)))
    return value, plain | {name: _joined(pieces, defects) for name, pieces in sections.items()}


def _joined(pieces: dict[int, tuple[str, bool]], defects: Defects) -> str:
    charset, collected = "", b""
    for number in sorted(pieces):
        text, is_encoded = pieces[number]
        if is_encoded and number == min(pieces) and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        collected += unquote_to_bytes(raw) if is_encoded else raw
    return one_line(decode_words(charsets.decode(collected, charset or None, defects), defects))


def message_ids(text: str) -> tuple[str, ...]:
    """Message-IDs of a field in their order, each once, without brackets. A very long list loses its middle."""
    found = ["".join(match.split()) for match in _BRACKETED.findall(text)] or _BARE_ID.findall(text)
    unique = list(dict.fromkeys(charsets.clean(one) for one in found if one.strip()))
    if len(unique) > limits.IDENTIFIERS:
        unique = unique[: limits.IDENTIFIERS // 2] + unique[-limits.IDENTIFIERS // 2 :]
    return tuple(unique)


def date(text: str, defects: Defects) -> datetime | None:
    """The moment a Date field names, aware. `-0000` and missing zones count as UTC. None when it is no date."""
    if not text:
        return None
    try:
        english = _MONTH.sub(lambda match: _MONTHS[match[1].lower()], text[:100])
        moment = email.utils.parsedate_to_datetime(english)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)  # A zone that leaves the calendar fails here and not later.
    except Exception:
        # The parser of the standard library fails in many ways on hostile dates; all mean the same.
        defects.note("unreadable date")
        return None
    return moment
