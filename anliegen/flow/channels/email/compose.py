"""An outgoing mail as bytes. Pure: the same `Outgoing` gives the same bytes. What could break a header is refused."""

import base64
import binascii
import email.utils
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from anliegen.flow.channels.email import encode
from anliegen.flow.channels.email.html import cleaned

_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,100}")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80}")
_MESSAGE_ID = re.compile(r"[^\s<>@\x00-\x20\x7f]{1,250}@[^\s<>@\x00-\x20\x7f]{1,250}")
_AUTOMATIC = ("auto-replied", "auto-generated")
_MOST_REFERENCES = 20


# A name, which may be empty, and an address.
Party = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send along. With a `content_id` it is a picture that the HTML shows."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail of ours. `html` None: made from the text. Message ids with or without angle brackets.

    `auto_submitted` is None for a person's words, else `auto-replied` or `auto-generated` (RFC 3834).
    `actor_kind` says who or what wrote it: `human`, `rule`, `model`. `instance` names this Anliegen.
    """

    from_name: str
    from_address: str
    to: tuple[Party, ...]
    subject: str
    text: str
    date: datetime
    message_id: str
    cc: tuple[Party, ...] = ()
    reply_to: Party | None = None
    html: str | None = None
    attachments: tuple[OutgoingFile, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: str | None = None
    language: str | None = None
    actor_kind: str = "human"
    instance: str = ""


class CannotCompose(ValueError):
    """What was given cannot stand in a mail: an address, an identifier or a kind that is none."""


def compose(outgoing: Outgoing) -> bytes:
    """The mail with CRLF line ends, 7-bit throughout. Raises CannotCompose for what no mail can carry."""
    content_fields, body = _body(outgoing)
    fields = [*_fields(outgoing), ("MIME-Version", "1.0"), *content_fields]
    head = "".join(encode.folded(name, value) for name, value in fields)
    return head.encode("ascii") + b"\r\n" + body


def _fields(outgoing: Outgoing) -> list[tuple[str, str]]:
    if not outgoing.to and not outgoing.cc:
        raise CannotCompose("a mail to nobody")
    if outgoing.date.tzinfo is None:
        raise CannotCompose("a date without a time zone")
    fields = [
        ("Date", email.utils.format_datetime(outgoing.date)),
        ("From", _party((outgoing.from_name, outgoing.from_address))),
        ("To", _parties(outgoing.to)),
        ("Cc", _parties(outgoing.cc)),
        ("Reply-To", _party(outgoing.reply_to) if outgoing.reply_to else ""),
        ("Message-ID", _identifier(outgoing.message_id)),
        ("In-Reply-To", _identifier(outgoing.in_reply_to) if outgoing.in_reply_to else ""),
        ("References", " ".join(_references(outgoing))),
        ("Subject", encode.words(outgoing.subject, taken=len("Subject: "))),
        ("Content-Language", _token(outgoing.language) if outgoing.language else ""),
        *_automatic(outgoing),
        ("X-Anliegen-Actor", _token(outgoing.actor_kind)),
        ("X-Anliegen-Instance", _token(outgoing.instance) if outgoing.instance else ""),
    ]
    return [(name, value) for name, value in fields if value or name == "Subject"]


def _automatic(outgoing: Outgoing) -> list[tuple[str, str]]:
    if outgoing.auto_submitted is None:
        return []
    if outgoing.auto_submitted not in _AUTOMATIC:
        raise CannotCompose("neither auto-replied nor auto-generated")
    return [("Auto-Submitted", outgoing.auto_submitted), ("X-Auto-Response-Suppress", "All")]


def _parties(parties: tuple[Party, ...]) -> str:
    return ", ".join(_party(party) for party in parties)


def _party(party: Party) -> str:
    given_name, given_address = party
    address = encode.address(given_address)
    if address is None:
        raise CannotCompose("not an address that mail can be sent to")
    name = encode.phrase(given_name)
    return f"{name} <{address}>" if name else address


def is_message_id(given: str) -> bool:
    """Whether this can stand in In-Reply-To or References. What customers' programs write often cannot."""
    bare = given.strip().removeprefix("<").removesuffix(">")
    return bool(_MESSAGE_ID.fullmatch(bare)) and bare.isascii()


