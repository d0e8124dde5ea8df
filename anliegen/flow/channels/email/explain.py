"""How a mail is understood, as the JSON object of `anliegen mail explain`. Stores nothing."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from anliegen.flow.channels.email import authenticity
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.sealed.keys import Keys, no_keys
from anliegen.flow.channels.incoming import Bounce, Contact, Incoming


def explain(raw: bytes, *, trusted_servers: Collection[str] = (), keys: Keys = no_keys) -> dict[str, Any]:
    """The contract's object for one mail; every value is plain JSON."""
    return as_json(parse(raw, trusted_servers=trusted_servers, keys=keys))


def as_json(incoming: Incoming) -> dict[str, Any]:
    return {
        "message_id": incoming.message_id,
        "from": _contact(incoming.sender) if incoming.sender else None,
        "to": [_contact(one) for one in incoming.to],
        "cc": [_contact(one) for one in incoming.cc],
        "reply_to": [_contact(one) for one in incoming.reply_to],
        "subject": incoming.subject,
        "date": incoming.sent_at.isoformat() if incoming.sent_at else None,
        "language": incoming.language,
        "text": incoming.text,
        "reply_text": incoming.reply_text,
        "quoted_text": incoming.quoted_text,
        "signature": incoming.signature,
        "html": incoming.html,
        "attachments": [
            {
                "filename": one.filename,
                "content_type": one.content_type,
                "size": one.size,
                "sha256": one.sha256,
                "content_id": one.content_id,
                "inline": one.inline,
            }
            for one in incoming.attachments
        ],
        "automatic": incoming.automatic,
        "bounce": _bounce(incoming.bounce) if incoming.bounce else None,
        "in_reply_to": list(incoming.in_reply_to),
        "references": list(incoming.references),
        "authentication": {
            "spf": incoming.authentication.spf,
            "dkim": incoming.authentication.dkim,
            "dmarc": incoming.authentication.dmarc,
            "signature": incoming.authentication.signature,
            "arc": incoming.authentication.arc,
            "verdict": authenticity.verdict_of(incoming.authenticity) or None,
            "words": authenticity.in_english(incoming.authenticity, incoming.sender.address if incoming.sender else "")
            or None,
        },
        "appointment": asdict(incoming.appointment) if incoming.appointment else None,
        "seal": asdict(incoming.seal) if incoming.seal else None,
        "defects": list(incoming.defects),
    }


def _contact(contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "address": contact.address}


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "kind": bounce.kind,
        "recipients": [
            {"address": one.address, "action": one.action, "status": one.status, "diagnostic": one.diagnostic}
            for one in bounce.recipients
        ],
    }
