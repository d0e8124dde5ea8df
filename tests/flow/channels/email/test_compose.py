"""What we write is read by others as we meant it: by the standard library's parser and by our own."""

import email
import email.policy
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.compose import CannotCompose, Outgoing, OutgoingFile, compose
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Contact

PLAIN = Outgoing(
    from_name="Stadtwerke Lindenau",
    from_address="service@lindenau.example",
    to=(("Erika Müller", "erika@example.de"),),
    subject="Ihr Zählerstand [#812]",
    text="Guten Tag Erika Müller,\n\nalles gut: https://lindenau.example/s/abc?x=1&y=2\n\n-- \nIhre Stadtwerke",
    date=datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=1))),
    message_id="m812@lindenau.example",
)


def fields(raw: bytes) -> list[bytes]:
    return raw.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").split(b"\r\n")


def names(raw: bytes) -> list[str]:
    return [line.split(b":", 1)[0].decode() for line in fields(raw)]


def test_a_mail_comes_back_as_it_was_meant() -> None:
    outgoing = replace(
        PLAIN,
        cc=(("Müller, Jörg", "joerg@example.de"),),
        reply_to=("Service", "service+a812.x@lindenau.example"),
        attachments=(OutgoingFile("Rechnung für März.pdf", "application/pdf", b"%PDF-1.4"),),
        in_reply_to="<frage@example.de>",
        references=("erste@example.de", "frage@example.de"),
        language="de",
        instance="abc",
    )
    incoming = parse(compose(outgoing))
    assert incoming.defects == ()
    assert incoming.sender == Contact("Stadtwerke Lindenau", "service@lindenau.example")
    assert incoming.to == (Contact("Erika Müller", "erika@example.de"),)
    assert incoming.cc == (Contact("Müller, Jörg", "joerg@example.de"),)
    assert incoming.reply_to == (Contact("Service", "service+a812.x@lindenau.example"),)
    assert (incoming.subject, incoming.sent_at) == (outgoing.subject, outgoing.date)
    assert (incoming.message_id, incoming.in_reply_to) == ("m812@lindenau.example", ("frage@example.de",))
    assert incoming.references == ("erste@example.de", "frage@example.de")
    assert incoming.text == outgoing.text
    assert [(one.filename, one.content) for one in incoming.attachments] == [("Rechnung für März.pdf", b"%PDF-1.4")]
    assert (incoming.own_instance, incoming.automatic) == ("abc", None)


def test_the_standard_library_reads_the_same() -> None:
    outgoing = replace(PLAIN, attachments=(OutgoingFile("Zähler.txt", "text/plain", b"12345"),))
    message = email.message_from_bytes(compose(outgoing), policy=email.policy.default)
    assert message.defects == []
    assert message["subject"] == outgoing.subject
    assert str(message["to"]) == "Erika Müller <erika@example.de>"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == outgoing.text
    assert [part.get_filename() for part in message.iter_attachments()] == ["Zähler.txt"]


def test_lines_are_short_seven_bit_and_end_in_crlf() -> None:
    many = tuple(("Ü" * 60, f"u{number}@x.de") for number in range(30))
    file = OutgoingFile("😀" * 50 + ".pdf", "application/pdf", b"x" * 1000)
    raw = compose(replace(PLAIN, subject="Ä" * 300, text="ö" * 3000, to=many, attachments=(file,)))
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert parse(raw).attachments[0].filename == file.filename


def test_the_html_part_is_made_from_the_text_without_anything_from_outside() -> None:
    html = parse(compose(replace(PLAIN, text="<b>a & b</b>\nhttps://x.example/1"))).html
    assert html is not None
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in html
    assert 'href="https://x.example/1"' in html
    assert b"<img" not in compose(PLAIN)


def test_automatic_mails_say_so_and_those_of_people_do_not() -> None:
    automatic = compose(replace(PLAIN, auto_submitted="auto-replied", actor_kind="rule"))
    assert b"Auto-Submitted: auto-replied" in fields(automatic)
    assert b"X-Auto-Response-Suppress: All" in fields(automatic)
    assert b"X-Anliegen-Actor: rule" in fields(automatic)
    assert parse(automatic).automatic == "auto-reply"
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress"} & set(names(compose(PLAIN)))


