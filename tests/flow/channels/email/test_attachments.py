"""Attachments: their true names, made safe; their types; and files that are written into a text."""

import base64
import binascii
import io
import time
import zipfile

import pytest

from anliegen.flow.channels.email import filenames, sniffed, written_in
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Incoming

HEAD = b"From: a@example.de\r\nTo: b@example.de\r\nSubject: s\r\n"


def with_file(fields: str, content: bytes = b"x") -> Incoming:
    body = b"--q\r\n\r\nhallo\r\n--q\r\n" + fields.encode() + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return parse(
        HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + body + base64.encodebytes(content) + b"--q--"
    )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Content-Disposition: attachment; filename*=utf-8''Z%C3%A4hler%20%E2%82%AC.pdf", "Zähler €.pdf"),
        ("Content-Disposition: attachment; filename*0*=iso-8859-1''Z%E4h; filename*1=ler.pdf", "Zähler.pdf"),
        ("Content-Disposition: attachment; filename*1=ler.pdf;\r\n filename*0=Zah", "Zahler.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?B?WsOkaGxlci5wZGY=?="', "Zähler.pdf"),
        (
            'Content-Disposition: attachment; filename="=?iso-8859-1?Q?Z=E4h?=\r\n =?iso-8859-1?Q?ler.pdf?="',
            "Zähler.pdf",
        ),
        ("Content-Disposition: attachment; filename=Zähler.pdf", "Zähler.pdf"),
        ('Content-Type: application/pdf; name="Z\\"a\\".pdf"', "Z_a_.pdf"),
        ("Content-Type: application/pdf; name=Mein Vertrag.pdf", "Mein Vertrag.pdf"),
        ('Content-Disposition: attachment; filename=""', "attachment.txt"),
        ("Content-Type: image/jpeg", "attachment.jpg"),
        ("Content-Type: application/x-neu", "attachment.bin"),
    ],
)
def test_the_name_is_the_true_one(fields: str, name: str) -> None:
    assert [one.filename for one in with_file(fields).attachments] == [name]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.doc", "a.doc"),
        ("rechnung\u202efdp.exe", "rechnung_fdp.exe"),
        ("a\u2066b\u2069.pdf", "a_b_.pdf"),
        ("a\u200b\u00adb.pdf", "a_b.pdf"),
        ("con.txt", "con_.txt"),
        ("NUL.tar.gz", "NUL_.tar.gz"),
        ("com1", "com1_"),
        ("LPT¹.pdf", "LPT¹_.pdf"),
        ("console.txt", "console.txt"),
        (".htaccess", "attachment.htaccess"),
        ("a. . .", "a"),
        ("a\r\nSet-Cookie: x.pdf", "a_Set-Cookie_ x.pdf"),
        ("ä" * 300 + ".pdf", "ä" * 118 + ".pdf"),
        ("😀" * 300, "😀" * 59),
        ("", "attachment.pdf"),
        ("???", "_"),
    ],
)
def test_a_name_can_do_no_harm(given: str, safe: str) -> None:
    made = filenames.safe(given, "application/pdf")
    assert len(made.encode()) <= 240
    assert made == safe


