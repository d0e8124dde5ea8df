"""S/MIME: who signed, whether it holds, and what opens with the operator's keys."""

import shutil
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.sealed.elements import are_more_than
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey
from anliegen.flow.channels.incoming import Incoming
from anliegen.records.tickets.enclosed import Seal
from tests import needs
from tests.flow.channels.email.sealed.mails import HEAD, TEXT, packed, signed_mail
from tests.flow.channels.email.sealed.people import (
    AUTHORITY,
    NOW,
    READER,
    READER_ON_A_CURVE,
    STRANGER,
    TRUSTING,
    WRITER,
    encrypted,
    party,
    signature_beside,
    signed_around,
)

SIGNED = "application/pkcs7-signature"
NAME = "Erika Müller <erika@example.de>"
GOOD = Seal("smime", "pass", NAME, "Vertrauensstelle")
WORDS = "Ich kündige."


def read(raw: bytes, keys: Keyring = TRUSTING) -> Incoming:
    incoming = parse(raw, keys=lambda: keys)
    assert not any(defect.startswith("not understood") for defect in incoming.defects)
    return incoming


def test_a_signature_of_the_sender_by_an_authority_we_trust_is_good() -> None:
    incoming = read(signed_mail(TEXT, signature_beside(TEXT), SIGNED))
    assert (incoming.text, incoming.seal, incoming.defects) == (WORDS, GOOD, ())
    assert incoming.authentication.signature == "pass"
    assert [one.filename for one in incoming.attachments] == ["smime.p7s"]


def test_line_ends_that_changed_on_the_way_do_not_break_it() -> None:
    assert read(signed_mail(TEXT, signature_beside(TEXT), SIGNED).replace(b"\r\n", b"\n")).seal == GOOD


def test_a_changed_word_breaks_it() -> None:
    incoming = read(signed_mail(TEXT, signature_beside(TEXT), SIGNED).replace(b"Ich k", b"Nie k"))
    assert incoming.seal == Seal("smime", "fail", NAME, "Vertrauensstelle", because=("changed",))
    assert incoming.defects == ("the signature is wrong (S/MIME): the content was changed after it was signed",)


def test_without_a_trusted_authority_it_is_only_unchanged() -> None:
    incoming = read(signed_mail(TEXT, signature_beside(TEXT), SIGNED), Keyring())
    assert incoming.seal == Seal("smime", "intact", NAME, "Vertrauensstelle", because=("unknown-authority",))


def test_the_certificate_of_one_person_can_be_trusted_by_itself() -> None:
    keys = Keyring(people_smime=(WRITER.pem,))
    assert read(signed_mail(TEXT, signature_beside(TEXT), SIGNED), keys).seal == GOOD


def test_a_good_signature_of_another_address_is_not_the_senders() -> None:
    other = party("Hans", "hans@example.de", AUTHORITY)
    seal = read(signed_mail(TEXT, signature_beside(TEXT, other), SIGNED)).seal
    assert seal == Seal(
        "smime", "other-sender", "Hans <hans@example.de>", "Vertrauensstelle", because=("other-address",)
    )


def test_a_certificate_that_was_over_is_told() -> None:
    old = party("Erika Müller", "erika@example.de", AUTHORITY, ends=NOW - timedelta(days=2))
    seal = read(signed_mail(TEXT, signature_beside(TEXT, old), SIGNED)).seal
    assert seal == Seal("smime", "expired", NAME, "Vertrauensstelle", because=("expired",))


def test_one_that_ended_after_the_mail_was_written_still_counts() -> None:
    old = party("Erika Müller", "erika@example.de", AUTHORITY, ends=NOW - timedelta(days=2))
    written = (NOW - timedelta(days=3)).strftime("Date: %a, %d %b %Y %H:%M:%S +0000\r\n").encode()
    assert read(written + signed_mail(TEXT, signature_beside(TEXT, old), SIGNED)).seal == GOOD


def test_somebody_with_a_certificate_cannot_make_others() -> None:
    forged = party("Erika Müller", "erika@example.de", WRITER)
    seal = read(signed_mail(TEXT, signature_beside(TEXT, forged), SIGNED)).seal
    assert seal == Seal("smime", "intact", NAME, "Erika Müller", because=("unknown-authority",))


