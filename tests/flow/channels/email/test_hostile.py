"""Mails made to hurt: what is looked at stays within `limits`, a defect says so, and the mail is still one."""

import json
import subprocess
import sys
import time

import pytest

from anliegen.flow.channels.email import limits, mime
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Incoming
from tests.flow.channels.email.big_mails import MAILS, SIZE

HEAD = b"From: a@example.de\r\nTo: b@example.de\r\nSubject: s\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n"


def understood(raw: bytes) -> Incoming:
    incoming = parse(raw)
    assert not any(defect.startswith("not understood") for defect in incoming.defects)
    return incoming


def test_ten_thousand_nested_parts() -> None:
    levels = (b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (at, at + 1) for at in range(10_000))
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(levels) + b"--b10000\r\n\r\nhallo\r\n"
    assert len(mime.walk(mime.split(raw, Defects()))) <= limits.DEPTH + 1
    assert f"parts nested deeper than {limits.DEPTH}" in understood(raw).defects


def test_nested_parts_with_one_boundary_for_all() -> None:
    raw = MIXED + b"--q\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n" * 10_000 + b"--q\r\n\r\nhallo\r\n"
    assert len(mime.walk(mime.split(raw, Defects()))) <= limits.PARTS
    assert f"more than {limits.PARTS} parts" in understood(raw).defects


def test_twenty_thousand_attachments() -> None:
    incoming = understood(MIXED + b'--q\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nx\r\n' * 20_000)
    assert len(incoming.attachments) == limits.PARTS - 1
    assert f"more than {limits.PARTS} parts" in incoming.defects


def test_a_hundred_thousand_recipients() -> None:
    people = b", ".join(b'"N, %d" <u%d@example.de>' % (at, at) for at in range(100_000))
    incoming = understood(b"To: " + people + b"\r\n" + HEAD + b"\r\nhallo")
    assert len(incoming.to) == limits.ADDRESSES
    assert incoming.sender is not None
    assert "a header field longer than is read" in incoming.defects


def test_a_million_header_fields() -> None:
    incoming = understood(HEAD + b"".join(b"X-%d: y\r\n" % at for at in range(1_000_000)) + b"\r\nhallo")
    assert (incoming.text, incoming.sender is not None) == ("hallo", True)
    assert "more header lines than are read" in incoming.defects


def test_many_fields_before_the_ones_that_matter() -> None:
    incoming = understood(b"".join(b"X-%d: y\r\n" % at for at in range(2_000)) + HEAD + b"\r\nhallo")
    assert incoming.sender is not None
    assert (incoming.subject, incoming.text) == ("s", "hallo")


def test_a_field_of_fifty_megabytes() -> None:
    incoming = understood(b"X-Long: " + b"a" * 50_000_000 + b"\r\n" + HEAD + b"\r\nhallo")
    assert (incoming.subject, incoming.text) == ("s", "hallo")
    assert "a header field longer than is read" in incoming.defects


def test_fifty_megabytes_of_short_lines() -> None:
    incoming = understood(HEAD + b"\r\n" + b"a\n" * 25_000_000)
    assert len(incoming.text) == limits.TEXT
    assert [one.size for one in incoming.attachments] == [50_000_000]
    assert "a text longer than is shown; it is attached in full" in incoming.defects


def test_one_endless_line() -> None:
    incoming = understood(HEAD + b"\r\n" + b"a" * 20_000_000)
    assert len(incoming.text) == limits.TEXT


def test_hundreds_of_html_parts_share_one_budget() -> None:
    part = b"--q\r\nContent-Type: text/html\r\n\r\n" + b"<p>hallo</p>" * 3_000 + b"\r\n"
    incoming = understood(MIXED + part * 300 + b"--q--")
    assert incoming.html is not None
    assert len(incoming.html) < 2 * limits.HTML_PARTS
    assert len(incoming.attachments) > 200


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"tief",
        b"<table><tr><td>" * 2_000 + b"tief",
        b"<b><p>" * 20_000 + b"tief",
        b"<p>tief" * 40_000,
    ],
)
def test_html_too_deep_or_too_wide_is_shown_as_text(body: bytes) -> None:
    incoming = understood(HEAD + b"Content-Type: text/html\r\n\r\n" + body)
    assert "tief" in incoming.text
    assert any("its text alone is shown" in defect for defect in incoming.defects)


