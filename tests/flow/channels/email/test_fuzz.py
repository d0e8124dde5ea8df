"""Mails damaged at random, a few each time; `make fuzz MAILS=1000000` does many. Each find became a test here."""

from random import Random

import pytest

from anliegen.flow.channels.email.parse import parse
from tools.fuzz.__main__ import damaged, shrunk
from tools.fuzz.check import broken_rule
from tools.fuzz.mutate import MUTATIONS
from tools.fuzz.seeds import MARK, seeds

SEED = 20261127
MAILS = 1_200


def test_damaged_mails_break_no_rule() -> None:
    begin = seeds()
    broken = {number: rule for number in range(MAILS) if (rule := broken_rule(damaged(begin, SEED, number)))}
    assert broken == {}


def test_whole_mails_break_no_rule_and_show_their_text() -> None:
    for mail in seeds():
        assert broken_rule(mail) is None
    assert all(MARK in parse(mail).text for mail in seeds()[:10])


def test_the_same_number_is_the_same_mail() -> None:
    begin = seeds()
    assert [damaged(begin, 7, number) for number in range(40)] == [damaged(begin, 7, number) for number in range(40)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_damage_damages_something(mutation: object) -> None:
    begin = seeds()[:16]
    chance = Random(3)
    assert any(mutation(mail, chance, begin) != mail for mail in begin for _ in range(5))  # type: ignore[operator]


def test_a_find_is_shrunk_to_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.fuzz.__main__.broken_rule", lambda mail: "kaputt: x" if b"boom" in mail else None)
    assert shrunk(b"From: a@b.de\r\n\r\nviel Text boom noch mehr Text", "kaputt: y") == b"boom"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@x.de\nContent-Transfer-Encoding: uuencode\n\nKennwort4711",
        b"From: a@x.de\nContent-Type: text/plain; charset=utf-16\n\nKennwort4711",
        b"From: a@x.de\rSubject: s\r\rKennwort4711\n",
        b"From: a@x.de\r\rKennwort4711\n\n\n",
        b"From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\n--b\n Kennwort4711\n--b--",
        b"From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\n--b\nStand:Kennwort4711\n--b--",
        b"From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\n--b\nStand:Kennwort4711\nund mehr\n--b--",
    ],
)
def test_text_that_damaged_structure_once_hid_is_seen(raw: bytes) -> None:
    assert MARK in parse(raw).text


def test_what_stands_in_a_field_of_a_part_is_no_text_and_what_looks_like_one_elsewhere_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tools.fuzz.check.parse", lambda mail: parse(b"From: a@x.de\n\nnichts"))
    multipart = b"From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    assert broken_rule(multipart + b"Content-:Kennwort4711\n--b--") is None
    assert broken_rule(multipart + b"X-Priority: 2 (b=\r\n Kennwort4711\r\n--b--") is None
    lost = "visible text was lost"
    assert broken_rule(multipart + b"Stand:Kennwort4711\n--b--") == lost
    assert broken_rule(multipart + b"\nX-Stand: Kennwort4711\n--b--") == lost


def test_a_rule_with_nothing_but_a_footer_below_parts_nothing() -> None:
    incoming = parse(b"From: a@x.de\n\n-\n__\n\nLe informazioni contenute nel messaggio sono riservate")
    assert [one for one in incoming.defects if one.startswith("not understood")] == []


@pytest.mark.parametrize("around", [("Kennwort4711\n", ""), ("", "\nKennwort4711\n")])
def test_text_outside_of_the_parts_is_told(around: tuple[str, str]) -> None:
    before, behind = around
    raw = f"From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\n{before}--b\n\nText\n--b--{behind}"
    assert parse(raw.encode()).defects == ("text outside of the parts, which is not shown",)
    usual = (
        "From: a@x.de\nContent-Type: multipart/mixed; boundary=b\n\nThis is a multi-part message.\n--b\n\nText\n--b--\n"
    )
    assert parse(usual.encode()).defects == ()
