"""Mails of programs, told from mails of people."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from anliegen.flow.channels.email.parse import parse
from tests import needs
from tools.corpus import data

RAW = data.folder() / "raw"


def mail(fields: str, text: str = "Guten Tag") -> bytes:
    given = fields.strip("\n")
    sender = "" if "from:" in given.lower() else "From: Erika <erika@example.de>\n"
    return f"{sender}To: service@lindenau.example\n{given}\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()


@pytest.mark.parametrize(
    ("fields", "text", "kind"),
    [
        ("Subject: Frage", "Guten Tag", None),
        ("Subject: AW: Abwesenheitsnotiz: Frage", "Wann sind Sie zurück?", None),
        ("Subject: Urlaub", "Ich bin im Urlaub, bitte senden Sie die Rechnung später.", None),
        ("Subject: x\nAuto-Submitted: no", "", None),
        ("Subject: x\nAuto-Submitted: auto-replied", "", "auto-reply"),
        ("Subject: x\nAuto-Submitted: auto-replied; owner-email=a@b.de", "", "auto-reply"),
        ("Subject: x\nAuto-Submitted: auto-generated", "", "auto-generated"),
        ("Subject: x\nAuto-Submitted: auto-notified", "", "auto-generated"),
        ("Subject: Automatische Antwort: x\nAuto-Submitted: auto-generated", "", "auto-reply"),
        ("Subject: x\nX-Autoreply: yes", "", "auto-reply"),
        ("Subject: x\nX-Autorespond: x", "", "auto-reply"),
        ("Subject: x\nPrecedence: auto_reply", "", "auto-reply"),
        ("Subject: x\nX-Auto-Response-Suppress: All", "", "auto-generated"),
        ("Subject: x\nX-Auto-Response-Suppress: DR, RN, NRN", "", None),
        ("Subject: Abwesenheitsnotiz: Ihre Rechnung", "", "auto-reply"),
        ("Subject: Automatische Antwort: Ihre Rechnung", "", "auto-reply"),
        ("Subject: Abwesend: Ihre Rechnung", "", "auto-reply"),
        ("Subject: Ich bin im Urlaub", "", "auto-reply"),
        ("Subject: =?utf-8?Q?Nicht_im_B=C3=BCro?=", "", "auto-reply"),
        ("Subject: Out of Office: Your bill", "", "auto-reply"),
        ("Subject: Automatic reply: Your bill", "", "auto-reply"),
        (
            "Subject: Re: Ihre Rechnung",
            "Vielen Dank für Ihre Nachricht. Ich bin bis zum 5. Dezember nicht im Büro. In dringenden Fällen wenden Sie"
            " sich bitte an meine Vertretung.",
            "auto-reply",
        ),
        ("Subject: Re: x", "Ich bin bis Freitag nicht im Büro, geht Montag?", None),
        ("Subject: Newsletter\nList-Unsubscribe: <mailto:x@y.de>", "", "bulk"),
        ("Subject: Newsletter\nPrecedence: bulk", "", "bulk"),
        ("Subject: x\nPrecedence: junk", "", "bulk"),
        ("Subject: x\nList-Id: Nachbarn <nachbarn.lists.example>", "", "list"),
        ("Subject: x\nPrecedence: list", "", "list"),
        ("Subject: x\nFrom: noreply@shop.example", "", "auto-generated"),
        ("Subject: x\nFrom: no-reply@shop.example\nReply-To: kunde@example.de", "", None),
        ("Subject: x\nFrom: nicht-antworten@amt.example", "", "auto-generated"),
        ("Subject: x\nReturn-Path: <>", "", "auto-generated"),
        ("Subject: Gelesen: Ihre Rechnung", "", "receipt"),
        ("Subject: =?utf-8?Q?Lesebest=C3=A4tigung?=: x", "", "receipt"),
    ],
)
def test_each_kind_is_known_by_its_signs(fields: str, text: str, kind: str | None) -> None:
    assert parse(mail(fields, text)).automatic == kind


DAEMON = "From: MAILER-DAEMON@mx.example\nSubject: Bericht"


def report(kind: str, part: str, words: str = "Bericht", head: str = DAEMON) -> bytes:
    return (
        f"{head}\nTo: service@lindenau.example\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{words}\n--b\n{part}\n"
        "--b\nContent-Type: text/rfc822-headers\n\n"
        "Message-ID: <unsere.812@lindenau.example>\nSubject: Ihre Rechnung\n--b--\n"
    ).encode()


def status(action: str, code: str, recipient: str = "rfc822; kunde@example.de") -> str:
    return (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: {recipient}\nAction: {action}\nStatus: {code}\nDiagnostic-Code: smtp; 550 Postfach unbekannt"
    )


@pytest.mark.parametrize(
    ("action", "code", "kind", "bounce"),
    [
        ("failed", "5.1.1", "bounce", "hard"),
        ("failed", "5.2.2", "bounce", "hard"),
        ("failed", "4.4.7", "bounce", "soft"),
        ("delayed", "4.4.1", "bounce", "soft"),
        ("Failed (permanent)", "5.0.0", "bounce", "hard"),
        ("error", "5.0.0", "bounce", "hard"),
        ("delivered", "2.0.0", "receipt", None),
        ("relayed", "2.0.0", "receipt", None),
    ],
)
def test_delivery_reports_tell_hard_soft_and_success(action: str, code: str, kind: str, bounce: str | None) -> None:
    incoming = parse(report("delivery-status", status(action, code)))
    assert incoming.automatic == kind
    assert (incoming.bounce.kind if incoming.bounce else None) == bounce
    assert incoming.original_ids == ("unsere.812@lindenau.example",)


def test_a_bounce_names_recipient_status_and_reason() -> None:
    bounce = parse(report("delivery-status", status("failed", "5.1.1"))).bounce
    assert bounce is not None
    assert bounce.original_ids == ("unsere.812@lindenau.example",)
    assert [(one.address, one.action, one.status, one.diagnostic) for one in bounce.recipients] == [
        ("kunde@example.de", "failed", "5.1.1", "smtp; 550 Postfach unbekannt")
    ]


def test_the_original_recipient_is_the_one_we_wrote_to() -> None:
    part = status("failed", "5.1.1", "rfc822; innen@ziel.example\nOriginal-Recipient: rfc822;kunde@example.de")
    bounce = parse(report("delivery-status", part)).bounce
    assert bounce is not None
    assert [one.address for one in bounce.recipients] == ["kunde@example.de"]


def test_receipts_and_complaints_name_the_mail_they_are_about() -> None:
    read = "Content-Type: message/disposition-notification\n\nOriginal-Message-ID: <unsere.812@lindenau.example>"
    incoming = parse(report("disposition-notification", read, head="From: Erika <e@x.de>\nSubject: Gelesen"))
    assert (incoming.automatic, incoming.original_ids[:1]) == ("receipt", ("unsere.812@lindenau.example",))
    complaint = "Content-Type: message/feedback-report\n\nFeedback-Type: abuse"
    incoming = parse(report("feedback-report", complaint, head="From: fbl@aol.example\nSubject: Beschwerde"))
    assert (incoming.automatic, incoming.original_ids) == ("feedback-report", ("unsere.812@lindenau.example",))


@pytest.mark.parametrize(
    ("subject", "text", "kind", "address"),
    [
        (
            "Unzustellbar: Ihre Rechnung",
            "Ihre Nachricht konnte nicht zugestellt werden:\n\nkunde@example.de\n\nDas Postfach existiert nicht.",
            "hard",
            "kunde@example.de",
        ),
        (
            "Nachricht nicht zugestellt",
            "Die Zustellung an <kunde@example.de> ist fehlgeschlagen. 550 5.1.1 Empfänger unbekannt",
            "hard",
            "kunde@example.de",
        ),
        (
            "Zustellung verzögert: Ihre Rechnung",
            "Ihre Nachricht an kunde@example.de wurde noch nicht zugestellt, weitere Zustellversuche folgen."
            " Sie wurde bisher nicht zugestellt.",
            "soft",
            "kunde@example.de",
        ),
    ],
)
def test_german_prose_is_understood(subject: str, text: str, kind: str, address: str) -> None:
    fields = f"From: Mail Delivery System <mailer-daemon@mx.example>\nSubject: {subject}"
    incoming = parse(mail(fields, text))
    assert incoming.bounce is not None
    assert (incoming.bounce.kind, [one.address for one in incoming.bounce.recipients]) == (kind, [address])


def test_exim_names_the_failed_ones_in_a_field() -> None:
    fields = f"{DAEMON}\nX-Failed-Recipients: a@x.de, b@x.de"
    bounce = parse(mail(fields, "a@x.de\n  550 5.1.1 unknown\n\nb@x.de\n  full")).bounce
    assert bounce is not None
    assert [(one.address, one.status) for one in bounce.recipients] == [("a@x.de", "5.1.1"), ("b@x.de", None)]


def test_what_is_no_address_bounces_for_nobody() -> None:
    text = "Failed addresses follow:\n<kun\x00de@example.de> User unknown\n"
    incoming = parse(mail("From: postmaster@mx.example\nSubject: Undeliverable Mail", text))
    assert "\x00" not in repr(incoming)
    assert incoming.automatic in ("bounce", "auto-generated")


def test_a_person_who_quotes_a_bounce_is_a_person() -> None:
    text = (
        "Ihre Mail kam zurück:\n\n> Undelivered Mail Returned to Sender\n> <kunde@example.de>: 550 5.1.1 User unknown"
    )
    incoming = parse(mail("Subject: Re: Undelivered Mail Returned to Sender", text))
    assert (incoming.automatic, incoming.bounce) == (None, None)


@needs.public(RAW / "flufl-bounce")
def test_public_bounces_name_the_recipients_they_are_known_to_name(
    record_property: Callable[[str, object], None],
) -> None:
    right, rows = 0, (RAW / "flufl-bounce/expected.jsonl").read_text().splitlines()
    for row in map(json.loads, rows):
        bounce = parse((RAW / "flufl-bounce" / Path(row["file"]).name).read_bytes()).bounce
        found = {(one.action, one.address.lower()) for one in bounce.recipients} if bounce else set()
        wanted = {("failed", one.lower()) for one in row["permanent"]} | {
            ("delayed", one.lower()) for one in row["temporary"]
        }
        right += found == wanted
    record_property("right", f"{right} of {len(rows)}")
    assert len(rows) == 115
    assert right >= 113


@needs.public(RAW / "php-bounce-handler")
def test_every_bounce_of_the_second_public_set_is_one() -> None:
    kinds = [parse(file.read_bytes()).automatic for file in sorted((RAW / "php-bounce-handler").glob("*.eml"))]
    assert kinds == ["bounce"] * 67
