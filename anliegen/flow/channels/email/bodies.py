"""The tree of parts to what a person reads and what came along: text, HTML, attachments, an appointment, a seal."""

import re
from dataclasses import dataclass, field

from anliegen.flow.channels.email import (
    attached,
    binhex,
    calendar,
    charsets,
    enriched,
    flowed,
    headers,
    limits,
    partial,
    transfer,
    written_in,
)
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.email.sealed.keys import Keys, Sender, no_keys
from anliegen.flow.channels.email.sealed.parts import Unsealer
from anliegen.flow.channels.email.tnef import read as tnef
from anliegen.flow.channels.email.tnef import rtf
from anliegen.flow.channels.incoming import IncomingAttachment
from anliegen.records.tickets.enclosed import Appointment, Seal

_ENRICHED = ("text/enriched", "text/richtext")
_RICH = ("text/rtf", "application/rtf")
_READABLE = ("text/plain", "text/html", *_ENRICHED, *_RICH)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_CALENDAR = b"BEGIN:VCALENDAR"


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
    appointment: Appointment | None = None
    seal: Seal | None = None
    subject: str = ""  # the one under the seal, where there is one


def read(root: Part, defects: Defects, *, keys: Keys = no_keys, sender: Sender | None = None) -> Body:
    """Everything readable and everything attached. Reads no embedded mail: that stays an attachment."""
    reader = _Reader(defects, Unsealer(root, defects, keys, sender or Sender()))
    body = reader.collect(root, is_first=True)
    body.attachments = attached.named_apart(body.attachments)
    body.appointment, body.seal, body.subject = reader.appointment, reader.unsealer.seal, reader.unsealer.subject
    if not any((segment.plain or segment.html or "").strip() for segment in body.segments):
        body.segments = reader.otherwise() or body.segments
    return body


