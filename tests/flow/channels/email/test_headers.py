"""Header fields as the wild writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email import addresses, charsets, dates, headers
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Contact


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"=?utf-8?Q?Z=C3=A4hlerstand_f=C3=BCr_M=C3=A4rz?=", "Zählerstand für März"),
        (b"=?ISO-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
        (b"=?iso-8859-1?q?Preis_5_=80?=", "Preis 5 €"),
        (b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?UTF-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?B?w7Y=?= =?utf-8?B?w6Q=?=", "öä"),
        (b"=?utf-8?B?4pyF4oI=?= =?utf-8?B?rA==?=", "✅€"),
        (b"=?utf-8*de?Q?=C3=9Cbersicht?=", "Übersicht"),
        (b"Re: =?utf-8?Q?=C3=84rger?= mit =?utf-8?Q?=C3=96l?=", "Re: Ärger mit Öl"),
        (b"=?utf-8?Q?Frage offen?=", "Frage offen"),
        (b"=?utf-8?Q?Wirklich??=", "Wirklich?"),
        (b"=?windows-1252?Q?=84Zitat=93?=", "„Zitat“"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        (b"=?x-unknown?Q?Stra=C3=9Fe?=", "Straße"),
        ("Zählerstand".encode(), "Zählerstand"),
        ("Zählerstand".encode("latin-1"), "Zählerstand"),
        (b"a\x00b\r\n c", "ab c"),
        (b"=?utf-8?Q?", "=?utf-8?Q?"),
        (b"=?utf-8?Q?abgeschnitten_am_Z=C3=A4hl", "abgeschnitten am Zähl"),
        (b"=?utf-8?B?WsOkaGxlcnN0YW5k?", "Zählerstand"),
        (b'=?"utf-8"?Q?Z=C3=A4hler?=', "Zähler"),
        (b"=? utf-8 ? Q ?Z=C3=A4hler?=", "Zähler"),
        (b"=?utf-8?Q?Warum?=C3=BCberhaupt?=", "Warum?überhaupt"),
        (b"=?utf-8?Q?weicher=\r\n Umbruch?=", "weicherUmbruch"),
        (b"=?utf-7?Q?Z+AOQ-hler?=", "Zähler"),
        (b"=?gb18030?B?xOO6ww==?= =?gb18030?B?ysC95w==?=", "你好世界"),
        (b"=?utf-8?Q?" + b"a" * 1500 + b"?=", "a" * 1500),
        (b"=?utf-8?Q?lang?= " * 3000, "lang" * 3000),
        (b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("Zählerstand".encode() + b"\xff", "Zählerstand\ufffd"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ],
)
def test_encoded_words_are_read_in_all_their_broken_forms(written: bytes, meant: str) -> None:
    assert headers.decode(written, Defects()) == meant


@pytest.mark.parametrize(
    ("written", "parameters"),
    [
        (b'text/plain; charset="utf-8"', {"charset": "utf-8"}),
        (b"text/plain; charset=utf-8; name=a b.txt", {"charset": "utf-8", "name": "a b.txt"}),
        (b'x/y; name="=?utf-8?Q?Z=C3=A4hler.pdf?="', {"name": "Zähler.pdf"}),
        (b"x/y; name*=utf-8''Z%C3%A4hler.pdf", {"name": "Zähler.pdf"}),
        (b"x/y; name*0*=utf-8''Z%C3; name*1*=%A4hler; name*2=.pdf", {"name": "Zähler.pdf"}),
        (b'x/y; name*1="b.pdf"; name*0="a"', {"name": "ab.pdf"}),
        (b"x/y; name*=iso-8859-1'de'Stra%DFe.txt", {"name": "Straße.txt"}),
        (b'x/y; name="a;b\\"c.pdf"', {"name": 'a;b"c.pdf'}),
        ('x/y; name="Zähler.pdf"'.encode(), {"name": "Zähler.pdf"}),
        (b"x/y; name=utf-8''Z%C3%A4hler.pdf", {"name": "Zähler.pdf"}),
        (b"x/y; name*=\"utf-8''Z%C3%A4hler.pdf\"", {"name": "Zähler.pdf"}),
        (b"x/y; name*0*=utf-8''Z%C3%A4hl; name*1=er%20.pdf", {"name": "Zähler%20.pdf"}),
        (b"x/y; name=100%25 fertig.pdf", {"name": "100%25 fertig.pdf"}),
        (b'x/y; name="unclosed.pdf', {"name": "unclosed.pdf"}),
        (b"x/y", {}),
    ],
)
def test_parameters_are_read_by_all_three_ways_of_writing_them(written: bytes, parameters: dict[str, str]) -> None:
    assert headers.parameters(written, Defects())[1] == parameters


@pytest.mark.parametrize(
    ("written", "people"),
    [
        (b"erika@example.de", [("", "erika@example.de")]),
        (b"Erika Muster <Erika@Example.DE>", [("Erika Muster", "Erika@example.de")]),
        (b'"Muster, Erika" <e@example.de>', [("Muster, Erika", "e@example.de")]),
        (b"Muster, Erika <e@example.de>", [("Muster, Erika", "e@example.de")]),
        (b"=?utf-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <j@example.de>", [("Müller, Jörg", "j@example.de")]),
        (b"=?utf-8?Q?Netz_(Ost),_West?= <s@x.de>, b@x.de", [("Netz (Ost), West", "s@x.de"), ("", "b@x.de")]),
        ("Jörg Böhm <j@example.de>".encode("latin-1"), [("Jörg Böhm", "j@example.de")]),
        (b"j@example.de (Joerg Boehm)", [("Joerg Boehm", "j@example.de")]),
        (b"a@x.de, b@x.de; c@x.de", [("", "a@x.de"), ("", "b@x.de"), ("", "c@x.de")]),
        (b"Freunde: a@x.de, Bert <b@x.de>;, c@x.de", [("", "a@x.de"), ("Bert", "b@x.de"), ("", "c@x.de")]),
        (b"undisclosed-recipients:;", []),
        (b"Mail Delivery System <>", [("Mail Delivery System", "")]),
        (b'<"System Administrator"@x.de>', [("", '"System Administrator"@x.de')]),
        (b"Amt <amt.example amt@x.de>", [("Amt", "amt@x.de")]),
        (b"'Erika' <e@x.de>", [("'Erika'", "e@x.de")]),
        (b'"unclosed <e@x.de>, b@x.de', [("unclosed", "e@x.de"), ("", "b@x.de")]),
        (b"mailto:e@x.de", [("", "e@x.de")]),
        (b"<<e@x.de>>", [("", "e@x.de")]),
        (b"e@x.de <e@x.de>", [("e@x.de", "e@x.de")]),
        (b'"e@x.de" <f@y.de>', [("e@x.de", "f@y.de")]),
        (b"Erika Muster e@x.de", [("Erika Muster", "e@x.de")]),
        (b"MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        (b'"O\\"Neil" <o@x.de>', [('O"Neil', "o@x.de")]),
        (b"Eri\x00ka <e@x.de>", [("Erika", "e@x.de")]),
        (b'"" (Mail Delivery System)', [("Mail Delivery System", "")]),
        (b"Dr. Hans Meier, MdB, Berlin <h@x.de>", [("Dr. Hans Meier, MdB, Berlin", "h@x.de")]),
        (b"Hans Meier, <h@x.de>", [("Hans Meier", "h@x.de")]),
        (b"hans&#252;l <h@x.de>", [("hans&#252;l", "h@x.de")]),
        (b"Firma: Abteilung <i@x.de>", [("Firma: Abteilung", "i@x.de")]),
        (b"Freunde: a@x.de", [("", "a@x.de")]),
        (b"A: B: c@x.de;;", [("", "c@x.de")]),
        (b"Hans [mailto:h@x.de]", [("Hans", "h@x.de")]),
        (b"Hans <h@x.de> Eva <e@x.de>", [("Hans", "h@x.de"), ("Eva", "e@x.de")]),
        (b"<a@x.de> <b@x.de>", [("", "a@x.de"), ("", "b@x.de")]),
        (b"a@x.de b@x.de", [("", "a@x.de"), ("", "b@x.de")]),
        (b"Paar <a@x.de, b@x.de>", [("Paar", "a@x.de"), ("Paar", "b@x.de")]),
        (b"<@a.de,@b.de:c@d.de>", [("", "c@d.de")]),
        (b"h@[192.168.1.1]", [("", "h@[192.168.1.1]")]),
        (b"h@x.de.", [("", "h@x.de")]),
        ('"hans müller"@x.de'.encode(), [("", '"hans müller"@x.de')]),
        (b"=?utf-8?B?SGFucyA8aEB4LmRlPg==?=", [("Hans", "h@x.de")]),
        (b"=?iso-8859-1?Q?M=FCller_Hans?=h@x.de", [("Müller Hans", "h@x.de")]),
        (b"=?utf-8?Q?Hans?= <=?utf-8?Q?h@x.de?=>", [("Hans", "h@x.de")]),
        ("\u200bHans\u202e <h\u00ad@x.de>".encode(), [("Hans", "h@x.de")]),
        ("Grüner <grün@müller.example>".encode(), [("Grüner", "grün@müller.example")]),
        (b"", []),
    ],
)
def test_addresses_are_read_exactly(written: bytes, people: list[tuple[str, str]]) -> None:
    assert addresses.parse(written, Defects()) == tuple(Contact(*one) for one in people)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<a@b.de>", ("a@b.de",)),
        ("<a@b.de> <c@d.de>\r\n <a@b.de>", ("a@b.de", "c@d.de")),
        ("<a\r\n b@c.de>", ("ab@c.de",)),
        ("a@b.de", ("a@b.de",)),
        ("<[abc@x.de]>", ("[abc@x.de]",)),
        ("Ihre Nachricht vom Montag", ()),
        ("", ()),
    ],
)
def test_message_ids_stand_without_brackets(written: str, meant: tuple[str, ...]) -> None:
    assert headers.message_ids(written) == meant


def test_a_very_long_list_of_references_keeps_its_ends() -> None:
    found = headers.message_ids(" ".join(f"<{number}@x.de>" for number in range(5000)))
    assert (len(found), found[0], found[-1]) == (200, "0@x.de", "4999@x.de")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Sun, 22 Nov 2026 10:15:00 +0100", datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=1)))),
        ("So, 22 Mai 2026 10:15:00 +0200", datetime(2026, 5, 22, 10, 15, tzinfo=timezone(timedelta(hours=2)))),
        ("Di, 1 Dez 2026 10:15:00 +0100", datetime(2026, 12, 1, 10, 15, tzinfo=timezone(timedelta(hours=1)))),
        ("22 Nov 2026 10:15:00 -0000", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:15:00 GMT", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("Wed, 20 Sep 1995 00:19:00 (EDT) -0400", datetime(1995, 9, 20, 4, 19, tzinfo=UTC)),
        ("Mon,  2 Apr 101 04:20:10 -0600", datetime(2001, 4, 2, 10, 20, 10, tzinfo=UTC)),
        ("Wednesday, April 03, 2002 5:56 PM", datetime(2002, 4, 3, 17, 56, tzinfo=UTC)),
        ("So, 22. November 2026 10:15:00 +0100", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("So., 22.11.2026 10:15:00 MEZ", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("dim., 22 août 2026 10:15:00 +0200", datetime(2026, 8, 22, 8, 15, tzinfo=UTC)),
        ("zo, 22 mei 2026 10:15:00 +0200", datetime(2026, 5, 22, 8, 15, tzinfo=UTC)),
        ("dom, 22 mag 2026 10:15:00 +0200", datetime(2026, 5, 22, 8, 15, tzinfo=UTC)),
        ("2026-11-22T10:15:00+01:00", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("2026-11-22 10:15:00.123456 UTC", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:15:00 +01:00", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:15:00 GMT+0100", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:15:00 CEST", datetime(2026, 11, 22, 8, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10.15.00 +0100", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("Sun, 22-Nov-26 10:15 +0100", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("Sun Nov 22 10:15:00 2026", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("Sun Nov 22 10:15:00 CET 2026", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 24:00:00 +0000", datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:15:60 +0000", datetime(2026, 11, 22, 10, 15, 59, tzinfo=UTC)),
        ("Wed, 11 Feb 98 11:51 CST", datetime(1998, 2, 11, 17, 51, tzinfo=UTC)),
        ("Thu, 1 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("Sun, 31 Feb 2026 10:00:00 +0100", None),
        ("Sun, 22 Nov 9999 23:59:59 -2359", None),
        ("Sun, 22 Nov 0000 10:15:00 +0000", None),
        ("gestern", None),
        ("Sun, 99 Nov 99999 10:15:00 +9900", None),
        ("", None),
    ],
)
def test_dates_are_read_or_left_out(written: str, moment: datetime | None) -> None:
    assert dates.date(written, Defects()) == moment


@pytest.mark.parametrize("name", ["zlib", "punycode", "idna", "unicode_escape", "rot13", "undefined", "../x", "x" * 99])
def test_only_character_sets_decode_text(name: str) -> None:
    assert charsets.codec_of(name) is None
    assert charsets.decode("Grüße".encode(), name, Defects()) == "Grüße"


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("Grüße €".encode("cp1252"), "iso-8859-1", "Grüße €"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Grüße".encode("cp1252"), None, "Grüße"),
        ("﻿Grüße".encode(), "utf-8", "Grüße"),
        (b"+AGQ-ie Stra+AN8-e", "utf-7", "die Straße"),
        ("Ölüm".encode("iso-8859-9"), "iso-8859-9", "Ölüm"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
    ],
)
def test_text_is_decoded_by_what_it_is(raw: bytes, charset: str | None, text: str) -> None:
    assert charsets.clean(charsets.decode(raw, charset, Defects())) == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Rückfrage zur Zählerablesung", "cp1252"),
        ("„Größe“ – 5 m² à 3 €", "cp1252"),
        ("ÄÖÜ", "cp1252"),
        ("Été à Noël, où êtes-vous", "cp1252"),
        ("perché è così", "cp1252"),
        ("reëel, geïnd", "cp1252"),
        ("Rückfrage zur Zählerablesung", "cp850"),
        ("Rückfrage zur Zählerablesung", "mac_roman"),
        ("Zażółć gęślą jaźń", "cp1250"),
        ("Türkçe müşteri şikayeti", "cp1254"),
        ("Вопрос по счёту", "cp1251"),
        ("Вопрос по счёту", "koi8_r"),
        ("Ερώτηση για τον λογαριασμό", "cp1253"),
        ("关于发票的问题", "gb18030"),
        ("請問您的帳單", "big5hkscs"),
        ("請求書についてのご質問", "cp932"),
        ("請求書についてのご質問", "euc_jp"),
        ("청구서 관련 문의", "cp949"),
    ],
)
def test_raw_bytes_of_no_stated_charset_are_read_as_what_they_look_like(text: str, charset: str) -> None:
    assert headers.decode(text.encode(charset), Defects()) == text


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1250", "iso-8859-2", "iso-8859-15", "big5"])
def test_raw_fields_are_in_the_charset_of_the_text(charset: str) -> None:
    word = {"koi8-r": "счёт", "big5": "帳單"}.get(charset, "ž")
    raw = f'From: "{word}" <a@x.de>\nSubject: {word}\nContent-Type: text/plain; charset={charset}\n\n{word}'
    incoming = parse(raw.encode(charset))
    assert (incoming.sender, incoming.subject, incoming.text) == (Contact(word, "a@x.de"), word, word)


@pytest.mark.parametrize(
    ("field", "identifier"),
    [
        ("<a.1@x.de>", "a.1@x.de"),
        ("a.1@x.de", "a.1@x.de"),
        ("<102.1020>", "102.1020"),
        ("102.1020", "102.1020"),
        ("<[abc@x.de]>", "[abc@x.de]"),
        ("<a.1@x.de> (added by relay)", "a.1@x.de"),
        ("<>", None),
        ("", None),
        ("keine Kennung", None),
    ],
)
def test_the_own_message_id_is_read_also_without_brackets(field: str, identifier: str | None) -> None:
    assert headers.message_id(field) == identifier


@given(st.binary(max_size=300))
def test_any_bytes_give_storable_text(raw: bytes) -> None:
    for text in (headers.decode(raw, Defects()), *headers.parameters(raw, Defects())[1].values()):
        text.encode("utf-8")
        assert "\x00" not in text
    for contact in addresses.parse(raw, Defects()):
        f"{contact.name}{contact.address}".encode()


@given(st.text(alphabet='ab@.,;:<>()"\\= ?utf-8qB\n', max_size=120))
def test_any_text_can_stand_in_a_field_of_addresses(text: str) -> None:
    for contact in addresses.parse(text.encode(), Defects()):
        assert contact.address or contact.name