def _identifier(given: str) -> str:
    bare = given.strip().removeprefix("<").removesuffix(">")
    if not is_message_id(bare):
        raise CannotCompose("not a Message-ID")
    return f"<{bare}>"


def _references(outgoing: Outgoing) -> list[str]:
    """The first, which names the conversation, and the last ones. Foreign identifiers that are none are left out."""
    found: dict[str, None] = {}
    for given in (*outgoing.references, *((outgoing.in_reply_to,) if outgoing.in_reply_to else ())):
        try:
            one = _identifier(given)
        except CannotCompose:
            continue
        found.pop(one, None) if given == outgoing.in_reply_to else None
        found.setdefault(one)
    known = list(found)
    return known if len(known) <= _MOST_REFERENCES else [known[0], *known[1 - _MOST_REFERENCES :]]


def _token(given: str) -> str:
    if not _TOKEN.fullmatch(given):
        raise CannotCompose("not a plain word for a header")
    return given


def _body(outgoing: Outgoing) -> tuple[list[tuple[str, str]], bytes]:
    text = encode.lines(outgoing.text)
    html = outgoing.html if outgoing.html is not None else _page(text, outgoing.language)
    shown = _text_part("html", encode.lines(html))
    if pictures := [_file(attachment) for attachment in outgoing.attachments if attachment.content_id]:
        shown = _multipart("related", [shown, *pictures], outgoing)
    fields, body = _multipart("alternative", [_text_part("plain", text), shown], outgoing)
    if files := [_file(attachment) for attachment in outgoing.attachments if not attachment.content_id]:
        fields, body = _multipart("mixed", [(fields, body), *files], outgoing)
    return fields, body


def _page(text: str, language: str | None) -> str:
    """The text as a page without any resource from outside."""
    attribute = f' lang="{_token(language)}"' if language else ""
    head = f'<!DOCTYPE html>\n<html{attribute}>\n<head><meta charset="utf-8"></head>'
    return f"{head}\n<body>\n{cleaned.from_text(text)}\n</body>\n</html>\n"


def _text_part(kind: str, text: str) -> tuple[list[tuple[str, str]], bytes]:
    fields = [("Content-Type", f"text/{kind}; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")]
    return fields, encode.quoted_printable(text)


def _file(attachment: OutgoingFile) -> tuple[list[tuple[str, str]], bytes]:
    content_type = attachment.content_type if _TYPE.fullmatch(attachment.content_type) else "application/octet-stream"
    # RFC 2046 forbids to encode a mail inside a mail, and multiparts are none without their boundary.
    if content_type.lower().startswith(("message/", "multipart/")):
        content_type = "application/octet-stream"
    names = encode.parameter("filename", attachment.filename)
    fields = [
        ("Content-Type", content_type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{'inline' if attachment.content_id else 'attachment'}; {names}"),
    ]
    if attachment.content_id:
        fields.append(("Content-ID", _identifier(attachment.content_id)))
    return fields, base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")


def _multipart(
    kind: str, parts: list[tuple[list[tuple[str, str]], bytes]], outgoing: Outgoing
) -> tuple[list[tuple[str, str]], bytes]:
    """A boundary that depends on the content alone, and that neither base64 nor quoted-printable can produce."""
    digest = hashlib.sha256(outgoing.message_id.encode("utf-8", "replace"))
    for _fields_of_part, body in parts:
        digest.update(body)
    boundary = f"=_{kind}_{binascii.hexlify(digest.digest()[:12]).decode('ascii')}"
    pieces: list[bytes] = []
    for fields, body in parts:
        head = "".join(encode.folded(name, value) for name, value in fields)
        pieces.append(f"--{boundary}\r\n{head}\r\n".encode("ascii") + body.removesuffix(b"\r\n") + b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    of_what = '; type="text/html"' if kind == "related" else ""
    return [("Content-Type", f'multipart/{kind}{of_what}; boundary="{boundary}"')], b"".join(pieces)
