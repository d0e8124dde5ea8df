"""Whether a mail was written by a program, and what kind of program. A mail may be automatic and still matter."""

import re
from dataclasses import dataclass

from anliegen.flow.channels.email import absence, headers
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Bounce, Contact

_COMPLAINT = re.compile(r"complaint about message from|(?:e-?mail )?(?:feedback|abuse|spam) report\b", re.IGNORECASE)
_COMPLAINT_DESK = re.compile(r"(?:staff|abuse|fbl|feedback|complaints?|postmaster|scomp)\b", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:(?:do[-_.]?)?no[-_.]?t?[-_.]?reply|nicht[-_.]?antworten|keine[-_.]?antwort|noreply.{0,40}"
    r"|no-reply.{0,40}|donotreply|daemon|mailer-daemon|postmaster"
    r"|notification(?:s)?|autoresponder|automat|system|root|cron|www-data|nobody)(?:\+.{0,100})?",
    re.IGNORECASE,
)
_LIST_FIELDS = (
    "list-id",
    "list-post",
    "list-help",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
)
_REPLY_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autoresponder",
    "x-vacation",
    "x-autoreplied",
    "x-auto-reply",
    "x-autoresponse",
    "x-auto-replied",
    "x-amazon-auto-reply",
    "x-out-of-office",
    "x-mdautoresponder",
    "x-zarafa-vacation",
    "x-sieve-vacation",
    "x-ebay-autoreply",
)
_AUTO_REPLY_PRECEDENCE = ("auto_reply", "auto-reply", "autoreply")
_GENERATED_FIELDS = (
    "x-fc-machinegenerated",
    "x-cron-env",
    "x-feed2imap-version",
    "x-github-reason",
    "x-jira-fingerprint",
    "x-nagios-notification",
    "x-otrs-loop",
    "x-rt-loop-prevention",
    "x-gitlab-notificationreason",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """What kind of program wrote it, and whether the mail says so itself: by the form of a report, by a field made for
    that, or by an envelope without a sender. Else it only looks so, and a person may have written it after all.
    """

    kind: str
    is_declared: bool


def sign(
    root: Part,
    parts: list[Part],
    *,
    bounce: Bounce | None,
    sender: Contact | None,
    return_path: str | None,
    has_reply_to: bool,
    subject: str,
    text: str,
    defects: Defects,
) -> Sign | None:
    """`bounce`, `feedback-report`, `receipt`, `auto-reply`, `auto-generated`, `list`, `bulk`; None: a person wrote it.

    By RFC 3464, 5965, 8098, 3834, then vendors' headers, then subjects and wording (German first), then list headers,
    then senders that nobody reads. The first that holds decides.
    """
    if bounce:
        return Sign("bounce", is_declared=True)
    if kind := _by_report(root, parts, sender, subject):
        return Sign(kind, is_declared=True)
    is_answer = root.has("in-reply-to") or root.has("references") or absence.ANSWER.match(subject[:40]) is not None
    declared = _by_auto_submitted(root, subject, text, defects) or _by_vendor(root, subject, text, defects)
    kind = (
        ("receipt" if absence.is_receipt(subject, text) else None)
        or declared
        or ("auto-reply" if absence.is_notice(subject, text, is_answer=is_answer) else None)
        or _by_list(root, defects)
        or _by_sender(sender, return_path, has_reply_to=has_reply_to, is_answer=is_answer)
    )
    return Sign(kind, is_declared=declared is not None or return_path == "") if kind else None


def is_nobody(address: str) -> bool:
    """Whether the address is one of those that programs send from and nobody reads."""
    return _NOBODY.fullmatch(address.partition("@")[0]) is not None


def _by_report(root: Part, parts: list[Part], sender: Contact | None, subject: str) -> str | None:
    types = {part.content_type for part in parts}
    stated = root.type_parameters.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    if stated == "feedback-report" or "message/feedback-report" in types:
        return "feedback-report"
    if stated in ("disposition-notification", "mdn") or "message/disposition-notification" in types:
        return "receipt"
    # A delivery report that reports no failure reports success.
    if stated == "delivery-status":
        return "receipt"
    if stated == "tlsrpt":
        return "auto-generated"
    # Microsoft's complaints come without RFC 5965.
    if root.has("x-hmxmroriginalrecipient") or (
        _COMPLAINT.match(subject[:120]) and sender and _COMPLAINT_DESK.match(sender.address)
    ):
        return "feedback-report"
    return None


def _by_auto_submitted(root: Part, subject: str, text: str, defects: Defects) -> str | None:
    value = headers.decode(root.first("auto-submitted"), defects).lower()
    if not value or value.startswith("no"):
        return None
    return "auto-reply" if value.startswith("auto-replied") else _reply_or_generated(subject, text)


def _reply_or_generated(subject: str, text: str) -> str:
    is_reply = absence.names_a_notice(subject) or absence.says_nobody_is_there(text)
    return "auto-reply" if is_reply else "auto-generated"


def _by_vendor(root: Part, subject: str, text: str, defects: Defects) -> str | None:
    def says(name: str) -> str:
        return headers.decode(root.first(name), defects).lower()

    if any(root.has(name) and says(name) not in ("no", "false", "0") for name in _REPLY_FIELDS):
        return "auto-reply"
    if any(says(name) in _AUTO_REPLY_PRECEDENCE for name in ("precedence", "x-precedence", "preference")):
        return "auto-reply"
    if (
        "autoresponder" in says("x-post-messageclass")
        or says("delivered-to") == "autoresponder"
        or says("x-autogenerated") == "reply"
    ):
        return "auto-reply"
    if "auto-reply" in says("x-ms-exchange-inbox-rules-loop") or "autoresponder" in says("x-mailer"):
        return "auto-reply"
    suppressed = says("x-auto-response-suppress")
    if "all" in suppressed or "autoreply" in suppressed or any(root.has(name) for name in _GENERATED_FIELDS):
        return _reply_or_generated(subject, text)
    return "auto-generated" if root.has("x-autogenerated") else None


def _by_list(root: Part, defects: Defects) -> str | None:
    precedence = headers.decode(root.first("precedence"), defects).lower()
    if precedence == "list" or any(root.has(name) for name in _LIST_FIELDS):
        return "list"
    # A Feedback-ID or a provider's tag alone says nothing: Amazon and others put them on what people write, too.
    if precedence in ("bulk", "junk") or any(root.has(name) for name in ("list-unsubscribe", "x-campaign-id")):
        return "bulk"
    return None


def _by_sender(sender: Contact | None, return_path: str | None, *, has_reply_to: bool, is_answer: bool) -> str | None:
    if return_path == "":
        # RFC 3834: whoever answers by itself does so without a return path.
        return "auto-reply" if is_answer else "auto-generated"
    # Web forms send from such an address and name the person in Reply-To.
    return "auto-generated" if sender is not None and is_nobody(sender.address) and not has_reply_to else None
