"""Raw bytes to `Incoming`. Pure: nothing is stored, fetched or believed. `parse` never raises, whatever the bytes."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from anliegen.flow.channels.email import (
    addresses,
    authentication,
    authenticity,
    automatic,
    bodies,
    charsets,
    dates,
    fingerprint,
    headers,
    laid,
    limits,
    mime,
)
from anliegen.flow.channels.email.bodies import Body, Segment
from anliegen.flow.channels.email.bounces import confirmed, original, reports
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import cleaned, readable, tree
from anliegen.flow.channels.email.laid import Laid
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.email.quotes.split import Split, split
from anliegen.flow.channels.email.sealed.keys import Keys, KeysUnavailable, Sender, no_keys
from anliegen.flow.channels.email.sealed.parts import is_hidden
from anliegen.flow.channels.incoming import Contact, Incoming
from anliegen.ground.language import language_of

_DELIVERED_TO = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
    "x-forwarded-to",
    "resent-to",
    "apparently-to",
    "bcc",
)
# What some programs write instead of a text part.
_STUB = re.compile(
    r"html[- ]?(?:e-?mail|mail|format|nachricht|version|ansicht|message|content|viewer|fähig)|(?:support"
    r"|display|anzeigen?|darstellen).{0,40}html",
    re.IGNORECASE,
)
_SHORT_STUB = 400
_ABOUT_A_MAIL = ("bounce", "receipt", "feedback-report")


def parse(raw: bytes, *, trusted_servers: Collection[str] = (), keys: Keys = no_keys) -> Incoming:
    """Understand a mail. What is wrong with it stands in `defects`; what cannot be read at all still has a text.

    `trusted_servers` are the authserv-ids whose Authentication-Results count (RFC 8601); by default none.
    `keys` gives what signed and encrypted mails are checked and opened with; only they ask, and what it raises passes.
    `recipients` and `return_path` come from header fields only.
    """
    try:
        return _understand(raw, trusted_servers, keys)
    except KeysUnavailable as error:
        raise error.__cause__ or error from None
    except Exception as error:
        # Whoever asks how a mail is understood, or opens one that lies in another, is shown what can be.
        return _unreadable(raw, error)


def parse_or_raise(
    raw: bytes,
    *,
    trusted_servers: Collection[str] = (),
    keys: Keys = no_keys,
    return_path: str | None = None,
    sent_to: Sequence[str] = (),
) -> Incoming:
    """As `parse`, but what our own code fails with is raised: intake sets such a mail aside, for a person.

    `return_path` and `sent_to` are the envelope, where the caller has it: an empty path there is the path, whatever the
    fields say, and who it was sent to stands first in `recipients`.
    """
    try:
        return _understand(raw, trusted_servers, keys, return_path, sent_to)
    except KeysUnavailable as error:
        raise error.__cause__ or error from None


def _understand(
    raw: bytes,
    trusted_servers: Collection[str],
    keys: Keys,
    envelope_path: str | None = None,
    sent_to: Sequence[str] = (),
) -> Incoming:
    defects = Defects()
    root = mime.split(raw, defects)
    parts = mime.walk(root)
    subject = headers.decode(root.first("subject")[: limits.WORDS], defects)
    sender = _sender(root, defects)
    return_path = _return_path(root, envelope_path, defects)
    sent_at = dates.date(headers.decode(root.first("date"), defects), defects)
    writer = Sender(sender.address if sender else "", sent_at)
    body = bodies.read(root, defects, keys=keys, sender=writer)
    if body.seal is not None and body.seal.subject == subject:
        body.seal = replace(body.seal, subject="")  # it was no secret
    if body.subject and is_hidden(subject):
        subject = headers.decode(body.subject.encode()[: limits.WORDS], defects)
    text, html, said = _read(body, subject, defects, is_answer=root.has("in-reply-to"))
    to, cc, reply_to = (_people(root, name, defects) for name in ("to", "cc", "reply-to"))
    suspect = reports.is_suspect(root, sender=sender, return_path=return_path, subject=subject)
    bounced = reports.read(
        root,
        parts,
        text=text,
        subject=subject,
        sender=sender,
        return_path=return_path,
        to=to,
        suspect=suspect,
        defects=defects,
    )
    found = authentication.findings(root, trusted_servers, defects)
    sign = automatic.sign(
        root,
        parts,
        bounce=bounced,
        sender=sender,
        return_path=return_path,
        has_reply_to=any(not sender or one.address.lower() != sender.address.lower() for one in reply_to),
        subject=subject,
        text=said.reply_text or text,
        defects=defects,
    )
    kind = sign.kind if sign else None
    originals = original.message_ids(root, parts, text, defects) if kind in _ABOUT_A_MAIL else ()
    return Incoming(
        fingerprint=fingerprint.of(root),
        message_id=headers.message_id(_text(root, "message-id", defects)),
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        recipients=_recipients(root, sent_to, (*to, *cc), defects),
        return_path=return_path,
        subject=subject,
        sent_at=sent_at,
        language=language_of(said.reply_text or text),
        text=text,
        reply_text=said.reply_text,
        quoted_text=said.quoted_text,
        signature=said.signature,
        forwarded=said.forwarded,
        html=html,
        attachments=tuple(body.attachments),
        automatic=kind,
        is_declared=sign is not None and sign.is_declared,
        bounce=replace(bounced, original_ids=originals, sent_as=original.senders(parts, text, defects))
        if bounced
        else None,
        in_reply_to=headers.message_ids(_text(root, "in-reply-to", defects)),
        references=headers.message_ids(_text(root, "references", defects)),
        original_ids=originals,
        confirmed=confirmed.addresses(parts, defects) if kind == "receipt" else (),
        own_instance=headers.decode(root.first("x-anliegen-instance"), defects)[:100] or None,
        list_id=headers.decode(root.first("list-id"), defects).rpartition("<")[2].rstrip("> ")[:200] or None,
        authentication=replace(
            authentication.read(found),
            signature=(body.seal.signature or None) if body.seal else None,
        ),
        appointment=body.appointment,
        seal=body.seal,
        authenticity=authenticity.judge(found, sender.address if sender else ""),
        defects=defects.all(),
    )


def _read(body: Body, subject: str, defects: Defects, *, is_answer: bool) -> tuple[str, str | None, Split]:
    """The visible text, the safe HTML, and the text taken apart."""
    trees = [tree.parse(segment.html, defects) if segment.html else None for segment in body.segments]
    pieces = list(zip(body.segments, trees, strict=True))
    shown = _bounded(laid.joined(_laid_out(segment, parsed) for segment, parsed in pieces), defects)
    if not shown.text.strip():
        shown = Laid(_embedded_text(body))
    said = split(shown, subject=subject, is_answer=is_answer)
    if not said.quoted_text and any(parsed and tree.has_history(parsed) for parsed in trees):
        # The text part lost what the HTML still knows.
        from_html = _bounded(
            laid.joined(_laid_out(Segment(None, None), parsed) for _segment, parsed in pieces), defects
        )
        told = split(from_html, subject=subject, is_answer=is_answer)
        shown, said = (from_html, told) if told.quoted_text else (shown, said)
    if not any(trees):
        return shown.text, None, said
    html = "\n".join(
        cleaned.clean(parsed) if parsed else cleaned.from_text(segment.plain or "") for segment, parsed in pieces
    )
    return shown.text, html or None, said


def _laid_out(segment: Segment, parsed: tree.Tree | None) -> Laid:
    plain = segment.plain or ""
    if parsed is None:
        return Laid(plain)
    is_stub = len(plain) < _SHORT_STUB and bool(_STUB.search(plain))
    if plain.strip() and not is_stub:
        return Laid(plain)
    return readable.laid_out(parsed)


def _bounded(whole: Laid, defects: Defects) -> Laid:
    if len(whole.text) <= limits.TEXT:
        return whole
    defects.note("a text longer than is kept for reading")
    return Laid(whole.text[: limits.TEXT], whole.marks)


def _embedded_text(body: Body) -> str:
    """A mail that is nothing but another mail: who wrote that one, and what."""
    embedded = next((one for one in body.attachments if one.content_type in ("message/rfc822", "message/global")), None)
    if embedded is None:
        return ""
    unheard = Defects()
    root = mime.split(embedded.content, unheard)
    inner = bodies.read(root, unheard)
    fields = [f"{name.title()}: {headers.decode(root.first(name), unheard)}" for name in ("from", "date", "subject")]
    texts = (_laid_out(one, tree.parse(one.html, unheard) if one.html else None).text for one in inner.segments)
    return _bounded(Laid("\n".join([*fields, "", *texts])), unheard).text


def _sender(root: Part, defects: Defects) -> Contact | None:
    """The author; else whoever the mail names as having sent it."""
    authors = [contact for value in root.all("from") for contact in addresses.parse(value, defects)]
    if len(authors) > 1:
        defects.note("several senders")
    if authors:
        return next((author for author in authors if "@" in author.address), authors[0])
    defects.note("no sender")
    for name in ("sender", "reply-to", "return-path"):
        for contact in _people(root, name, defects):
            if "@" in contact.address:
                return contact
    return None


def _people(root: Part, name: str, defects: Defects) -> tuple[Contact, ...]:
    people = [contact for value in root.all(name)[:10] for contact in addresses.parse(value, defects)]
    people = [contact for contact in people if contact.address]
    return tuple(people[: limits.ADDRESSES])


def _return_path(root: Part, envelope_path: str | None, defects: Defects) -> str | None:
    if envelope_path == "":
        return ""
    name = next((name for name in ("return-path", "x-envelope-from") if root.has(name)), None)
    if name is None:
        return envelope_path
    written = _text(root, name, defects).strip()
    return next((contact.address for contact in addresses.parse(written.encode(), defects)), "")


def _recipients(root: Part, sent_to: Sequence[str], named: tuple[Contact, ...], defects: Defects) -> tuple[str, ...]:
    found = [address.lower() for address in (*sent_to, *(contact.address for contact in named))]
    for name in _DELIVERED_TO:
        found += [contact.address.lower() for contact in _people(root, name, defects)]
    return tuple(dict.fromkeys(address for address in found if "@" in address))


def _text(root: Part, name: str, defects: Defects) -> str:
    return headers.text_of(root.first(name), defects)


def _unreadable(raw: bytes, error: BaseException) -> Incoming:
    beginning = raw[:100_000]
    return Incoming(
        fingerprint=hashlib.sha256(raw).hexdigest(),
        text=charsets.clean(beginning.decode("utf-8", "replace")),
        reply_text=charsets.clean(beginning.decode("utf-8", "replace")),
        defects=(f"not understood: {type(error).__name__}",),
    )