def test_a_long_conversation_keeps_its_first_and_its_last_references() -> None:
    known = tuple(f"m{number}@x.de" for number in range(100))
    raw = compose(replace(PLAIN, references=known, in_reply_to="m7@x.de"))
    read = parse(raw).references
    assert (len(read), read[0], read[1], read[-2:]) == (20, "m0@x.de", "m82@x.de", ("m99@x.de", "m7@x.de"))


def test_foreign_identifiers_that_are_none_are_left_out() -> None:
    raw = compose(replace(PLAIN, references=("a b@c", "kaputt", "gut@x.de", "ä@x.de\r\nBcc: x@y.de")))
    assert parse(raw).references == ("gut@x.de",)


def test_the_same_mail_is_composed_to_the_same_bytes() -> None:
    assert compose(PLAIN) == compose(PLAIN)


def test_a_line_of_one_dot_and_a_line_from_survive_every_relay() -> None:
    raw = compose(replace(PLAIN, text="a\n.\n..\nFrom hier\nb"))
    assert b"\r\n." not in raw
    assert b"\r\nFrom " not in raw.split(b"\r\n\r\n", 1)[1]
    assert parse(raw).text == "a\n.\n..\nFrom hier\nb"


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ()},
        {"to": (("", "kein-empfaenger"),)},
        {"to": (("", "a@b.de, c@d.de"),)},
        {"to": (("", "a@b.de\r\nBcc: c@d.de"),)},
        {"from_address": "a b@c.de"},
        {"message_id": "ohne-domain"},
        {"message_id": "a@b.de>\r\nX: y"},
        {"in_reply_to": "a b"},
        {"auto_submitted": "yes"},
        {"language": "de\r\nX: y"},
        {"instance": "a b"},
        {"date": datetime(2026, 11, 22)},
    ],
)
def test_what_no_mail_can_carry_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(CannotCompose):
        compose(replace(PLAIN, **changes))  # type: ignore[arg-type]


def test_a_domain_with_umlauts_is_written_as_mail_knows_it() -> None:
    assert (
        parse(compose(replace(PLAIN, to=(("", "info@müller.example"),)))).to[0].address == "info@xn--mller-kva.example"
    )


evil = st.text(alphabet=st.sampled_from('aÄ€😀\r\n\t\x00\x85\u2028:;,<>"\\@()= ?.=?utf-8?q?x?='), max_size=120)


@settings(deadline=None)
@given(evil, evil, evil, evil)
def test_no_text_can_add_a_field(subject: str, name: str, filename: str, text: str) -> None:
    outgoing = replace(
        PLAIN,
        subject=subject,
        from_name=name,
        to=((name, "erika@example.de"),),
        text=text,
        attachments=(OutgoingFile(filename, filename, b"x"),),
    )
    raw = compose(outgoing)
    assert names(raw) == [
        "Date",
        "From",
        "To",
        "Message-ID",
        "Subject",
        "X-Anliegen-Actor",
        "MIME-Version",
        "Content-Type",
    ]
    incoming = parse(raw)
    assert [contact.address for contact in incoming.to] == ["erika@example.de"]
    assert (incoming.sender.address if incoming.sender else "") == "service@lindenau.example"
    assert len(incoming.attachments) == 1


def nfc(text: str) -> str:
    """A letter and its marks may come back as one character: the same text, by Unicode's own measure."""
    return unicodedata.normalize("NFC", text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=200))
def test_any_subject_comes_back(subject: str) -> None:
    assert nfc(parse(compose(replace(PLAIN, subject=subject))).subject) == nfc(" ".join(subject.split()))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=80))
def test_any_name_comes_back(name: str) -> None:
    (contact,) = parse(compose(replace(PLAIN, to=((name, "erika@example.de"),)))).to
    assert Contact(nfc(contact.name), contact.address) == Contact(
        nfc(" ".join(name.split()).strip("<> ")), "erika@example.de"
    )


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=300))
def test_any_text_comes_back(text: str) -> None:
    body = "Text: " + text
    assert nfc(parse(compose(replace(PLAIN, text=body, date=datetime(2026, 1, 1, tzinfo=UTC)))).text) == nfc(body)
