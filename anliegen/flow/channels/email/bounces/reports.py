"""Delivery reports: which of our mails did not arrive, at whom, and why.

RFC 3464 first, then Exim's header, then flufl.bounce for old programs, then prose in the languages of `wording`.
"""

import email
import logging
import re
from collections.abc import Collection
from email.message import Message

from anliegen.flow.channels.email import headers, limits, mime, transfer
from anliegen.flow.channels.email.bounces import prose, status, wording
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Bounce, BouncedRecipient, Contact

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
BLOCKS = re.compile(rb"\r?\n[ \t]*\r?\n")
_ANSWER = re.compile(
    r"\s{0,3}(?:re|aw|antw|antwort|wg|fwd?|fw|tr|rif|i|doorst|rv)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE
)
_FEW_BOUNDARIES = 20
# From each place of these flufl.bounce's patterns look through all that follows: they get no more than an address has.
_BLANKS = re.compile(rb"[^\S\n]{80,}")
_WORD = re.compile(rb"\S{320}(?=\S)")
_FEW_WITH_REASONS = 20  # recipients whose reason is looked for in the text


def is_suspect(root: Part, *, sender: Contact | None, return_path: str | None, subject: str) -> bool:
    """Whether this may be a report that says so only in prose. Nobody's reply is one, whatever it quotes."""
    is_answer = _ANSWER.match(subject) is not None
    if is_from_a_program(sender) and not (is_answer and return_path):
        return True
    if is_answer:
        return False
    if root.has("x-failed-recipients") or root.content_type == "multipart/report":
        return True
    return bool(wording.SUBJECTS.search(subject[:300])) or return_path == "" or sender is None


def is_from_a_program(sender: Contact | None) -> bool:
    """Whether the sender calls itself what programs that report call themselves."""
    return sender is not None and bool(
        wording.SENDERS.fullmatch(sender.address.partition("@")[0]) or wording.NAMES.search(sender.name[:200])
    )


def read(
    root: Part,
    parts: list[Part],
    *,
    text: str,
    subject: str,
    sender: Contact | None,
    return_path: str | None,
    to: Collection[Contact],
    suspect: bool,
    defects: Defects,
) -> Bounce | None:
    """The bounce a mail reports; None when it reports none, as reports of success do."""
    has_status = any(part.content_type in STATUS_PARTS for part in parts)
    if has_status and (root.content_type == "multipart/report" or suspect):
        recipients = _by_standard(parts, text, defects)
        if recipients is not None:
            return _bounce(recipients)
    if not suspect:
        return None
    own = prose.own_words(text)
    is_delay = bool(wording.DELAY.search(subject[:300])) or bool(wording.DELAY.search(own[:3000]))
    in_text = _by_blocks(text[: limits.REPORT].encode("utf-8", "replace"), defects)
    if in_text:
        return _bounce(in_text)
    known = {one.address.lower() for one in (*to, *([sender] if sender else []))}
    is_prose = bool(wording.PROSE.search(own[:5000]))
    is_named_so = bool(wording.SUBJECTS.search(subject[:300]))
    is_program = is_from_a_program(sender) or return_path == ""
    found = _by_exim(root, text, is_delay, defects) or _by_flufl(root, text, defects)
    # People write of what was not delivered, too; they do not quote what a server replied.
    if not found and is_prose and (is_program or (is_named_so and status.by_reply(own[:5000]))):
        found = prose.recipients(text, known=known, is_delay=is_delay)
    if not found and is_prose and is_named_so and is_program:
        found = [prose.in_words(one, text, is_delay=is_delay) for one in _addressees_of_the_copy(parts, defects)]
        return _bounce(prose.explained(found, text)) or Bounce("soft" if is_delay else "hard", ())
    return _bounce(prose.explained(found, text)[: limits.BOUNCED])


def _bounce(recipients: list[BouncedRecipient]) -> Bounce | None:
    failed = [one for one in recipients if one.action in ("failed", "delayed")]
    if not failed:
        return None
    is_hard = any(one.action == "failed" and not (one.status or "").startswith("4") for one in failed)
    return Bounce("hard" if is_hard else "soft", tuple(recipients))


