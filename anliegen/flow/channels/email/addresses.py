"""Lists of addresses as the wild writes them: missing quotes, semicolons, groups, comments, encoded words anywhere."""

import re

from anliegen.flow.channels.email import headers, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.incoming import Contact

_SPECIAL = re.compile(r'[\\"()<>,;:]')
_MASKABLE = re.compile(r"=\?[A-Za-z0-9_.:()*+-]{1,80}\?[BbQq]\?[^?\r\n]{0,2000}\?=")
_MASK = re.compile("\ue000(\\d{1,5})\ue001")
_PLAIN = re.compile(
    r"([^\"()<>,;:\\@\[\]=?\x80-\uffff]*)<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>|[\w.+-]+@[\w.-]*[\w-]"
)
_ADDRESS = re.compile(r"[^@\s]{1,250}@[^@\s]{1,250}")
_QUOTED_LOCAL = re.compile(r'"[^"]{1,250}"@[^@\s]{1,250}')
_LAST_ADDRESS = re.compile(r"(?<=[\s\"\ue001])[^\s\"\ue001]{1,250}@[^\s\"]{1,250}+\Z")
_WHOLE_IN_WORD = re.compile(r"\"?([^<>\"@]{1,300}?)\"?\s{0,3}<([^<>\s]{1,250}@[^<>\s]{1,250})>?")
_FULL_BRACKETS = re.compile(r"[^<>]{0,300}<[^<>@\s]{1,250}@[^<>@\s]{1,250}>")
_SEVERAL_INSIDE = re.compile(
    r"([^<>]{0,300})<\s{0,3}([^<>@\s,:]{1,250}@[^<>@\s,]{1,250}(?:\s{0,3},\s{0,3}[^<>@\s,:]{1,250}@[^<>@\s,]{1,250}){1,50})\s{0,3}>\s*"
)
_ROUTE = re.compile(r"@[A-Za-z0-9.-]{1,250}(?:,@[A-Za-z0-9.-]{1,250}){0,10}")
_SCHEME = re.compile(r"(?:mailto|smtp|email|e-mail)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;]")
# Zero-width and direction-changing characters: they change what a person sees, and are part of no address.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LONGEST = 320
_ADDRESS_AND_ONE = 502  # characters of the longest address, and the one before it
_COLONS = 500  # of one field whose meaning is asked for
_NEAR = 1_000  # characters around a colon that say what it means


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
    for entry in _merged(masked, _entries(masked)):
        if len(found) >= limits.ADDRESSES:
            defects.note(f"more than {limits.ADDRESSES} addresses in one field")
            break
        found += _contacts(entry, words, defects)
    return tuple(found[: limits.ADDRESSES])


def _mask(word: str, words: list[str]) -> str:
    """Hide an encoded word: commas and brackets inside it separate nothing."""
    words.append(word)
    return f"\ue000{len(words) - 1}\ue001"


def _entries(text: str) -> list[tuple[int, int]]:
    entries, closed = _split(text, quotes=True)
    # A quote that never closes would swallow everybody after it: then quotes mean nothing here.
    return entries if closed else _split(text, quotes=False)[0]


def _split(text: str, *, quotes: bool) -> tuple[list[tuple[int, int]], bool]:
    """From where to where each entry reaches, and whether every quote and comment closes."""
    entries: list[tuple[int, int]] = []
    start, skip, comments, colons = 0, -1, 0, 0
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
            entries.append((start, at))
            start, in_angle = at + 1, False
        elif mark == ":" and not in_angle and colons < _COLONS:
            colons += 1
            start = at + 1 if _begins_a_group(text, start, at) else start
    entries.append((start, len(text)))
    return entries, not in_quote and not comments


def _begins_a_group(text: str, start: int, at: int) -> bool:
    """Whether this colon ends the name of a group, or `mailto`; else it belongs to somebody's name."""
    before = text[start:at].strip() if at - start <= _NEAR else "@"
    if "@" in before:
        return _ROUTE.fullmatch(before) is not None
    if _SCHEME.fullmatch(before):
        return True
    if before.endswith("[mailto"):
        return False
    after = text[at : at + _NEAR]
    bracket, separator = after.find("<"), _SEPARATOR.search(after)
    return bracket < 0 or ";" in after or (separator is not None and separator.start() < bracket)


