"""The tree of parts to what a person reads and what came along: text, HTML, attachments."""

import hashlib
import re
from dataclasses import dataclass, field, replace

from anliegen.flow.channels.email import charsets, filenames, flowed, headers, limits, mime, transfer
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import IncomingAttachment

_READABLE = ("text/plain", "text/html", "text/enriched", "text/richtext")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_CONTENT_ID = re.compile(r"[^\x00-\x20<>\"'\\]{1,250}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One readable piece: plain text, HTML, or both as alternatives of each other."""

    plain: str | None
    html: str | None


@dataclass(slots=True)
class Body:
    """What a mail holds. `segments` in reading order; attachments in the order of the mail."""

    segments: list[Segment] = field(default_factory=list)
    attachments: list[IncomingAttachment] = field(default_factory=list)


def read(root: Part, defects: Defects) -> Body:
    """Everything readable and everything attached. Reads no embedded mail: that stays an attachment."""
    body = _Reader(root, defects).collect(root, is_first=True)
    taken: set[str] = set()
    body.attachments = [_named_apart(attachment, taken) for attachment in body.attachments]
    return body


class _Reader:
    def __init__(self, root: Part, defects: Defects) -> None:
        self.root, self.defects = root, defects
        # What is left of the bytes of text and of HTML that are shown.
        self.room = {False: limits.TEXT_PARTS, True: limits.HTML_PARTS}

    def collect(self, part: Part, *, is_first: bool) -> Body:
        if not part.parts:
            return self._leaf(part, is_first=is_first)
        if part.content_type == "multipart/alternative":
            return self._alternative(part)
        if part.content_type == "multipart/related":
            return self._related(part)
        body = Body()
        for child in part.parts:
            _add(body, self.collect(child, is_first=is_first and not body.segments))
        return body

    def _leaf(self, part: Part, *, is_first: bool) -> Body:
        if not self._is_readable(part, is_first=is_first):
            return Body(attachments=[self._attachment(part)])
        raw = transfer.content(part, self.defects)
        is_html = part.content_type == "text/html"
        shown = raw[: self.room[is_html]]
        self.room[is_html] -= len(shown)
        body = Body()
        if len(raw) > len(shown):
            self.defects.note("a text longer than is shown; it is attached in full")
            body.attachments.append(self._attachment(part))
        text = self._text(part, shown)
        body.segments.append(Segment(None, text) if is_html else Segment(text, None))
        return body

    def _is_readable(self, part: Part, *, is_first: bool) -> bool:
        if part.content_type not in _READABLE or part.disposition == "attachment":
            return False
        if part is self.root or not _given_name(part):
            return True
        # A named text is a file, unless it comes first and only its type carries the name.
        return is_first and "filename" not in part.disposition_parameters

    def _text(self, part: Part, raw: bytes) -> str:
        charset = part.type_parameters.get("charset")
        if part.content_type == "text/html" and not charset and (meta := _META_CHARSET.search(raw[:4000])):
            charset = meta[1].decode("ascii")
        text = charsets.clean(charsets.decode(raw, charset, self.defects))
        if part.type_parameters.get("format", "").lower() == "flowed":
            text = flowed.unflow(text, delete_space=part.type_parameters.get("delsp", "").lower() == "yes")
        return text

    def _alternative(self, part: Part) -> Body:
        bodies = [self.collect(child, is_first=True) for child in part.parts if child.content_type != "text/x-amp-html"]
        plain = next((text for body in bodies if (text := _plain_of(body))), None)
        html = next((text for body in reversed(bodies) if (text := _html_of(body))), None)
        joined = Body(attachments=[attachment for body in bodies for attachment in body.attachments])
        if plain is not None or html is not None:
            joined.segments.append(Segment(plain, html))
        return joined

    def _related(self, part: Part) -> Body:
        start = part.type_parameters.get("start", "").strip("<> ")
        root = next(
            (child for child in part.parts if start and _content_id(child, self.defects) == start), part.parts[0]
        )
        body = self.collect(root, is_first=True)
        for child in part.parts:
            if child is not root:
                _add(body, self.collect(child, is_first=False))
        return body

    def _attachment(self, part: Part) -> IncomingAttachment:
        content = transfer.content(part, self.defects)
        content_id = _content_id(part, self.defects)
        return IncomingAttachment(
            filename=filenames.safe(_given_name(part) or self._telling_name(part, content), part.content_type),
            content_type=part.content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_id=content_id,
            inline=part.disposition != "attachment" and (content_id is not None or part.disposition == "inline"),
            content=content,
        )

    def _telling_name(self, part: Part, content: bytes) -> str:
        if part.content_type in ("message/rfc822", "message/global"):
            subject = mime.fields_of(content[:20_000], Defects()).first("subject")
            return f"{headers.decode(subject, Defects())[:100] or 'message'}.eml"
        if part.content_type.endswith("delivery-status"):
            return "delivery-status.txt"
        return {"text/rfc822-headers": "headers.txt", "text/calendar": "invitation.ics"}.get(part.content_type, "")


def _given_name(part: Part) -> str:
    return part.disposition_parameters.get("filename") or part.type_parameters.get("name") or ""


def _content_id(part: Part, defects: Defects) -> str | None:
    value = headers.text_of(part.first("content-id"), defects).strip().strip("<>").strip()
    return value if _CONTENT_ID.fullmatch(value) else None


def _add(body: Body, other: Body) -> None:
    body.segments += other.segments
    body.attachments += other.attachments


def _plain_of(body: Body) -> str:
    return "\n".join(segment.plain for segment in body.segments if segment.plain and segment.plain.strip())


def _html_of(body: Body) -> str:
    return "\n".join(segment.html for segment in body.segments if segment.html and segment.html.strip())


def _named_apart(attachment: IncomingAttachment, taken: set[str]) -> IncomingAttachment:
    name = filenames.apart(attachment.filename, taken)
    return attachment if name == attachment.filename else replace(attachment, filename=name)
