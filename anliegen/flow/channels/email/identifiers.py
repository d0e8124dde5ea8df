"""The signs by which an answer finds back: Message-IDs, the signed reply address, the number in a subject."""

import base64
import hashlib
import hmac
import re

_TAG = re.compile(r"\+a([1-9]\d{0,11})\.([a-z2-7]{16})", re.IGNORECASE)
_LONGEST_LOCAL = 64  # RFC 5321
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
    local, at, domain = mailbox_address.rpartition("@")
    if not at or not local or not domain or ticket_number < 1:
        raise ValueError("not an address or not a ticket number")
    tagged = f"{local}+a{ticket_number}.{_sign(ticket_number, key)}"
    if len(tagged) > _LONGEST_LOCAL:
        raise ValueError("the mailbox address is too long to carry a reply token")
    return f"{tagged}@{domain}"


def read_reply_address(address: str, key: bytes) -> int | None:
    """The ticket number a signed address stands for; None when it carries no sign or a wrong one.

    Upper and lower case are the same: some mail programs change them. Takes the same time for right and wrong signs.
    """
    local, _at, domain = address[:400].rpartition("@")
    match = _TAG.search(local)
    if not domain or not match or match.end() != len(local) or match.start() == 0:
        return None
    number = int(match[1])
    is_ours = hmac.compare_digest(match[2].lower().encode("ascii"), _sign(number, key).encode("ascii"))
    return number if is_ours else None


def subject_number(subject: str) -> int | None:
    """The number in `[#812]`, `Vorgang 812` or their like. Anybody can write one: it proves nothing by itself."""
    match = _BRACKETED_NUMBER.search(subject[:500]) or _NAMED_NUMBER.search(subject[:500])
    return int(match[1]) if match else None


def bare_subject(subject: str) -> str:
    """The subject without `Re:`, `AW:`, `WG:`, `Fwd:` and their like, however many, in whatever language."""
    bare = " ".join(subject.split())
    while match := _PREFIX.match(bare) or _LABEL.match(bare):
        bare = bare[match.end() :].lstrip()
    return bare


def _sign(number: int, key: bytes) -> str:
    """80 bits in base32: 16 characters that survive a change of case."""
    digest = hmac.new(key, b"reply address %d" % number, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode("ascii").lower()
