"""Delivery reports: which of our mails did not arrive, at whom, and why.

RFC 3464 first, then Exim's header, then flufl.bounce for the programs that write prose, then German prose.
"""

import email
import logging
import re
from email.message import Message

from anliegen.flow.channels.email import headers, limits, mime, transfer
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Bounce, BouncedRecipient, Contact

_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINAL_PARTS = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/global-headers",
    "message/rfc822-headers",
)
_SENDERS = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|mdaemon|bounces?|mail-?delivery|maildelivery"
    r"|deliverysubsystem|microsoftexchange\w{0,40})"
    r"(?:[-+=].{0,200})?",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"mail delivery (?:sub)?system|mail administrator|mail server|postmaster|mailer-daemon|delivery subsystem"
    r"|system administrator"
    r"|systemadministrator|internet mail delivery|mail-?zustell",
    re.IGNORECASE,
)
SUBJECTS = re.compile(
    r"undeliver|delivery (?:status )?(?:notification|failure|report|has failed|incomplete|unsuccessful"
    r"|problem)|(?:mail|message) delivery failed"
    r"|returned (?:mail|to sender)|failure notice|mail (?:failure|system error|could not be delivered)"
    r"|non.?delivery|not delivered"
    r"|could ?n.t be delivered|delivery (?:failed|delayed|error|warning)|mail error|nondeliverable|warning:"
    r" (?:message|could not send)"
    r"|unzustellbar|nicht zugestellt|nicht zustellbar|zustellung (?:fehlgeschlagen|nicht möglich|verzögert"
    r"|gescheitert)"
    r"|zustell(?:fehler|problem|status|ungsfehler|benachrichtigung)|unzustellbare|fehler bei der (?:zustellung"
    r"|e-?mail)"
    r"|verzögert(?:e zustellung)?: |rückläufer|unbekannter empfänger|empfänger unbekannt|échec|non remis"
    r"|mancata consegna",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\bdelayed\b|has not yet been delivered|will (?:be retried|continue to try|keep trying)|still being"
    r" (?:retried|attempted)|warning message only"
    r"|verzögert|noch nicht zugestellt|weitere zustellversuche|zustellung wird (?:weiter|erneut) versucht|do"
    r" not need to resend",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"nicht zugestellt|nicht zustellbar|unzustellbar|zustellung .{0,60}(?:fehlgeschlagen|gescheitert|nicht"
    r" möglich)|(?:postfach|empfänger).{0,40}"
    r"(?:existiert nicht|unbekannt|überfüllt|voll\b)|could not be delivered|undeliverable|user unknown|mailbox"
    r" (?:is )?full|does not exist"
    r"|delivery (?:has )?failed|failed permanently",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_QUOTED_ID = re.compile(r"^[ \t>]{0,6}Message-I[dD]:[ \t]{0,5}(<[^<>\n]{3,500}>)", re.MULTILINE)
_BLOCKS = re.compile(rb"\r?\n[ \t]*\r?\n")
_ORIGINAL_BELOW = re.compile(
    r"(?:this is a copy of the message|original message|message headers? follow|ursprüngliche nachricht|below"
    r" this line is a copy|message header)",
    re.IGNORECASE,
)


def is_suspect(root: Part, *, sender: Contact | None, return_path: str | None, subject: str) -> bool:
    """Whether this may be a report that says so only in prose. Nobody's reply is one, whatever it quotes."""
    if re.match(r"\s{0,3}(?:re|aw|antw|wg|fwd?)\s?:", subject, re.IGNORECASE):
        return False
    if root.has("x-failed-recipients") or root.content_type == "multipart/report":
        return True
    if sender and (_SENDERS.fullmatch(sender.address.partition("@")[0]) or _NAMES.search(sender.name[:200])):
        return True
    return bool(SUBJECTS.search(subject[:300])) or return_path == "" or sender is None


def read(root: Part, parts: list[Part], *, text: str, subject: str, suspect: bool, defects: Defects) -> Bounce | None:
    """The bounce a mail reports; None when it reports none, as reports of success do."""
    has_status = any(part.content_type in _STATUS_PARTS for part in parts)
    if has_status and (root.content_type == "multipart/report" or suspect):
        recipients = _by_standard(parts, defects)
        if recipients is not None:
            return _bounce(recipients)
    if not suspect:
        return None
    is_delay = bool(_DELAY.search(subject[:300])) or bool(_DELAY.search(_own_words(text)[:3000]))
    in_text = _by_blocks(text[: limits.REPORT].encode("utf-8", "replace"), defects)
    if in_text:
        return _bounce(in_text)
    prose = (
        _by_exim(root, text, is_delay, defects) or _by_flufl(root, text, defects) or _by_prose(text, subject, is_delay)
    )
    return _bounce(prose[: limits.BOUNCED])


def original_ids(root: Part, parts: list[Part], text: str, defects: Defects) -> tuple[str, ...]:
    """Message-IDs of the mail a report is about: from the mail itself, its headers, the report, or its"
    " quoted text."""
    found: list[str] = []
    for part in parts:
        content = transfer.content(part, defects)[: limits.REPORT] if not part.parts else b""
        if part.content_type in _ORIGINAL_PARTS:
            found += _ids(mime.fields_of(content.lstrip(), defects), ("message-id",), defects)
        elif part.content_type in (*_STATUS_PARTS, "message/disposition-notification", "message/feedback-report"):
            for block in _BLOCKS.split(content)[:10]:
                names = ("original-message-id", "x-original-message-id", "message-id", "original-envelope-id")
                found += _ids(mime.fields_of(block, defects), names, defects)
    for quoted in _QUOTED_ID.findall(text[: limits.REPORT]):
        found += headers.message_ids(quoted)
    found += _ids(root, ("x-original-message-id", "in-reply-to"), defects)
    return tuple(dict.fromkeys(found))[: limits.IDENTIFIERS]


def _ids(part: Part, names: tuple[str, ...], defects: Defects) -> list[str]:
    return [
        one
        for name in names
        for value in part.all(name)
        for one in headers.message_ids(headers.text_of(value, defects))
    ]


def _bounce(recipients: list[BouncedRecipient]) -> Bounce | None:
    failed = [one for one in recipients if one.action in ("failed", "delayed")]
    if not failed:
        return None
    is_hard = any(one.action == "failed" and not (one.status or "").startswith("4") for one in failed)
    return Bounce("hard" if is_hard else "soft", tuple(recipients))


def _by_standard(parts: list[Part], defects: Defects) -> list[BouncedRecipient] | None:
    """The recipients of RFC 3464 reports; None when there is a report but nothing in it."""
    found: dict[str, BouncedRecipient] = {}
    for part in parts:
        if part.content_type not in _STATUS_PARTS:
            continue
        for one in _by_blocks(transfer.content(part, defects)[: limits.REPORT], defects):
            found.setdefault(one.address.lower(), one)
    return list(found.values())[: limits.BOUNCED] or None


def _by_blocks(report: bytes, defects: Defects) -> list[BouncedRecipient]:
    """The recipients in fields of RFC 3464, also where a damaged report shows them as text."""
    if b"-Recipient:" not in report and b"-recipient:" not in report.lower():
        return []
    blocks = _BLOCKS.split(report)[: limits.BOUNCED + 50]
    found = (_recipient(mime.fields_of(block.strip(b"\r\n"), Defects()), defects) for block in blocks)
    return [one for one in found if one]


def _recipient(block: Part, defects: Defects) -> BouncedRecipient | None:
    address = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        address = address or _typed_address(headers.decode(block.first(name), defects))
    if not address:
        return None
    diagnostic = headers.decode(block.first("diagnostic-code"), defects)[: limits.DIAGNOSTIC]
    stated = _ENHANCED.search(headers.decode(block.first("status"), defects)) or _ENHANCED.search(diagnostic)
    status = stated[1] if stated else None
    return BouncedRecipient(
        address, _action(headers.decode(block.first("action"), defects), status), status, diagnostic or None
    )


def _typed_address(value: str) -> str:
    """`rfc822; name@example.de`, with the type, angle brackets or a comment missing or doubled."""
    candidate = value.rpartition(";")[2] if ";" in value else value
    match = _ADDRESS.search(candidate) or _ADDRESS.search(value)
    if match:
        return match[0]
    return candidate.strip().strip("<>") if ";" in value and " " not in candidate.strip() else ""


def _action(given: str, status: str | None) -> str:
    word = given.lower().strip()
    for action in ("failed", "delayed", "delivered", "relayed", "expanded"):
        if word.startswith(action[:5]):
            return action
    if word.startswith("error"):
        return "failed"
    return {"2": "delivered", "4": "delayed"}.get((status or "5")[0], "failed")


def _by_exim(root: Part, text: str, is_delay: bool, defects: Defects) -> list[BouncedRecipient]:
    listed = headers.decode(b", ".join(root.all("x-failed-recipients")), defects)
    return [_in_prose(address, text, is_delay) for address in dict.fromkeys(_ADDRESS.findall(listed))]


def _by_flufl(root: Part, text: str, defects: Defects) -> list[BouncedRecipient]:
    from flufl.bounce import all_failures  # noqa: PLC0415  # slow import

    beginning = root.raw[: limits.REPORT_BEGINNING]
    if beginning.lower().count(b"boundary=") > 20:
        return []
    # Its detectors log what they fail on, mails and all; that must not reach our log.
    logging.getLogger("flufl.bounce").disabled = True
    try:
        message: Message = email.message_from_bytes(beginning)
        if not message.get("from", "").strip():
            del message["from"]
            message["From"] = "unknown@invalid"
        temporary, permanent = all_failures(message)
    except Exception:
        # A library for reports in the wild meets what nobody foresaw; the mail is then read as prose.
        defects.note("a delivery report that flufl.bounce cannot read")
        return []
    found = [(one, False) for one in sorted(permanent)] + [(one, True) for one in sorted(temporary - permanent)]
    named = [(one.decode("ascii", "replace"), is_delay) for one, is_delay in found]
    return [_in_prose(address, text, is_delay) for address, is_delay in named if _ADDRESS.fullmatch(address)]


def _by_prose(text: str, subject: str, is_delay: bool) -> list[BouncedRecipient]:
    words = _own_words(text)[:5000]
    if not _PROSE.search(words) or not (SUBJECTS.search(subject[:300]) or _PROSE.search(subject[:300])):
        return []
    return [
        _in_prose(address, text, is_delay)
        for address in dict.fromkeys(_ADDRESS.findall(words))
        if not _SENDERS.match(address)
    ][:10]


def _own_words(text: str) -> str:
    """The report without the copy of the mail below it."""
    below = _ORIGINAL_BELOW.search(text[:20_000])
    return text[: below.start()] if below and below.start() > 40 else text[:20_000]


def _in_prose(address: str, text: str, is_delay: bool) -> BouncedRecipient:
    """A recipient with what the report says behind the address."""
    words = text[:20_000]
    at = words.lower().find(address.lower())
    behind = words[at + len(address) : at + len(address) + limits.DIAGNOSTIC] if at >= 0 else ""
    stated = _ENHANCED.search(behind)
    diagnostic = " ".join(behind.lstrip(">:) \n").split("\n\n", 1)[0].split())
    return BouncedRecipient(
        address, "delayed" if is_delay else "failed", stated[1] if stated else None, diagnostic or None
    )
