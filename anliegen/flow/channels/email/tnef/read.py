"""winmail.dat: the letter and the files that Outlook packed into one attachment (MS-OXTNEF)."""

import struct
from dataclasses import dataclass, field

from anliegen.flow.channels.email import charsets, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.tnef import meeting, properties, rtf
from anliegen.flow.channels.email.tnef.properties import Properties
from anliegen.records.tickets.enclosed import Appointment

SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTRIBUTE = struct.Struct("<BII")
_TITLE, _CONTENT, _PROPERTIES_OF_FILE, _NEW_FILE = 0x00018010, 0x0006800F, 0x00069005, 0x00069002
_SUBJECT, _BODY, _PROPERTIES, _CODEPAGE, _CLASS = 0x00018004, 0x0002800C, 0x00069003, 0x00069007, 0x00078008
_EMBEDDED_MESSAGE = 5
_DEEPEST = 4
# Code pages of Windows that Python knows by another name than `cp` and the number.
_CHARSETS = {20127: "us-ascii", 65001: "utf-8", 28591: "iso-8859-1", 28605: "iso-8859-15", 50220: "iso-2022-jp"}


@dataclass(slots=True)
class File:
    name: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"
    content_id: str | None = None


@dataclass(slots=True)
class Letter:
    """What was packed: the text in one or two forms, the files, and the appointment if it is about one."""

    subject: str = ""
    plain: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    appointment: Appointment | None = None


class Damaged(Exception):
    """It says that it is TNEF, but it cannot be read."""


def is_tnef(content_type: str, name: str, content: bytes) -> bool:
    named = content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat"
    return content.startswith(SIGNATURE) and (named or content_type == "application/octet-stream")


def read(content: bytes, defects: Defects, *, depth: int = 0) -> Letter:
    """Unpack it. Raises Damaged when nothing can be made of it; a cut end gives what came before."""
    if not content.startswith(SIGNATURE):
        raise Damaged
    try:
        return _Unpacker(content, defects, depth).letter()
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise Damaged from error


class _Unpacker:
    def __init__(self, content: bytes, defects: Defects, depth: int) -> None:
        self.content, self.defects, self.depth = content, defects, depth
        self.codec = "cp1252"
        self.made = Letter()
        self.message: Properties = {}
        self.kind = ""
        self.title, self.bytes = "", b""
        self.file: Properties = {}
        self.has_file = False

    def letter(self) -> Letter:
        at, count = len(SIGNATURE) + 2, 0
        while at + _ATTRIBUTE.size <= len(self.content) and count < limits.TNEF_ATTRIBUTES:
            _level, name, length = _ATTRIBUTE.unpack_from(self.content, at)
            at += _ATTRIBUTE.size
            if at + length > len(self.content):
                self.defects.note("winmail.dat is cut off")
            self._take(name, self.content[at : at + length])
            at += length + 2  # a checksum, which damaged writers get wrong
            count += 1
        self._finish_file()
        self._finish_letter()
        return self.made

    def _take(self, name: int, value: bytes) -> None:
        if name == _CODEPAGE and len(value) >= 4:
            self.codec = charsets.codec_of(_charset(struct.unpack_from("<I", value)[0])) or "cp1252"
        elif name == _CLASS:
            self.kind = self._text(value)
        elif name == _SUBJECT:
            self.made.subject = self._text(value)
        elif name == _BODY:
            self.made.plain = self._text(value[: limits.TEXT_PARTS])
        elif name == _PROPERTIES:
            self.message = properties.read(value, self.codec)
        elif name == _NEW_FILE:
            self._finish_file()
            self.has_file = True
        elif name == _TITLE:
            self.title = self._text(value)
        elif name == _CONTENT:
            self.bytes = value
        elif name == _PROPERTIES_OF_FILE:
            self.file = properties.read(value, self.codec)

    def _finish_file(self) -> None:
        if self.has_file and len(self.made.files) < limits.PARTS:
            self._add_file()
        self.title, self.bytes, self.file, self.has_file = "", b"", {}, False

    def _add_file(self) -> None:
        given = self.file
        content = self.bytes or properties.binary(given, properties.ATTACH_DATA)
        names = (properties.ATTACH_LONG_FILENAME, properties.ATTACH_FILENAME)
        name = next((text for key in names if (text := properties.text(given, key))), "") or self.title
        if given.get(properties.ATTACH_METHOD) == _EMBEDDED_MESSAGE and content[16:20] == SIGNATURE:
            self._add_message(content[16:], properties.text(given, properties.DISPLAY_NAME) or name)
            return
        self.made.files.append(
            File(
                name,
                content,
                properties.text(given, properties.ATTACH_MIME_TAG).lower() or "application/octet-stream",
                properties.text(given, properties.ATTACH_CONTENT_ID).strip("<> ") or None,
            )
        )

    def _add_message(self, content: bytes, name: str) -> None:
        """A message packed into a message: its words as a text of its own, its files beside the others."""
        if self.depth >= _DEEPEST:
            self.defects.note("messages packed into each other deeper than is read")
            self.made.files.append(File(f"{name or 'message'}.dat", content))
            return
        inner = read(content, self.defects, depth=self.depth + 1)
        words = inner.plain.strip()
        self.made.files.append(File(f"{name or inner.subject or 'message'}.txt", words.encode(), "text/plain"))
        self.made.files += inner.files

    def _finish_letter(self) -> None:
        given, made = self.message, self.made
        made.subject = properties.text(given, properties.SUBJECT) or made.subject
        made.html = self._html()
        packed = properties.binary(given, properties.RTF)
        written = rtf.read(rtf.unpack(packed), self.defects) if packed else rtf.Written()
        made.html = made.html or written.html
        made.plain = properties.text(given, properties.BODY) or made.plain or ("" if made.html else written.text)
        made.appointment = meeting.appointment_of(given, self.kind, made.subject, made.plain)

    def _html(self) -> str:
        value = self.message.get(properties.HTML)
        if isinstance(value, str):
            return value[: limits.HTML_PARTS]
        raw = properties.binary(self.message, properties.HTML)[: limits.HTML_PARTS]
        page = self.message.get(properties.CODEPAGE)
        charset = _charset(page) if isinstance(page, int) else None
        return charsets.clean(charsets.decode(raw, charset, self.defects)) if raw else ""

    def _text(self, value: bytes) -> str:
        return charsets.clean(value.rstrip(b"\0").decode(self.codec, "replace"))


def _charset(page: int) -> str:
    return _CHARSETS.get(page, f"cp{page}")
