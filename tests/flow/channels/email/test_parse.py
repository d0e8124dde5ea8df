"""A whole mail understood: parts, texts, attachments, people, fingerprint."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.explain import explain
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Authentication, Contact
from anliegen.ground.language import language_of

HEAD = (
    b"Message-ID: <m1@example.de>\r\nDate: Sun, 22 Nov 2026 10:15:00 +0100\r\n"
    b"From: =?utf-8?Q?Erika_M=C3=BCller?= <erika@example.de>\r\nTo: service@lindenau.example\r\n"
    b"Subject: =?utf-8?Q?Z=C3=A4hlerstand?=\r\n"
)


def mail(fields: bytes, body: bytes) -> bytes:
    return HEAD + fields + b"\r\n" + body.replace(b"\n", b"\r\n")


def multipart(kind: str, *parts: bytes) -> tuple[bytes, bytes]:
    inner = b"".join(b"--b\n" + part + b"\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="b"\r\n'.encode(), inner + b"--b--\n"


PLAIN = b"Content-Type: text/plain; charset=utf-8\n\nGuten Tag, bitte um Antwort."
HTML = b"Content-Type: text/html; charset=utf-8\n\n<p>Guten <b>Tag</b>, bitte um Antwort.</p>"
PICTURE = (
    b"Content-Type: image/png; name=bild.png\nContent-ID: <bild@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="
)
PDF = (
    b"Content-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''Z%C3%A4hler.pdf\n"
    b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQ="
)


def test_a_plain_mail_is_understood_exactly() -> None:
    incoming = parse(mail(b"Content-Type: text/plain; charset=utf-8\r\n", "Guten Tag,\n\nbitte um Rückruf.\n".encode()))
    assert incoming.message_id == "m1@example.de"
    assert incoming.sender == Contact("Erika Müller", "erika@example.de")
    assert incoming.to == (Contact("", "service@lindenau.example"),)
    assert incoming.subject == "Zählerstand"
    assert incoming.sent_at == datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=1)))
    assert (incoming.text, incoming.html, incoming.attachments) == ("Guten Tag,\n\nbitte um Rückruf.", None, ())
    assert (incoming.automatic, incoming.bounce, incoming.defects) == (None, None, ())
    assert incoming.language == "de"


NAMES = (
    "message_id from to cc reply_to subject date language text reply_text quoted_text signature html attachments"
    " automatic bounce in_reply_to references authentication appointment seal defects"
)


def test_the_explanation_is_the_contracts_object() -> None:
    told = explain(mail(*multipart("mixed", PLAIN, PDF)))
    assert set(told) == set(NAMES.split())
    assert told["date"] == "2026-11-22T10:15:00+01:00"
    assert told["from"] == {"name": "Erika Müller", "address": "erika@example.de"}
    assert told["attachments"] == [
        {
            "filename": "Zähler.pdf",
            "content_type": "application/pdf",
            "size": 8,
            "sha256": hashlib.sha256(b"%PDF-1.4").hexdigest(),
            "content_id": None,
            "inline": False,
        }
    ]
    assert told["authentication"] == dict.fromkeys(["spf", "dkim", "dmarc", "signature", "arc", "verdict", "words"])
    json.dumps(told)


def test_alternatives_give_one_text_and_its_html() -> None:
    incoming = parse(mail(*multipart("alternative", PLAIN, HTML)))
    assert incoming.text == "Guten Tag, bitte um Antwort."
    assert incoming.html == "<p>Guten <b>Tag</b>, bitte um Antwort.</p>"


def test_html_alone_gives_its_text() -> None:
    incoming = parse(mail(b"Content-Type: text/html; charset=utf-8\r\n", HTML.split(b"\n\n", 1)[1]))
    assert incoming.text == "Guten Tag, bitte um Antwort."


def test_a_text_part_that_only_asks_for_html_is_not_the_text() -> None:
    stub = b"Content-Type: text/plain\n\nDiese Nachricht ist im HTML-Format."
    assert parse(mail(*multipart("alternative", stub, HTML))).text == "Guten Tag, bitte um Antwort."


def test_a_picture_in_the_text_is_inline_and_found_by_its_id() -> None:
    page = HTML.replace(b"</p>", b'<img src="cid:bild@x"></p>')
    incoming = parse(mail(*multipart("related", page, PICTURE)))
    assert [(one.filename, one.content_id, one.inline) for one in incoming.attachments] == [
        ("bild.png", "bild@x", True)
    ]
    assert incoming.html is not None
    assert 'data-cid="bild@x"' in incoming.html


def test_texts_around_a_picture_stay_in_order() -> None:
    incoming = parse(mail(*multipart("mixed", PLAIN, PICTURE, PLAIN.replace(b"Guten Tag", b"PS"))))
    assert incoming.text == "Guten Tag, bitte um Antwort.\n\nPS, bitte um Antwort."


def test_a_mail_in_a_mail_is_a_file_named_after_its_subject() -> None:
    inner = b"Content-Type: message/rfc822\n\nSubject: Alte =?utf-8?Q?St=C3=B6rung?=\nFrom: a@b.de\n\nHallo"
    incoming = parse(mail(*multipart("mixed", PLAIN, inner)))
    assert [(one.filename, one.content_type) for one in incoming.attachments] == [
        ("Alte Störung.eml", "message/rfc822")
    ]
    assert incoming.text == "Guten Tag, bitte um Antwort."


def test_a_mail_that_is_nothing_but_a_mail_can_still_be_read() -> None:
    incoming = parse(mail(b"Content-Type: message/rfc822\r\n", b"Subject: innen\nFrom: a@b.de\n\nHallo"))
    assert incoming.text == "From: a@b.de\nDate: \nSubject: innen\n\nHallo"


def test_attachments_of_one_name_are_kept_apart_and_names_are_harmless() -> None:
    nasty = [b"../../etc/passwd", b"C:\\tmp\\a.txt", b"a.txt", b"a.txt", b"exe\xe2\x80\xaetxt.exe", b"CON:<>|", b""]
    parts = [
        b'Content-Disposition: attachment; filename="' + name.replace(b"\\", b"\\\\") + b'"\n\nx' for name in nasty
    ]
    names = [one.filename for one in parse(mail(*multipart("mixed", *parts))).attachments]
    assert names == ["passwd", "a.txt", "a (2).txt", "a (3).txt", "exe_txt.exe", "CON_", "attachment.txt"]


def test_the_content_of_attachments_stays_out_of_logs() -> None:
    incoming = parse(mail(*multipart("mixed", PLAIN, PDF)))
    assert incoming.attachments[0].content == b"%PDF-1.4"
    assert "PDF-1.4" not in repr(incoming)


def test_flowed_text_is_joined_again() -> None:
    body = b"Das ist ein \nlanger Satz.\n> zitiert \n> weiter\n-- \nErika"
    incoming = parse(mail(b"Content-Type: text/plain; format=flowed\r\n", body))
    assert (incoming.reply_text, incoming.quoted_text, incoming.signature) == (
        "Das ist ein langer Satz.",
        "> zitiert weiter",
        "-- \nErika",
    )


def test_a_quote_that_only_the_html_knows_is_found() -> None:
    plain = b"Content-Type: text/plain\n\nJa.\nPasst es am Montag?"
    page = b"Content-Type: text/html\n\n<p>Ja.</p><blockquote type=cite>Passt es am Montag?</blockquote>"
    incoming = parse(mail(*multipart("alternative", plain, page)))
    assert (incoming.reply_text, incoming.quoted_text) == ("Ja.", "> Passt es am Montag?")


def test_all_recipients_are_collected_once() -> None:
    fields = (
        b"Cc: B@x.de, a@x.de\r\nDelivered-To: s+a1.x@lindenau.example\r\nX-Original-To: SERVICE@lindenau.example\r\n"
    )
    assert parse(mail(fields, b"x")).recipients == (
        "service@lindenau.example",
        "b@x.de",
        "a@x.de",
        "s+a1.x@lindenau.example",
    )


def test_the_mark_of_an_instance_is_read() -> None:
    assert parse(mail(b"X-Anliegen-Instance: abc123\r\n", b"x")).own_instance == "abc123"
    assert parse(mail(b"", b"x")).own_instance is None


def test_only_named_servers_are_believed_about_the_sender() -> None:
    fields = (
        b"Authentication-Results: mx.lindenau.example; spf=pass a=b; dkim=fail; dkim=pass (x=y); dmarc=none\r\n"
        b"Authentication-Results: evil.example; spf=pass; dkim=pass; dmarc=pass\r\n"
    )
    raw = mail(fields, b"x")
    assert parse(raw).authentication == Authentication()
    assert parse(raw, trusted_servers={"mx.lindenau.example"}).authentication == Authentication(
        spf="pass", dkim="pass", dmarc="none"
    )


@pytest.mark.parametrize(
    "changed",
    [
        lambda raw: b"Received: from x\r\nReturn-Path: <a@b.de>\r\n" + raw,
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: raw + b"\r\n\r\n",
        lambda raw: raw.replace(b"\r\n.versteckt", b"\r\n..versteckt"),
        lambda raw: raw.replace(b"Date: Sun, 22", b"Date: Sun,\r\n 22"),
        lambda raw: b"From erika@example.de Sun Nov 22 10:15:00 2026\n" + raw,
    ],
)
def test_the_way_a_mail_takes_does_not_change_its_fingerprint(changed: Callable[[bytes], bytes]) -> None:
    raw = mail(b"", b"Guten Tag\n.versteckt\n\nEnde\n")
    assert parse(changed(raw)).fingerprint == parse(raw).fingerprint


@pytest.mark.parametrize(
    "old, new", [(b"m1@", b"m2@"), (b"10:15:00", b"10:15:01"), (b"Ende", b"ende"), (b"erika@", b"e@")]
)
def test_another_mail_has_another_fingerprint(old: bytes, new: bytes) -> None:
    raw = mail(b"", b"Guten Tag\n\nEnde\n")
    assert parse(raw.replace(old, new)).fingerprint != parse(raw).fingerprint


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Tag, meine Rechnung ist falsch.", "de"),
        ("Hello, my bill is wrong, please call me.", "en"),
        ("Bonjour, ma facture est fausse, merci de me rappeler.", "fr"),
        ("Goedemorgen, mijn rekening klopt niet, graag een antwoord.", "nl"),
        ("Minulla on kysymys laskustani, koska summa näyttää olevan väärä.", "fi"),
        ("ok", None),
        ("12345", None),
        ("Moin", None),
        ("", None),
    ],
)
def test_the_language_is_told_or_left_open(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        b"\r\n\r\n",
        b"hallo",
        b"From: \r\nTo: ,,,\r\nDate: x\r\nMessage-ID: <[a@b]>\r\nSubject: =?utf-8?B?/w==?=\r\n\r\n\xff",
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nhallo\r\n--x--",
        b"Content-Type: text/plain; charset=zlib\r\nContent-Transfer-Encoding: quantum\r\n\r\nhallo",
        b"Content-Type: text/html\r\n\r\n<?xml version='1.0' encoding='latin-1'?><p>\xfc",
    ],
)
def test_strange_mails_are_still_mails(raw: bytes) -> None:
    incoming = parse(raw)
    json.dumps(explain(raw)).encode()
    assert not any(defect.startswith("not understood") for defect in incoming.defects)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(raw: bytes) -> None:
    assert not any(defect.startswith("not understood") for defect in parse(raw).defects)


SEEDS = [
    mail(*multipart("alternative", PLAIN, HTML)),
    mail(*multipart("mixed", PLAIN, PDF, PICTURE)),
    mail(
        b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n",
        "Ja\n\nAm 1.1.26 um 10:15 schrieb X:\n> Ä?\n".encode(),
    ),
    mail(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        b"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nA: b\n\nFinal-Recipient: rfc822; a@b.de\n"
        b"Action: failed\nStatus: 5.1.1\n--b--",
    ),
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 12), st.binary(max_size=8)), min_size=1, max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_no_damaged_mail_raises(seed: bytes, damages: list[tuple[int, int, bytes]]) -> None:
    raw = seed
    for at, length, replacement in damages:
        raw = raw[:at] + replacement + raw[at + length :]
    incoming = parse(raw)
    json.dumps(explain(raw)).encode()
    assert not any(defect.startswith("not understood") for defect in incoming.defects)