def _by_standard(parts: list[Part], text: str, defects: Defects) -> list[BouncedRecipient] | None:
    """The recipients of RFC 3464 reports; None when there is a report but nothing in it."""
    found: dict[str, BouncedRecipient] = {}
    for part in parts:
        if part.content_type not in STATUS_PARTS:
            continue
        for one in _by_blocks(transfer.content(part, defects)[: limits.REPORT], defects):
            found.setdefault(one.address.lower(), one)
    recipients = list(found.values())[: limits.BOUNCED]
    if len(recipients) <= _FEW_WITH_REASONS:
        recipients = [_with_reason(one, text) for one in recipients]
    return recipients or None


def _with_reason(one: BouncedRecipient, text: str) -> BouncedRecipient:
    """Some reports give the reason only to people."""
    if one.diagnostic or one.action not in ("failed", "delayed"):
        return one
    told = prose.in_words(one.address, text, is_delay=False)
    if not told.diagnostic or not status.says_why(told.diagnostic):
        return one
    return BouncedRecipient(one.address, one.action, one.status or told.status, told.diagnostic)


def _by_blocks(report: bytes, defects: Defects) -> list[BouncedRecipient]:
    """The recipients in fields of RFC 3464, also where a damaged report shows them as text."""
    if b"-Recipient:" not in report and b"-recipient:" not in report.lower():
        return []
    blocks = BLOCKS.split(report)[: limits.BOUNCED + 50]
    found = (_recipient(mime.fields_of(block.strip(b"\r\n"), Defects()), defects) for block in blocks)
    return [one for one in found if one]


def _recipient(block: Part, defects: Defects) -> BouncedRecipient | None:
    address = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        address = address or _typed_address(headers.decode(block.first(name), defects))
    if not address:
        return None
    diagnostic = headers.decode(block.first("diagnostic-code"), defects)[: limits.DIAGNOSTIC]
    written = wording.ENHANCED.search(headers.decode(block.first("status"), defects))
    code = written[1] if written else status.of(diagnostic)
    return BouncedRecipient(
        address, _action(headers.decode(block.first("action"), defects), code), code, diagnostic or None
    )


def _typed_address(value: str) -> str:
    """`rfc822; name@example.de`, with the type, angle brackets or a comment missing or doubled."""
    candidate = value.rpartition(";")[2] if ";" in value else value
    match = wording.ADDRESS.search(candidate) or wording.ADDRESS.search(value)
    if match:
        return match[0]
    return candidate.strip().strip("<>") if ";" in value and " " not in candidate.strip() else ""


def _action(given: str, code: str | None) -> str:
    word = given.lower().strip()
    for action in ("failed", "delayed", "delivered", "relayed", "expanded"):
        if word.startswith(action[:5]):
            return action
    if word.startswith("error"):
        return "failed"
    return {"2": "delivered", "4": "delayed"}.get((code or "5")[0], "failed")


def _by_exim(root: Part, text: str, is_delay: bool, defects: Defects) -> list[BouncedRecipient]:
    listed = headers.decode(b", ".join(root.all("x-failed-recipients")), defects)
    return [
        prose.in_words(address, text, is_delay=is_delay) for address in dict.fromkeys(wording.ADDRESS.findall(listed))
    ]


def _by_flufl(root: Part, text: str, defects: Defects) -> list[BouncedRecipient]:
    from flufl.bounce import all_failures  # noqa: PLC0415  # slow import

    beginning = root.raw[: limits.REPORT_BEGINNING]
    if beginning.lower().count(b"boundary=") > _FEW_BOUNDARIES:
        return []
    # Its detectors log what they fail on, mails and all; that must not reach our log.
    logging.getLogger("flufl.bounce").disabled = True
    try:
        message: Message = email.message_from_bytes(_WORD.sub(rb"\g<0>\n ", _BLANKS.sub(b" ", beginning)))
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
    return [
        prose.in_words(address, text, is_delay=is_delay)
        for address, is_delay in named
        if wording.ADDRESS.fullmatch(address)
    ]


def _addressees_of_the_copy(parts: list[Part], defects: Defects) -> list[str]:
    """To whom the mail that came back was addressed, if to one person: then it is that one."""
    for part in parts:
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers"):
            content = transfer.content(part, defects)[: limits.REPORT]
            fields = mime.fields_of(content.lstrip(), Defects())
            people = wording.ADDRESS.findall(headers.decode(fields.first("to"), defects))
            return people if len(people) == 1 and not fields.has("list-id") else []
    return []