def test_a_signature_over_a_part_is_not_one_over_the_mail() -> None:
    more = b"Content-Type: text/plain\r\n\r\nUnd hier steht mehr."
    incoming = read(signed_mail(TEXT, signature_beside(TEXT), SIGNED, after=more))
    assert incoming.text == f"{WORDS}\n\nUnd hier steht mehr."
    assert incoming.seal == Seal("smime", "intact", NAME, "Vertrauensstelle", because=("part-only",), covers_all=False)


def test_a_text_inside_its_signature_is_read() -> None:
    incoming = read(HEAD + packed(signed_around(TEXT), "signed-data"))
    assert (incoming.text, incoming.seal, incoming.attachments) == (WORDS, GOOD, ())


def test_an_encrypted_mail_opens_with_our_key() -> None:
    incoming = read(HEAD + packed(encrypted(TEXT)))
    assert (incoming.text, incoming.attachments, incoming.defects) == (WORDS, (), ())
    assert incoming.seal == Seal("smime", encryption="opened")
    assert incoming.authentication.signature is None


def test_signed_then_encrypted_tells_both() -> None:
    inside = signed_mail(TEXT, signature_beside(TEXT), SIGNED).removeprefix(HEAD)
    incoming = read(HEAD + packed(encrypted(inside)))
    assert incoming.text == WORDS
    assert incoming.seal == Seal("smime", "pass", NAME, "Vertrauensstelle", encryption="opened")


@pytest.mark.parametrize(
    ("sealed", "keys", "because", "words"),
    [
        (encrypted(TEXT, STRANGER), TRUSTING, "no-key", "for a key that is not ours"),
        (encrypted(TEXT), Keyring(), "no-key", "for a key that is not ours"),
        (encrypted(TEXT)[:-40], TRUSTING, "damaged", "the sealed part is damaged"),
        (b"\x30\x80quatsch", TRUSTING, "damaged", "the sealed part is damaged"),
        (encrypted(TEXT), Keyring(own_smime=(OwnKey(STRANGER.private_pem, READER.pem),)), "damaged", "is damaged"),
    ],
)
def test_what_does_not_open_says_why_and_stays_as_a_file(
    sealed: bytes, keys: Keyring, because: str, words: str
) -> None:
    incoming = read(HEAD + packed(sealed), keys)
    assert incoming.seal == Seal("smime", encryption="closed", because=(because,))
    assert (incoming.text, [one.filename for one in incoming.attachments]) == ("", ["smime.p7m"])
    assert any("encrypted (S/MIME) and not readable here" in each and words in each for each in incoming.defects)


def test_seals_in_seals_end() -> None:
    inner = TEXT
    for _layer in range(9):
        inner = packed(signed_around(inner), "signed-data")
    incoming = read(HEAD + inner)
    assert "more seals inside each other than are opened" in incoming.defects
    assert [one.filename for one in incoming.attachments] == ["smime.p7m"]


def test_keys_are_asked_for_by_sealed_mails_only() -> None:
    def refuse() -> Keyring:
        raise AssertionError("nobody needs a key here")

    assert parse(HEAD + TEXT, keys=refuse).text == WORDS


OPENSSL = shutil.which("openssl")
RECIPIENTS = {"rsa": READER, "curve": READER_ON_A_CURVE}


@needs.program("openssl")
@pytest.mark.parametrize(
    ("to", "arguments"),
    [
        ("rsa", ["-aes-128-cbc"]),
        ("rsa", ["-aes256", "-stream"]),
        ("rsa", ["-des3"]),
        ("rsa", ["-aes-256-gcm"]),
        ("rsa", ["-aes256", "-keyid"]),
        ("rsa", ["-aes256", "-keyopt", "rsa_padding_mode:oaep"]),
        ("rsa", ["-aes256", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]),
        ("curve", ["-aes256"]),
        ("curve", ["-aes128", "-keyopt", "ecdh_kdf_md:sha256"]),
    ],
)
def test_what_openssl_encrypts_opens(to: str, arguments: list[str], tmp_path: Path) -> None:
    incoming = read(HEAD + packed(_openssl("-encrypt", tmp_path, RECIPIENTS[to].pem, *arguments)))
    assert (incoming.text, incoming.seal) == (WORDS, Seal("smime", encryption="opened"))


