"""Every public mail at hand is understood without a failure, and its structure as the standard library sees it."""

import email
import email.message
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from anliegen.flow.channels.email import mime, transfer
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.explain import as_json
from anliegen.flow.channels.email.parse import parse
from tests import needs
from tools.corpus import data

RAW = data.folder() / "raw"
# A boundary whose last space counts; base64 without its padding, or with something behind it.
THEIRS_IS_WRONG = {"weird-boundary.msg", "very-long-boundary.msg", "twopart.msg", "boolean_decoded_content.eml"}
needs_mails = needs.public(RAW)


def mails() -> Iterator[Path]:
    return (file for file in sorted(RAW.rglob("*")) if file.is_file() and file.suffix != ".jsonl")


@needs_mails
def test_every_public_mail_is_understood(record_property: Callable[[str, object], None]) -> None:
    slowest, total, count, size = 0.0, 0.0, 0, 0
    for file in mails():
        raw = file.read_bytes()
        before = time.process_time()
        incoming = parse(raw)
        taken = time.process_time() - before
        json.dumps(as_json(incoming)).encode("utf-8")
        assert not [defect for defect in incoming.defects if defect.startswith("not understood")], file.name
        assert "\x00" not in incoming.text + incoming.subject + (incoming.html or "")
        slowest, total, count, size = max(slowest, taken), total + taken, count + 1, size + len(raw)
    figures = f"{count} mails, {size} bytes, {1000 * total / count:.2f} ms CPU on average, slowest {slowest:.3f} s"
    record_property("figures", figures)
    print(figures)
    assert count > 600


@needs_mails
def test_all_text_of_every_public_mail_lands_in_one_of_the_three_texts() -> None:
    for file in mails():
        incoming = parse(file.read_bytes())
        parts = f"{incoming.reply_text}\n{incoming.quoted_text}\n{incoming.signature}".split("\n")
        assert sorted(line.strip() for line in parts if line.strip()) == sorted(
            line.strip() for line in incoming.text.split("\n") if line.strip()
        ), file.name


@needs_mails
def test_the_same_mail_by_another_way_has_the_same_fingerprint() -> None:
    for file in mails():
        raw = file.read_bytes().replace(b"\r\n", b"\n")
        again = b"Received: from a by b\r\nDelivered-To: c@d.example\r\n" + raw.replace(b"\n", b"\r\n") + b"\r\n\r\n"
        if raw.startswith((b"From ", b">From ", b"\n")) or not _begins_with_a_field(raw) or b"\r" in raw:
            continue
        assert parse(raw).fingerprint == parse(again).fingerprint, file.name


@needs_mails
def test_parts_are_split_as_the_standard_library_splits_them() -> None:
    compared = 0
    for file in mails():
        raw = file.read_bytes()
        try:
            theirs = email.message_from_bytes(raw)
            if _has_defects(theirs):
                continue
            expected = list(_their_leaves(theirs))
        except (UnicodeError, LookupError, AssertionError, KeyError):
            continue  # the standard library's own failures
        defects = Defects()
        root = mime.split(raw, defects)
        ours = [
            (part.content_type, b"" if _is_mail(part.content_type) else _plain(transfer.content(part, defects)))
            for part in mime.walk(root)
            if not part.parts
        ]
        if defects.all() or file.name in THEIRS_IS_WRONG:
            continue
        assert [leaf for leaf in ours if leaf[1] or _is_mail(leaf[0])] == expected, file.name
        compared += 1
    assert compared > 400


def _their_leaves(message: email.message.Message) -> Iterator[tuple[str, bytes]]:
    if _is_mail(message.get_content_type()):
        yield message.get_content_type(), b""
    elif message.is_multipart():
        for child in message.get_payload():
            yield from _their_leaves(child)  # type: ignore[arg-type]
    elif body := _plain(message.get_payload(decode=True)):  # type: ignore[arg-type]
        yield message.get_content_type(), body


def _is_mail(content_type: str) -> bool:
    return content_type.startswith("message/")


def _plain(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").strip(b"\n \t")


def _has_defects(message: email.message.Message) -> bool:
    return any(part.defects for part in message.walk())


def _begins_with_a_field(raw: bytes) -> bool:
    return b":" in raw.split(b"\n", 1)[0] and not raw[:1].isspace()
