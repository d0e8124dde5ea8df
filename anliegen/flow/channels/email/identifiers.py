"""The signs by which an answer finds back: Message-IDs, the signed reply address, the number in a subject."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

_TAG = re.compile(r"\+a([1-9]\d{0,11})\.([a-z2-7]{16})", re.IGNORECASE)
_BOUNCE_TAG = re.compile(r"\+b([1-9]\d{0,17})\.([a-z2-7]{16})", re.IGNORECASE)
_LONGEST_LOCAL = 64  # RFC 5321
MOST_NUMBERS = 5  # looked for of one subject
_TOKEN = re.compile(r"[A-Za-z0-9._=+-]{1,120}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_BRACKETED_NUMBER = re.compile(r"\[#\s?([1-9]\d{0,11})\]")
_NAMED_NUMBER = re.compile(
    r"\b(?:Vorgang|Vorgangs-?(?:nr|nummer)|Anliegen|Ticket|Request|Case)\b\.?\s{0,2}(?:(?:Nr|No|Number|Nummer)\b\.?\s{0,2})?[:#]?\s{0,2}"
    r"([1-9]\d{0,11})(?![\d.,/-]*\d)",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"(?:re|aw|antw|antwort|wg|fwd?|tr|rif|rv|sv|vs|vl|vb|vá|ref|res|enc|odp|pd|ynt|ilt|doorst|betr|weiterleitung|réf|ré|r|i)"
    r"\s{0,2}(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?\s{0,2}[:：]",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\[(?:ext|extern|external|externe e-?mail|spam|spamverdacht)\]", re.IGNORECASE)


def message_id(token: str, domain: str) -> str:
    """A Message-ID of ours, without angle brackets. Raises ValueError for what cannot stand in one."""
    if not _TOKEN.fullmatch(token) or token.startswith(".") or token.endswith(".") or ".." in token:
        raise ValueError("not a token for a Message-ID")
    if not _DOMAIN.fullmatch(domain):
        raise ValueError("not a domain for a Message-ID")
    return f"{token}@{domain.lower()}"


def reply_address(mailbox_address: str, ticket_number: int, key: bytes) -> str:
    """`service+a812.<sign>@domain`: an address only we can make, so that an answer to it belongs to the ticket.

    Raises ValueError when the mailbox's local part is too long for the 64 characters that mail allows.
    """
    return _tagged(mailbox_address, "a", ticket_number, _sign(ticket_number, key))


def read_reply_address(address: str, key: bytes) -> int | None:
    """The ticket number a signed address stands for; None when it carries no sign or a wrong one.

    Upper and lower case are the same: some mail programs change them. Takes the same time for right and wrong signs.
    """
    return _read(address, _TAG, lambda number: _sign(number, key))


def bounce_address(mailbox_address: str, message: int, key: bytes) -> str:
    """`service+b4711.<sign>@domain`: the envelope's sender, so that a report about a message names it (VERP).

    Raises ValueError as `reply_address` does.
    """
    return _tagged(mailbox_address, "b", message, _sign(message, key, b"bounce address"))


def read_bounce_address(address: str, key: bytes) -> int | None:
    """The key of the message that an envelope's sender of ours stands for, else None."""
    return _read(address, _BOUNCE_TAG, lambda number: _sign(number, key, b"bounce address"))


def subject_numbers(subject: str) -> list[int]:
    """The numbers in `[#812]`, `Vorgang 812` or their like, the likeliest first. Anybody can write one: it proves
    nothing by itself.

    We put ours at the end of a subject, so the last in brackets comes first: before it may stand one that the customer
    wrote, of another house or another concern. At most MOST_NUMBERS; who names more wants to find something.
    """
    bracketed = [int(match[1]) for match in _BRACKETED_NUMBER.finditer(subject[:500])]
    named = [int(match[1]) for match in _NAMED_NUMBER.finditer(subject[:500])]
    return list(dict.fromkeys([*reversed(bracketed), *named]))[:MOST_NUMBERS]


def bare_subject(subject: str) -> str:
    """The subject without `Re:`, `AW:`, `WG:`, `Fwd:` and their like, however many, in whatever language."""
    bare = " ".join(subject.split())
    while match := _PREFIX.match(bare) or _LABEL.match(bare):
        bare = bare[match.end() :].lstrip()
    return bare


def _tagged(mailbox_address: str, kind: str, number: int, sign: str) -> str:
    local, at, domain = mailbox_address.rpartition("@")
    if not at or not local or not domain or number < 1:
        raise ValueError("not an address or not a number")
    tagged = f"{local}+{kind}{number}.{sign}"
    if len(tagged) > _LONGEST_LOCAL:
        raise ValueError("the mailbox address is too long to carry a token")
    return f"{tagged}@{domain}"


def _read(address: str, tag: re.Pattern[str], sign: Callable[[int], str]) -> int | None:
    local, _at, domain = address[:400].rpartition("@")
    match = tag.search(local)
    if not domain or not match or match.end() != len(local) or match.start() == 0:
        return None
    number = int(match[1])
    is_ours = hmac.compare_digest(match[2].lower().encode("ascii"), sign(number).encode("ascii"))
    return number if is_ours else None


def _sign(number: int, key: bytes, purpose: bytes = b"reply address") -> str:
    """80 bits in base32: 16 characters that survive a change of case."""
    digest = hmac.new(key, b"%b %d" % (purpose, number), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode("ascii").lower()