def _merged(text: str, entries: list[tuple[int, int]]) -> list[str]:
    """Join `Müller`, `Dr. Hans` and `<hans@...>`, which missing quotes took apart, as they stood."""
    merged: list[str] = []
    name: tuple[int, int] | None = None
    for start, end in entries:
        entry = text[start:end]
        if not ("@" in entry or "<" in entry):
            if entry.strip():
                name = (name[0] if name else start, end)
            continue
        if name and "<" in entry:
            joint = "" if entry.lstrip().startswith("<") else text[name[1] : start]
            merged.append(f"{text[name[0] : name[1]]}{joint}{entry}")
        else:
            merged += [text[name[0] : name[1]]] if name else []
            merged.append(entry)
        name = None
    return [*merged, *text[name[0] : name[1]].split(",")] if name else merged


def _contacts(entry: str, words: list[str], defects: Defects) -> list[Contact]:
    """Mostly one; several where the commas between them are missing, or stand inside of the brackets."""
    brackets = _FULL_BRACKETS.findall(entry) if entry.count("<") > 1 else []
    if len(brackets) > 1 and '"' not in entry:
        found = [_contact(one, words, defects) for one in brackets]
    elif (inside := _SEVERAL_INSIDE.fullmatch(entry)) is not None:
        found = [_contact(f"{inside[1]}<{one}>", words, defects) for one in str(inside[2]).split(",")]
    elif "<" not in entry and (bare := entry.split()) and len(bare) > 1 and all(map(_ADDRESS.fullmatch, bare)):
        found = [_contact(one, words, defects) for one in bare]
    else:
        found = [_contact(entry, words, defects)]
    return [one for one in found if one]


def _contact(entry: str, words: list[str], defects: Defects) -> Contact | None:
    entry, comment = _without_comments(entry)
    before, bracket, inside = entry.rpartition("<")
    if bracket and "@" not in inside and "<" in before:
        before, bracket, inside = before.rpartition("<")
    address = inside.split(">", 1)[0] if bracket else entry
    name = before if bracket else comment
    if not bracket and (named := _named(address.strip())):
        name, address = named  # `Hans Meier hans@example.de`
    # Quotes belong to the notation before words are decoded, and to the name after that.
    name = _without_invisible(_unmask(_without_quotes(name or comment), words, defects)).strip("<> ")[:_LONGEST]
    written = _unmask(address, words, defects)
    if not name and "\ue000" in address and (match := _WHOLE_IN_WORD.fullmatch(written)):
        name, written = match[1], match[2]  # all of it in one encoded word
    address = _address(_without_invisible(written))
    if not address or (not bracket and address == '"'):
        return Contact(name, "") if name and (bracket or comment) else None
    if not _ADDRESS.fullmatch(address) and not _QUOTED_LOCAL.fullmatch(address):
        defects.note("an address without a domain, or damaged")
    return Contact(name, address)


def _named(text: str) -> tuple[str, str] | None:
    """Name and address where only a blank, a quote or an encoded word parts them. Looks at the end alone: a field may
    be as long as its sender likes."""
    tail = max(0, len(text) - _ADDRESS_AND_ONE)
    match = _LAST_ADDRESS.search(text[tail:])
    return (text[: tail + match.start()], match.group()) if match else None


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


def _without_invisible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def _address(text: str) -> str:
    text = text.strip()
    if text.startswith('"') and '"@' in text:
        return _lower_domain(text)[:_LONGEST]  # a local part in quotes may hold anything
    whole = next((word for word in text.split() if _ADDRESS.fullmatch(word)), "".join(text.split()))
    address = whole.strip("<>\"'").removeprefix("mailto:")
    if not address.endswith("]") or "@[" not in address:  # an address literal keeps its brackets
        address = address.strip("[]").removeprefix("mailto:").rstrip(".")
    if address.startswith("@") and ":" in address:
        address = address.split(":", 1)[1]  # the route of RFC 822
    return _lower_domain(address)[:_LONGEST]


def _lower_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else address
