"""The signs by which an answer finds back, and which nobody else can make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.flow.channels.email import headers
from anliegen.flow.channels.email.identifiers import (
    bare_subject,
    message_id,
    read_reply_address,
    reply_address,
    subject_numbers,
)

KEY = b"k" * 32
numbers = st.integers(1, 999_999_999_999)
keys = st.binary(min_size=16, max_size=32)
locals_ = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,15}[a-z0-9])?(\+[a-z]{1,5})?", fullmatch=True)


@given(locals_, numbers, keys)
def test_a_signed_address_leads_back_to_its_ticket(local: str, number: int, key: bytes) -> None:
    address = reply_address(f"{local}@lindenau.example", number, key)
    assert read_reply_address(address, key) == number
    assert len(address.partition("@")[0]) <= 64


@given(locals_, numbers, keys)
def test_upper_and_lower_case_mean_the_same(local: str, number: int, key: bytes) -> None:
    assert read_reply_address(reply_address(f"{local}@x.example", number, key).upper(), key) == number


@given(numbers, numbers, keys)
def test_a_changed_number_is_refused(number: int, other: int, key: bytes) -> None:
    address = reply_address("service@x.example", number, key)
    changed = address.replace(f"+a{number}.", f"+a{other}.")
    assert read_reply_address(changed, key) == (number if other == number else None)


@given(numbers, keys, keys)
def test_the_sign_of_another_key_is_refused(number: int, key: bytes, other: bytes) -> None:
    address = reply_address("service@x.example", number, key)
    assert read_reply_address(address, other) == (number if key.ljust(64, b"\0") == other.ljust(64, b"\0") else None)


@given(numbers, st.integers(0, 15), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_sign_is_refused(number: int, at: int, letter: str) -> None:
    local, _, domain = reply_address("service@x.example", number, KEY).partition("@")
    body, sign = local[:-16], local[-16:]
    changed = sign[:at] + letter + sign[at + 1 :]
    assert read_reply_address(f"{body}{changed}@{domain}", KEY) == (number if changed == sign else None)


@given(st.text(max_size=100))
def test_any_other_address_is_no_signed_one(text: str) -> None:
    assert read_reply_address(text, KEY) is None


@pytest.mark.parametrize(
    "address", ["service@x.example", "service+a812@x.example", "+a812.aaaaaaaaaaaaaaaa@x.example", "", "@"]
)
def test_addresses_without_a_sign_lead_nowhere(address: str) -> None:
    assert read_reply_address(address, KEY) is None


def test_a_mailbox_too_long_to_be_signed_says_so() -> None:
    with pytest.raises(ValueError, match="too long"):
        reply_address("s" * 60 + "@x.example", 1, KEY)


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[#812] Zählerstand", 812),
        ("AW: Zählerstand [#812]", 812),
        ("Re: Ihr Vorgang 812: Rechnung", 812),
        ("Vorgang Nr. 812", 812),
        ("Vorgangsnummer: 812", 812),
        ("Anliegen #812", 812),
        ("Ticket 812", 812),
        ("Rechnung 812", None),
        ("Vorgang 8.12", None),
        ("Vorgang 2026/812", None),
        ("Vorgang 12345678901234567890", None),
        ("Anliegen zum 3.12.", None),
        ("Anliegen", None),
        ("[#0]", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_a_subject_only_where_it_is_meant_as_one(subject: str, number: int | None) -> None:
    assert subject_numbers(subject) == ([number] if number is not None else [])


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [#4711] Störung im Netz [#812]", [812, 4711]),
        ("Ticket 4711, Case 4712: Störung [#812]", [812, 4711, 4712]),
        ("AW: [#812] [#812] Störung", [812]),
        (" ".join(f"[#{number}]" for number in range(1, 60)), [59, 58, 57, 56, 55]),
    ],
)
def test_of_several_numbers_the_one_we_put_at_the_end_comes_first(subject: str, numbers: list[int]) -> None:
    assert subject_numbers(subject) == numbers


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("AW: WG: Re: Fwd: Zählerstand", "Zählerstand"),
        ("Antw:Re[2]: Zählerstand", "Zählerstand"),
        ("RE : [EXTERN] AW: Zählerstand", "Zählerstand"),
        ("TR: SV: Zählerstand", "Zählerstand"),
        ("Antwort: Zählerstand", "Zählerstand"),
        ("Regen: was tun?", "Regen: was tun?"),
        ("Awful", "Awful"),
        ("  AW:   Zähler\n stand ", "Zähler stand"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_a_subject_is_bared_of_what_programs_put_before_it(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@given(
    st.lists(st.sampled_from(["Re: ", "AW:", "WG: ", "FWD: ", "Antw : ", "[extern] "]), max_size=6),
    st.text(max_size=40),
)
def test_baring_twice_is_baring_once(prefixes: list[str], rest: str) -> None:
    bare = bare_subject("".join(prefixes) + rest)
    assert bare_subject(bare) == bare
    assert bare == bare_subject(rest)


@given(st.from_regex(r"[a-z0-9]{1,20}(\.[0-9]{1,8})?", fullmatch=True))
def test_our_message_ids_are_read_as_they_were_made(token: str) -> None:
    made = message_id(token, "Lindenau.Example")
    assert headers.message_ids(f"<{made}>") == (made,)
    assert made == f"{token}@lindenau.example"


@pytest.mark.parametrize(
    "token, domain", [("a b", "x.de"), ("a\r\nb", "x.de"), ("a@b", "x.de"), ("", "x.de"), ("a", "x de"), ("a", "")]
)
def test_what_cannot_stand_in_a_message_id_is_refused(token: str, domain: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        message_id(token, domain)
