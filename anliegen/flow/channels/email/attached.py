"""A part or a piece of one as an attachment: its true name, made safe; its type; its bytes."""

import hashlib
import re
from dataclasses import replace

from anliegen.flow.channels.email import filenames, headers, mime, partial, sniffed, transfer
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import IncomingAttachment

MAILS = ("message/rfc822", "message/global")
_CONTENT_ID = re.compile(r"[^\x00-\x20<>\"'\\]{1,250}")
_TELLING = {"text/rfc822-headers": "headers.txt", "text/calendar": "invitation.ics"}


def of_part(part: Part, defects: Defects) -> IncomingAttachment:
    content = transfer.content(part, defects)
    content_id = id_of(part, defects)
    made = of_bytes(given_name(part), content, part.content_type, content_id=content_id)
    if not given_name(part):
        made = replace(made, filename=filenames.safe(_telling_name(part, content), made.content_type))
    inline = part.disposition != "attachment" and (content_id is not None or part.disposition == "inline")
    return replace(made, inline=inline)


def of_bytes(
    name: str, content: bytes, content_type: str = "application/octet-stream", *, content_id: str | None = None
) -> IncomingAttachment:
    kind = sniffed.type_of(content_type, name, content)
    return IncomingAttachment(
        filename=filenames.safe(name, kind),
        content_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content_id=content_id if content_id and _CONTENT_ID.fullmatch(content_id) else None,
        inline=content_id is not None,
        content=content,
    )


def named_apart(attachments: list[IncomingAttachment]) -> list[IncomingAttachment]:
    """The same attachments, no two of one name."""
    taken: set[str] = set()
    names = [filenames.apart(each.filename, taken) for each in attachments]
    return [
        each if name == each.filename else replace(each, filename=name)
        for each, name in zip(attachments, names, strict=True)
    ]


def given_name(part: Part) -> str:
    return part.disposition_parameters.get("filename") or part.type_parameters.get("name") or ""


def id_of(part: Part, defects: Defects) -> str | None:
    value = headers.text_of(part.first("content-id"), defects).strip().strip("<>").strip()
    return value if _CONTENT_ID.fullmatch(value) else None


def _telling_name(part: Part, content: bytes) -> str:
    if part.content_type in MAILS:
        subject = mime.fields_of(content[:20_000], Defects()).first("subject")
        return f"{headers.decode(subject, Defects())[:100] or 'message'}.eml"
    if part.content_type.endswith("delivery-status"):
        return "delivery-status.txt"
    if part.content_type == partial.TYPE:
        return partial.name(part)
    return _TELLING.get(part.content_type, "")
