"""Lists of addresses as the wild writes them: missing quotes, semicolons, groups, comments, encoded words anywhere."""

import re

from anliegen.flow.channels.email import headers, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.incoming import Contact

_SPECIAL = re.compile(r'[\\"()<>,;:]')
_MASKABLE = re.compile(r"=\?[A-Za-z0-9_.:()*+-]{1,80}\?[BbQq]\?[^?\r\n]{0,2000}\?=")
_MASK = re.compile("\ue000(\\d{1,5})\ue001")
_PLAIN = re.compile(
    r"([^\"()<>,;:\\@\[\]=?\x80-\uffff]*)<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>|[\w.+-]+@[\w.-]+"
)
_ADDRESS = re.compile(r"[^@\s]{1,250}@[^@\s]{1,250}")
_LONGEST = 320


def parse(raw: bytes, defects: Defects) -> tuple[Contact, ...]:
    """The people of a From, To, Cc or Reply-To field, in order. Groups are dissolved; nobody is invented.

    A name with empty brackets, as reports have it, gives a contact without an address.
    """
    text = headers.text_of(raw, defects).strip()
    if match := _PLAIN.fullmatch(text):
        return (Contact(headers.one_line(match[1] or ""), _lower_domain(match[2] or match[0])[:_LONGEST]),)
    words: list[str] = []
    masked = _MASKABLE.sub(lambda match: _mask(match[0], words), text)
    found: list[Contact] = []
    for entry in _merged(_entries(masked)):
        if len(found) == limits.ADDRESSES:
            defects.note(f"more than {limits.ADDRESSES} addresses in one field")
            break
        contact = _contact(entry, words, defects)
        if contact:
            found.append(contact)
    return tuple(found)


def _mask(word: str, words: list[str]) -> str:
    """Hide an encoded word: commas and brackets inside it separate nothing."""
    words.append(word)
    return f"\ue000{len(words) - 1}\ue001"


def _entries(text: str) -> list[str]:
    entries, closed = _split(text, quotes=True)
    # A quote that never closes would swallow everybody after it: then quotes mean nothing here.
    return entries if closed else _split(text, quotes=False)[0]


def _split(text: str, *, quotes: bool) -> tuple[list[str], bool]:
    entries: list[str] = []
    start, skip, comments = 0, -1, 0
    in_quote = in_angle = False
    for special in _SPECIAL.finditer(text):
        at, mark = special.start(), special[0]
        if at == skip:
            continue
        if mark == "\\":
            skip = at + 1
        elif in_quote:
            in_quote = mark != '"'
        elif mark == "(":
            comments += 1
        elif mark == ")":
            comments = max(0, comments - 1)
        elif comments:
            continue
        elif mark == '"':
            in_quote = quotes
        elif mark in "<>":
            in_angle = mark == "<"
        elif mark in ",;" and not (in_angle and mark == ","):
            entries.append(text[start:at])
            start, in_angle = at + 1, False
        elif mark == ":" and not in_angle and "@" not in text[start:at]:
            start = at + 1  # the name of a group, or mailto:
    entries.append(text[start:])
    return entries, not in_quote and not comments


def _merged(entries: list[str]) -> list[str]:
    """Join `Müller` and `Hans <hans@...>`, which a missing pair of quotes took apart."""
    merged: list[str] = []
    name = ""
    for entry in entries:
        if "@" in entry or "<" in entry:
            joined = (
                f"{name}, {entry.strip()}" if name and "<" in entry and not entry.lstrip().startswith("<") else entry
            )
            merged.append(joined)
            name = ""
        else:
            if name:
                merged.append(name)
            name = entry.strip()
    return [*merged, name] if name else merged


def _contact(entry: str, words: list[str], defects: Defects) -> Contact | None:
    entry, comment = _without_comments(entry)
    before, bracket, inside = entry.rpartition("<")
    if bracket and "@" not in inside and "<" in before:
        before, bracket, inside = before.rpartition("<")
    address = inside.split(">", 1)[0] if bracket else entry
    name = before if bracket else comment
    if (
        not bracket
        and (match := re.fullmatch(r"(.*?)\s*([^\s\"]{1,250}@[^\s\"]{1,250})", address.strip()))
        and match[1]
    ):
        name, address = match[1], match[2]  # `Hans Meier hans@example.de`
    # Quotes belong to the notation before words are decoded, and to the name after that.
    name = _unmask(_without_quotes(name or comment), words, defects).strip("<> ")[:_LONGEST]
    address = _address(_unmask(address, words, defects))
    if not address:
        return Contact(name, "") if bracket and name else None
    if not _ADDRESS.fullmatch(address):
        defects.note("an address without a domain, or damaged")
    return Contact(name, address)


def _without_comments(entry: str) -> tuple[str, str]:
    """Take comments outside of quotes off: `hans@example.de (Hans Meier)`. Inside an unquoted name they stay."""
    if "(" not in entry or "<" in entry:
        return entry, ""
    outside, comments, depth, start = [], [], 0, 0
    for special in re.finditer(r"[()]", entry):
        if depth == 0 and special[0] == "(":
            outside.append(entry[start : special.start()])
            start = special.end()
        if depth == 1 and special[0] == ")":
            comments.append(entry[start : special.start()])
            start = special.end()
        depth = max(0, depth + (1 if special[0] == "(" else -1))
    outside.append(entry[start:])
    return " ".join(outside), " ".join(comments)


def _unmask(text: str, words: list[str], defects: Defects) -> str:
    whole = _MASK.sub(lambda match: words[int(match[1])] if int(match[1]) < len(words) else "", text)
    return headers.one_line(headers.decode_words(whole, defects))


def _without_quotes(text: str) -> str:
    if '"' not in text and "\\" not in text:
        return text
    return re.sub(r'\\(.)|"', lambda match: match[1] or "", text)


def _address(text: str) -> str:
    if text.startswith('"') and '"@' in text:
        return _lower_domain(text)[:_LONGEST]  # a local part in quotes may hold anything
    whole = next((word for word in text.split() if _ADDRESS.fullmatch(word)), "".join(text.split()))
    address = whole.strip("<>\"'[]").removeprefix("mailto:")
    if address.startswith("@") and ":" in address:
        address = address.split(":", 1)[1]  # the route of RFC 822
    return _lower_domain(address)[:_LONGEST]


def _lower_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else address
