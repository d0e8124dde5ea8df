"""Damages to mails, as programs, gateways and attackers do them: to fields, boundaries, encodings, lines and bytes."""

import re
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random, list[bytes]], bytes]

_LARGEST = 400_000  # bytes of a mutated mail
_DELIMITER = re.compile(rb"^--[^\r\n]{1,100}\r?$", re.MULTILINE)
_FIELD = re.compile(rb"^[!-9;-~]{1,60}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n", re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(rb"charset=\"?[A-Za-z0-9_-]+\"?")
_ENCODED = re.compile(rb"=\?[^?\s]{1,40}\?[BbQq]\?[^?\s]{0,200}\?=")
_CHARSETS = (
    b"utf-8 utf-7 utf-16 us-ascii iso-8859-1 windows-1252 iso-2022-jp gb18030 big5 shift_jis euc-kr koi8-r x-unknown"
    b" unicode_escape punycode idna base64 zlib rot13 undefined hex cp65001 utf-8\x00 \xff"
).split(b" ")
_ENCODINGS = b"7bit 8bit binary base64 quoted-printable x-uuencode uuencode yenc BASE64 x-gzip64 7-bit".split()
_TYPES = (
    b"text/plain text/html text/enriched multipart/mixed multipart/alternative multipart/related multipart/report"
    b" multipart/signed multipart/encrypted multipart/digest message/rfc822 message/partial message/delivery-status"
    b" message/disposition-notification message/feedback-report application/ms-tnef application/pkcs7-mime"
    b" application/octet-stream text/calendar image/png text text/ /plain ; */*"
).split()
_FIELDS = (
    b'From: "\\',
    b"From: a@b.de, c@d.de, <>",
    b"From: =?utf-8?Q?=00=FF?= <a@b>",
    b"To: undisclosed-recipients:;",
    b"Cc: ((((((((",
    b"Reply-To: <<<<a@b>>>>",
    b"Subject: =?utf-8?B?//////8=?=",
    b"Subject: =?iso-2022-jp?B?GyRC?=",
    b"Date: Mon, 99 Foo 99999 99:99:99 +9999",
    b"Message-ID: <[abc@x.de]>",
    b"References: <" + b"a" * 3000 + b"@b>",
    b"In-Reply-To: a@" * 50,
    b'Content-Type: multipart/mixed; boundary=""',
    b"Content-Type: multipart/mixed; boundary=b; boundary=c",
    b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes",
    b"Content-Type: text/html; charset*0*=utf-8''; charset*9999=x",
    b"Content-Disposition: attachment; filename*0*=utf-8''%FF%FE; filename*1=\"../../x\x00.exe\"",
    b"Content-Transfer-Encoding: base64; x=y",
    b"Content-Length: 99999999",
    b"Auto-Submitted: auto-generated",
    b"X-Failed-Recipients: a@b.de, , @@",
    b"Authentication-Results: x; spf=pass (((; dkim=",
    b"List-Id: <<<",
    b"Return-Path: <>",
    b": leer",
    b"Kein Doppelpunkt",
    b" Fortsetzung von nichts",
    b"X: " + b"\t" * 200,
)
_SCRAPS = (
    b"\x00", b"\r", b"\n", b"\r\n\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b$B", b"\x1b(B", b"=", b"=3D", b"=\r\n",
    b"=?", b"?=", b"--", b"> ", b"-- \n", b"<div>", b"</html>", b"<!--", b"<![CDATA[", b"<table><tr><td>", b"<style>",
    b"&#0;", b"&#xD800;", b"begin 644 x\nM\n", b"-----BEGIN PGP MESSAGE-----\n", b"BEGIN:VCALENDAR\n", b"From - x\n",
    b".\r\n", b"\xed\xa0\x80", b"\xc3", "\u202e\u200b\u2028".encode(), b"Von: x\nAn: y\nBetreff: z\n", b"On 1 wrote:\n",
    b"\x85", b"a" * 2000, b" " * 3000, b">" * 500,
)  # fmt: skip


def mutate(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    """The mail with one to six damages, drawn by `chance` alone: the same chance gives the same mail."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4, 6))):
        mail = chance.choice(MUTATIONS)(mail, chance, others)[:_LARGEST]
    return mail


def _somewhere(mail: bytes, chance: Random) -> int:
    """A place in the mail, in every second case in its head, where most of the structure lies."""
    return chance.randrange(min(len(mail), 2_000) + 1) if chance.random() < 0.5 else chance.randrange(len(mail) + 1)


def _replaced(mail: bytes, found: "re.Match[bytes] | None", by: bytes) -> bytes:
    return mail if found is None else mail[: found.start()] + by + mail[found.end() :]


def _any(pattern: "re.Pattern[bytes]", mail: bytes, chance: Random) -> "re.Match[bytes] | None":
    found = list(pattern.finditer(mail[:100_000]))
    return chance.choice(found) if found else None


def drop_field(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    return _replaced(mail, _any(_FIELD, mail, chance), b"")


def double_field(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    found = _any(_FIELD, mail, chance)
    return _replaced(mail, found, found[0] * chance.choice((2, 3, 50))) if found else mail


def add_field(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    found = _any(_FIELD, mail, chance)
    return _replaced(mail, found, chance.choice(_FIELDS) + b"\r\n" + found[0]) if found else mail


def fold_field(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    found = _any(_FIELD, mail, chance)
    if found is None or len(found[0]) < 4:
        return mail
    at = chance.randrange(1, len(found[0]) - 2)
    return _replaced(mail, found, found[0][:at] + chance.choice((b"\r\n ", b"\n", b"\r", b"\r\n\t")) + found[0][at:])


def other_charset(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    return _replaced(mail, _any(_CHARSET, mail, chance), b"charset=" + chance.choice(_CHARSETS))


def other_encoding(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    pattern = re.compile(rb"(?i)content-transfer-encoding:[^\r\n]*")
    return _replaced(mail, _any(pattern, mail, chance), b"Content-Transfer-Encoding: " + chance.choice(_ENCODINGS))


def other_type(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    pattern = re.compile(rb"(?i)content-type:\s*[^;\r\n]*")
    return _replaced(mail, _any(pattern, mail, chance), b"Content-Type: " + chance.choice(_TYPES))


def damage_word(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    found = _any(_ENCODED, mail, chance)
    if found is None:
        return mail
    at = chance.randrange(len(found[0]))
    return _replaced(mail, found, found[0][:at] + chance.choice(_SCRAPS) + found[0][at + chance.randrange(4) :])


def damage_delimiter(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    found = _any(_DELIMITER, mail, chance)
    if found is None:
        return mail
    line = found[0].rstrip(b"\r")
    damages = (b"", line + b"--", line + b"  ", line[:-1], line + b"x", b" " + line, line + b"\n" + line, line.upper())
    return _replaced(mail, found, chance.choice(damages))


def join_head_and_body(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    return _replaced(mail, _any(_BLANK, mail, chance), b"\r\n")


def cut(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    return mail[: _somewhere(mail, chance)]


def take_out(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    at = _somewhere(mail, chance)
    return mail[:at] + mail[at + chance.choice((1, 2, 10, 100, 1_000)) :]


def put_in(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    at = _somewhere(mail, chance)
    return mail[:at] + chance.choice(_SCRAPS) * chance.choice((1, 1, 2, 30)) + mail[at:]


def flip(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    damaged = bytearray(mail)
    for _ in range(chance.choice((1, 3, 20)) if mail else 0):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def repeat(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    at = _somewhere(mail, chance)
    piece = mail[at : at + chance.choice((5, 50, 500))]
    return mail[:at] + piece * chance.choice((2, 10, 200)) + mail[at:]


def splice(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    other = chance.choice(others)
    return mail[: _somewhere(mail, chance)] + other[_somewhere(other, chance) :]


def other_line_ends(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    return mail.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")))


def wrap(mail: bytes, chance: Random, others: list[bytes]) -> bytes:
    kind = chance.choice(
        (b"mixed", b"digest", b"alternative", b"signed; protocol=application/pgp-signature", b"report")
    )
    part = chance.choice((b"", b"Content-Type: message/rfc822\r\n\r\n"))
    head = b"From: w@x.de\r\nContent-Type: multipart/" + kind + b"; boundary=W\r\n\r\n--W\r\n"
    return head + part + mail + b"\r\n--W--\r\n"


MUTATIONS: tuple[Mutation, ...] = (
    drop_field, double_field, add_field, fold_field, other_charset, other_encoding, other_type, damage_word,
    damage_delimiter, join_head_and_body, cut, take_out, put_in, flip, repeat, splice, other_line_ends, wrap,
)  # fmt: skip