def archive(*names: str, first: bytes | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        if first is not None:
            packed.writestr("mimetype", first)
        for name in names:
            packed.writestr(name, b"x")
    return out.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("declared", "name", "content", "kind"),
    [
        ("application/octet-stream", "a", b"%PDF-1.7", "application/pdf"),
        ("application/octet-stream", "a.bin", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("application/octet-stream", "a.docx", archive("[Content_Types].xml", "word/document.xml"), DOCX),
        ("application/octet-stream", "a.odt", archive("content.xml", first=ODT.encode()), ODT),
        ("application/octet-stream", "a.zip", archive("word.txt"), "application/zip"),
        ("application/octet-stream", "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
        ("application/octet-stream", "a.eml", b"From: x", "message/rfc822"),
        ("application/x-download", "a.csv", b"a;b", "text/csv"),
        ("application/octet-stream", "daten", b"\x00\x01", "application/octet-stream"),
        ("text/plain", "a.txt", b"%PDF-1.7", "application/pdf"),
        ("text/plain", "a.txt", b"Guten Tag", "text/plain"),
        ("image/png", "a.png", b"\xff\xd8\xff\xe0", "image/png"),
    ],
)
def test_the_type_is_looked_at_where_the_mail_says_nothing(declared: str, name: str, content: bytes, kind: str) -> None:
    assert sniffed.type_of(declared, name, content) == kind


def uu(content: bytes, name: str) -> bytes:
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return f"begin 644 {name}\n".encode() + lines + b"`\nend\n"


def yenc(content: bytes, name: str) -> bytes:
    out = bytearray()
    for byte in content:
        shifted = (byte + 42) & 255
        out += bytes([61, (shifted + 64) & 255]) if shifted in (0, 10, 13, 61) else bytes([shifted])
    lines = b"\n".join(bytes(out[at : at + 128]) for at in range(0, len(out), 128))
    return (
        b"=ybegin line=128 size=%d name=%s\n" % (len(content), name.encode())
        + lines
        + b"\n=yend size=%d\n" % len(content)
    )


ALL_BYTES = bytes(range(256)) * 3


@pytest.mark.parametrize("writer", [uu, yenc])
def test_files_written_into_a_text_become_attachments(writer: object) -> None:
    text = b"Guten Tag,\n\n" + writer(ALL_BYTES, "Alle Bytes.dat") + b"\nGruss\n" + writer(b"zwei", "zwei.txt")  # type: ignore[operator]
    incoming = parse(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text)
    assert (incoming.text.split(), incoming.defects) == (["Guten", "Tag,", "Gruss"], ())
    assert [(one.filename, one.content) for one in incoming.attachments] == [
        ("Alle Bytes.dat", ALL_BYTES),
        ("zwei.txt", b"zwei"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 nichts\nhier steht kein Code\nend\n",
        b"Wir begin 644 x.txt und\nend\n",
        b"begin 644 x.txt\n#0V%T\nohne Ende\n",
        b"begin the day\nend\n",
    ],
)
def test_what_only_looks_like_one_stays_text(text: bytes) -> None:
    incoming = parse(HEAD + b"\r\n" + text)
    assert (incoming.text, incoming.attachments) == (text.decode().strip("\n"), ())


def test_a_damaged_yenc_file_is_told() -> None:
    incoming = parse(HEAD + b"\r\n" + yenc(ALL_BYTES, "a.dat").replace(b"size=768", b"size=800"))
    assert incoming.defects == ("a damaged yEnc file",)
    assert [one.filename for one in incoming.attachments] == ["a.dat"]


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 x\n" * 150_000,
        b"begin 644 x\n" * 75_000 + b"end\n" * 75_000,
        b"=ybegin name=x\n" * 100_000,
        b"=ybegin name=x\n" + b"=" * 2_000_000,
        b"begin 644 x\n" * 100 + (b"x" * 70 + b"\n") * 280_000 + b"end\n",
        b"begin 644 x\n!~\n" * 100_000 + b"end \n",
        (b"begin 644 " + b" " * 190 + b"x\n") * 50_000,
        (b"=ybegin " + b"name=" * 110 + b"\n") * 20_000,
        uu(b"x", "a") * 99 + b"begin 644 x\n" + b"!!!!!\n" * 1_000_000,
        yenc(b"x", "a") * 99 + b"begin 644 x\n" + b"!!!!!\n" * 300_000 + b"end\n",
    ],
)
def test_many_beginnings_do_not_take_squares(text: bytes) -> None:
    began = time.process_time()
    written_in.take_out(text, Defects())
    assert time.process_time() - began < 2


def test_whole_lines_of_uuencode_read_together_say_what_they_say_line_by_line() -> None:
    content = bytes(range(256)) * 40
    pieces = [content[at : at + 45] for at in range(0, len(content), 45)]
    lines = [binascii.b2a_uu(piece, backtick=at % 2 == 0) for at, piece in enumerate(pieces)]
    for body, wanted in (
        (b"".join(lines), content),
        (b"".join(lines).replace(b"\n", b"\r\n"), content),
        (b"".join([*lines[:7], b"#0V%T\n", *lines[7:]]), b"".join([*pieces[:7], b"Cat", *pieces[7:]])),
        (b"".join([*lines[:7], b"M~~~\n", *lines[7:]]), content),
    ):
        assert written_in.from_uuencode(body, Defects()) == wanted


def test_enriched_text_is_read_without_its_commands() -> None:
    body = b"<bold>Guten</bold> Tag\n\n<color><param>red</param>rot</color> <<b>\nweiter"
    assert parse(HEAD + b"Content-Type: text/enriched\r\n\r\n" + body).text == "Guten Tag\nrot <b> weiter"