@pytest.mark.parametrize(
    "body",
    [
        b"On 1 wrote a@b.de <x@y.de> schrieb 10:10:\n" * 20_000,
        b"Von: x\n" * 200_000,
        b"> a\nb\n" * 100_000,
        b">" * 1_000_000,
        b"-- \n" * 200_000,
        b"Sent from my iPhone\n" * 50_000,
        (b"-" * 390 + b"\n") * 2_000,
        b"\x00" * 100_000,
        b"\r" * 100_000,
    ],
)
def test_texts_that_set_traps_for_patterns(body: bytes) -> None:
    understood(HEAD + b"\r\n" + body)


@pytest.mark.parametrize(
    "fields",
    [
        b"Subject: " + b"=?utf-8?q?" * 6_000,
        b"From: " + b'"\\' * 30_000,
        b"To: " + b'"a' * 30_000,
        b"Cc: " + b"(" * 60_000,
        b"Reply-To: " + b"<" * 60_000,
        b"References: " + b"<a@b> " * 10_000,
        b"In-Reply-To: " + b"a@" * 30_000,
        b"Authentication-Results: x; " + b"(" * 60_000,
        b"Content-Type: text/plain;" + b" " * 60_000 + b"; a*0=b" * 8_000,
        b"Subject: " + b" " * 60_000 + b"x",
        b"To: kim@example.org" + b" =C2=A0" * 8_000 + b"x",
        b"Cc: kim@example.org" + b"\xc2\xa0" * 30_000 + b"x",
        b"To: Kim Berger" + b'"' * 60_000 + b" kim@example.org",
    ],
)
def test_fields_that_set_traps_for_patterns(fields: bytes) -> None:
    incoming = understood(HEAD + fields + b"\r\n\r\nhallo")
    assert incoming.text == "hallo"


def test_a_report_with_a_hundred_thousand_recipients() -> None:
    blocks = b"".join(b"Final-Recipient: rfc822; u%d@x.de\r\nAction: failed\r\n\r\n" % at for at in range(100_000))
    head = HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n"
    bounce = understood(head + b"--q\r\nContent-Type: message/delivery-status\r\n\r\n" + blocks + b"--q--").bounce
    assert bounce is not None
    assert len(bounce.recipients) == limits.BOUNCED


@pytest.mark.parametrize("blank", [b" ", b"\t", b"\r", b"\x1f", b"a", b"a@", b"<", b"(", b'"', b"a "])
@pytest.mark.parametrize(
    "beginning",
    [
        b"This message was created automatically by mail delivery software.\n\nhas not yet been delivered\n",
        b"This is a delivery failure notification message\n",
        b"Delivery to the following recipients failed.\n\n",
        b"The following addresses had delivery problems:\n",
    ],
)
def test_reports_that_set_traps_for_patterns(beginning: bytes, blank: bytes) -> None:
    head = b"Return-Path: <>\nFrom: Mail Delivery <mailer-daemon@example.org>\nSubject: Warning: message delayed\n\n"
    incoming = understood(head + beginning + blank * (60_000 // len(blank)) + b"\nx\n")
    assert incoming.text.startswith(beginning[:20].decode())


@pytest.mark.parametrize("name", MAILS)
def test_fifty_megabytes_take_less_than_five_seconds_and_500_mb(name: str) -> None:
    command = [sys.executable, "-m", "tests.flow.channels.email.big_mails", name]
    shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert shown["failed"] == []
    assert shown["bytes"] > 0.95 * SIZE
    assert shown["seconds"] < 5
    assert shown["peak_mb"] < 500


@pytest.mark.parametrize("line", [b"=?utf-8?Q?a?= ", b"<a@b> ", b"a:", b"a@b,", b":", b"=?", b"\xff", b'"a" <a@b>;'])
def test_many_long_fields_of_one_kind(line: bytes) -> None:
    names = (b"To", b"Cc", b"Reply-To", b"Delivered-To")
    fields = b"".join(name + b": " + line * (60_000 // len(line)) + b"\r\n" for name in names for _ in range(4))
    began = time.process_time()
    assert understood(HEAD + fields + b"\r\nhallo").text == "hallo"
    assert time.process_time() - began < 5
