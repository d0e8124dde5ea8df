"""Header fields as the wild writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email import addresses, charsets, headers
from anliegen.flow.channels.email.defects import Defects
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
        ("gestern", None),
        ("Sun, 99 Nov 99999 10:15:00 +9900", None),
        ("", None),
    ],
)
def test_dates_are_read_or_left_out(written: str, moment: datetime | None) -> None:
    assert headers.date(written, Defects()) == moment


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
