"""Which mail a delivery report, a receipt or a complaint is about."""

import re

from anliegen.flow.channels.email import headers, limits, mime, transfer
from anliegen.flow.channels.email.bounces.reports import BLOCKS, STATUS_PARTS
from anliegen.flow.channels.email.bounces.wording import ADDRESS
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part

_MAILS = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/global-headers",
    "message/rfc822-headers",
)
_REPORTS = (*STATUS_PARTS, "message/disposition-notification", "message/feedback-report")
_QUOTED_ID = re.compile(
    r"^[ \t>|*]{0,8}(?:Original[- ])?(?:Message"
    r"|Nachrichten)[- ]?I[dD](?: of the original message)?:[ \t]{0,5}(<[^<>\n]{3,500}>)",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTED_SENDER = re.compile(
    r"^[ \t>|*]{0,8}(?:Reply-To|Return-Path|From|Sender):(.{3,300})$", re.MULTILINE | re.IGNORECASE
)
_STATED = ("original-message-id", "x-original-message-id", "message-id", "original-envelope-id")
_SENDERS = ("return-path", "reply-to", "from", "sender")
_MOST_ADDRESSES = 20


def message_ids(root: Part, parts: list[Part], text: str, defects: Defects) -> tuple[str, ...]:
    """Its Message-IDs, best first: of the mail itself or its headers, stated in the report, or quoted in its text."""
    found: list[str] = []
    for part in parts:
        if part.parts:
            continue
        if part.content_type in _MAILS:
            found += _ids(_fields(part, defects), ("message-id",), defects)
        elif part.content_type in _REPORTS:
            for block in BLOCKS.split(transfer.content(part, defects)[: limits.REPORT])[:10]:
                found += _ids(mime.fields_of(block, defects), _STATED, defects)
    for quoted in _QUOTED_ID.findall(text[: limits.REPORT]):
        found += headers.message_ids(quoted)
    found += _ids(root, ("x-original-message-id", "in-reply-to", "references"), defects)
    return tuple(dict.fromkeys(found))[: limits.IDENTIFIERS]


def senders(parts: list[Part], text: str, defects: Defects) -> tuple[str, ...]:
    """The addresses under which it was sent, reply addresses too: one of ours may carry the number of its ticket."""
    found: list[str] = []
    for part in parts:
        if part.content_type in _MAILS and not part.parts:
            fields = _fields(part, defects)
            for name in _SENDERS:
                found += ADDRESS.findall(headers.decode(fields.first(name), defects))
    for quoted in _QUOTED_SENDER.findall(text[: limits.REPORT]):
        found += ADDRESS.findall(quoted)
    return tuple(dict.fromkeys(one.lower() for one in found))[:_MOST_ADDRESSES]


def _fields(part: Part, defects: Defects) -> Part:
    return mime.fields_of(transfer.content(part, defects)[: limits.REPORT].lstrip(), defects)


def _ids(part: Part, names: tuple[str, ...], defects: Defects) -> list[str]:
    return [
        one
        for name in names
        for value in part.all(name)
        for one in headers.message_ids(headers.text_of(value, defects))
    ]
