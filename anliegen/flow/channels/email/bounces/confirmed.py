"""Whom a mail of ours reached, as a delivery report of success or a read receipt says."""

from anliegen.flow.channels.email import headers, limits, mime, transfer
from anliegen.flow.channels.email.bounces.reports import BLOCKS, STATUS_PARTS
from anliegen.flow.channels.email.bounces.wording import ADDRESS
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part

# RFC 3464, 2.3.3: what was relayed went where nobody reports; RFC 8098, 3.2.6.2: deleted means perhaps never read.
_REACHED = "delivered"
_SHOWN = "displayed"


def addresses(parts: list[Part], defects: Defects) -> tuple[str, ...]:
    """Recipients under the address we wrote to, where the report knows it; the final one beside it."""
    found: list[str] = []
    for part in parts:
        if part.content_type in (*STATUS_PARTS, "message/disposition-notification"):
            for block in BLOCKS.split(transfer.content(part, defects)[: limits.REPORT])[: limits.BOUNCED]:
                found += _of(mime.fields_of(block.strip(b"\r\n"), Defects()), defects)
    return tuple(dict.fromkeys(found))[: limits.BOUNCED]


def _of(block: Part, defects: Defects) -> list[str]:
    action = headers.decode(block.first("action"), defects).strip().lower()
    disposition = headers.decode(block.first("disposition"), defects).rpartition(";")[2].strip().lower()
    if action != _REACHED and not disposition.startswith(_SHOWN):
        return []
    named = (headers.decode(block.first(name), defects) for name in ("original-recipient", "final-recipient"))
    return [address for value in named for address in ADDRESS.findall(value)[:1]]