@needs.program("openssl")
@pytest.mark.parametrize(
    "arguments",
    [
        ["-nodetach", "-stream"],
        ["-nodetach", "-keyid"],
        ["-nodetach", "-noattr"],
        ["-nodetach", "-md", "sha512"],
        ["-nodetach", "-keyopt", "rsa_padding_mode:pss"],
    ],
)
def test_what_openssl_signs_is_believed(arguments: list[str], tmp_path: Path) -> None:
    signed = _openssl("-sign", tmp_path, WRITER.private_pem + WRITER.pem, *arguments)
    assert read(HEAD + packed(signed, "signed-data")).seal == GOOD


@needs.program("openssl")
def test_a_digest_that_proves_nothing_is_not_believed(tmp_path: Path) -> None:
    signed = _openssl("-sign", tmp_path, WRITER.private_pem + WRITER.pem, "-nodetach", "-md", "sha1")
    assert read(HEAD + packed(signed, "signed-data")).seal == Seal(
        "smime", "unchecked", NAME, "Vertrauensstelle", because=("method",)
    )


def _openssl(action: str, folder: Path, pem: bytes, *arguments: str) -> bytes:
    (folder / "pem").write_bytes(pem)
    (folder / "text").write_bytes(TEXT)
    who = ["-recip"] if action == "-encrypt" else ["-signer"]
    # Options of a recipient stand after it.
    before = [each for each in arguments if not each.startswith(("-keyopt", "rsa_", "ecdh_"))]
    after = [each for each in arguments if each not in before]
    command = ["openssl", "cms", action, "-binary", "-outform", "DER", "-in", str(folder / "text"), *before]
    return subprocess.run([*command, *who, str(folder / "pem"), *after], capture_output=True, check=True).stdout


def _element(tag: int, contents: bytes) -> bytes:
    return bytes([tag, 0x84]) + len(contents).to_bytes(4, "big") + contents


def _signed_data(*, signers: bytes = b"", beside: bytes = b"") -> bytes:
    kind = bytes.fromhex("06092a864886f70d0107")
    inside = kind + b"\x01" + _element(0xA0, _element(0x04, TEXT))
    data = b"\x02\x01\x01" + _element(0x31, b"") + _element(0x30, inside) + beside + _element(0x31, signers)
    return _element(0x30, kind + b"\x02" + _element(0xA0, _element(0x30, data)))


@pytest.mark.parametrize(
    "made",
    [
        _signed_data(signers=b"\x30\x00" * 3_000_000),
        _signed_data(beside=_element(0xA0, b"\x30\x00" * 3_000_000)),
        _signed_data() + b"\x30\x80" * 3_000_000,
        b"\x30\x80" + b"\x30\x80" * 3_000_000,
        b"\x30\x80" + b"\x30\x00" * 3_000_000,
    ],
    ids=["signers", "certificates", "behind it", "inside each other", "without an end"],
)
def test_millions_of_empty_elements_take_no_time(made: bytes) -> None:
    raw = HEAD + packed(made, "signed-data")
    began = time.process_time()
    incoming = read(raw)
    assert time.process_time() - began < 2
    assert incoming.seal is not None


def test_a_signature_beside_its_mail_is_no_larger_than_signatures_are(monkeypatch: pytest.MonkeyPatch) -> None:
    made = signature_beside(TEXT)
    monkeypatch.setattr(limits, "SIGNATURE", len(made))
    assert read(signed_mail(TEXT, made, SIGNED)).seal == GOOD
    monkeypatch.setattr(limits, "SIGNATURE", len(made) - 1)
    seal = read(signed_mail(TEXT, made, SIGNED)).seal
    assert seal == Seal("smime", "unchecked", because=("too-large",))


def test_what_a_program_encrypted_as_it_went_has_no_more_elements_than_are_looked_at() -> None:
    """Forty megabytes in pieces of a thousand bytes: many elements, and all of them meant."""
    pieces = _element(0x24, _element(0x04, b"x" * 1_000) * 39_000)
    kind = bytes.fromhex("06092a864886f70d0107")
    data = b"\x02\x01\x01" + _element(0x31, b"") + _element(0x30, kind + b"\x01" + _element(0xA0, pieces))
    made = _element(0x30, kind + b"\x02" + _element(0xA0, _element(0x30, data + _element(0x31, b""))))
    assert are_more_than(limits.SEALED_ELEMENTS, made) is False
    assert are_more_than(39_000, made) is True


def test_a_key_that_is_named_again_and_again_is_tried_for_so_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SEALS_S", 0.0)
    incoming = read(HEAD + packed(encrypted(TEXT)))
    assert incoming.seal == Seal("smime", encryption="closed", because=("took-too-long",))