class _Reader:
    def __init__(self, defects: Defects, unsealer: Unsealer) -> None:
        self.defects, self.unsealer = defects, unsealer
        # What is left of the bytes of text and of HTML that are shown.
        self.room = {False: limits.TEXT_PARTS, True: limits.HTML_PARTS}
        self.letters: list[tnef.Letter] = []
        self.appointment: Appointment | None = None

    def collect(self, part: Part, *, is_first: bool) -> Body:
        if unsealed := self.unsealer.open_(part):
            return self.collect(unsealed.root, is_first=is_first)
        if signed := self.unsealer.check(part):
            body = self.collect(signed, is_first=is_first)
            body.attachments += [attached.of_part(one, self.defects) for one in part.parts if one is not signed]
            return body
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

    def otherwise(self) -> list[Segment]:
        """What is read when no part is a text: the letter packed into winmail.dat, or what the appointment says."""
        letters = [Segment(one.plain or None, one.html or None) for one in self.letters if one.plain or one.html]
        if letters or self.appointment is None:
            return letters
        return [Segment(self.appointment.as_words(), None)]

    def _leaf(self, part: Part, *, is_first: bool) -> Body:
        if not self._is_readable(part, is_first=is_first):
            return self._file(part)
        body = Body()
        raw = transfer.content(part, self.defects)
        if part.content_type == "text/plain":
            raw = self._without_files(self.unsealer.read_inline(raw), body)
        is_html = part.content_type == "text/html"
        shown = raw[: self.room[is_html]]
        self.room[is_html] -= len(shown)
        if len(raw) > len(shown):
            self.defects.note("a text longer than is shown; it is attached in full")
            body.attachments.append(attached.of_part(part, self.defects))
        text = self._text(part, shown)
        body.segments.append(Segment(None, text) if is_html else Segment(text, None))
        return body

    def _is_readable(self, part: Part, *, is_first: bool) -> bool:
        if part.content_type not in _READABLE or part.disposition == "attachment":
            return False
        if self.unsealer.is_root(part) or not attached.given_name(part):
            return True
        # A named text is a file, unless it comes first and only its type carries the name.
        return is_first and "filename" not in part.disposition_parameters and part.content_type not in _RICH

    def _without_files(self, raw: bytes, body: Body) -> bytes:
        """The text without the files that are written into it; they become attachments."""
        found = written_in.take_out(raw, self.defects)
        names = (headers.decode(name, self.defects) for name, _content in found.files)
        body.attachments += [
            attached.of_bytes(name, content) for name, (_name, content) in zip(names, found.files, strict=True)
        ]
        return found.text

    def _text(self, part: Part, raw: bytes) -> str:
        if part.content_type in _RICH:
            return rtf.read(raw, self.defects).text
        charset = part.type_parameters.get("charset")
        if part.content_type == "text/html" and not charset and (meta := _META_CHARSET.search(raw[:4000])):
            charset = meta[1].decode("ascii")
        text = charsets.clean(charsets.decode(raw, charset, self.defects))
        if part.content_type in _ENRICHED:
            return enriched.plain(text, old=part.content_type == "text/richtext")
        if part.type_parameters.get("format", "").lower() == "flowed":
            text = flowed.unflow(text, delete_space=part.type_parameters.get("delsp", "").lower() == "yes")
        return text

    def _alternative(self, part: Part) -> Body:
        before = self.unsealer.seal
        bodies = [self.collect(child, is_first=True) for child in part.parts if child.content_type != "text/x-amp-html"]
        plain = next((text for body in bodies if (text := _plain_of(body))), None)
        html = next((text for body in reversed(bodies) if (text := _html_of(body))), None)
        if plain and html and self.unsealer.seal is not before and "-----BEGIN PGP" in html:
            html = None  # the text was opened, and its other form is still sealed
        joined = Body(attachments=[attachment for body in bodies for attachment in body.attachments])
        if plain is not None or html is not None:
            joined.segments.append(Segment(plain, html))
        return joined

    def _related(self, part: Part) -> Body:
        start = part.type_parameters.get("start", "").strip("<> ")
        root = next(
            (child for child in part.parts if start and attached.id_of(child, self.defects) == start), part.parts[0]
        )
        body = self.collect(root, is_first=True)
        for child in part.parts:
            if child is not root:
                _add(body, self.collect(child, is_first=False))
        return body

    def _file(self, part: Part) -> Body:
        made = attached.of_part(part, self.defects)
        if part.content_type == partial.TYPE:
            self.defects.note("a piece of a message; the others come by themselves, and are not joined")
            return Body([Segment(partial.words(part), None)], [made])
        if part.content_type in binhex.TYPES:
            return Body(attachments=[self._from_binhex(made)])
        if tnef.is_tnef(part.content_type, attached.given_name(part), made.content):
            return Body(attachments=self._unpacked(made))
        is_calendar = part.content_type in calendar.TYPES or made.content.startswith(_CALENDAR)
        if is_calendar and self.appointment is None:
            method = part.type_parameters.get("method", "")
            charset = part.type_parameters.get("charset")
            self.appointment = calendar.read(made.content, charset, method, self.defects)
        return Body(attachments=[made])

    def _from_binhex(self, packed: IncomingAttachment) -> IncomingAttachment:
        try:
            file = binhex.read(packed.content, self.defects)
        except binhex.Damaged:
            self.defects.note("a BinHex file cannot be read; it is attached as it is")
            return packed
        return attached.of_bytes(file.name, file.content)

    def _unpacked(self, packed: IncomingAttachment) -> list[IncomingAttachment]:
        """The files in a winmail.dat instead of it; itself when it cannot be read."""
        try:
            letter = tnef.read(packed.content, self.defects)
        except tnef.Damaged:
            self.defects.note("winmail.dat cannot be read; it is attached as it is")
            return [packed]
        self.letters.append(letter)
        self.appointment = self.appointment or letter.appointment
        return [
            attached.of_bytes(file.name, file.content, file.content_type, content_id=file.content_id)
            for file in letter.files
        ]


def _add(body: Body, other: Body) -> None:
    body.segments += other.segments
    body.attachments += other.attachments


def _plain_of(body: Body) -> str:
    return "\n".join(segment.plain for segment in body.segments if segment.plain and segment.plain.strip())


def _html_of(body: Body) -> str:
    return "\n".join(segment.html for segment in body.segments if segment.html and segment.html.strip())
