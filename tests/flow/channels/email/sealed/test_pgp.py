"""OpenPGP: beside the text, around it, and written into it."""

import resource
import subprocess
import time
import zlib
from pathlib import Path

import pysequoia
import pytest

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.sealed import pgp
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey
from anliegen.flow.channels.incoming import Incoming
from anliegen.records.tickets.enclosed import Seal
from tests import needs
from tests.flow.channels.email.sealed.mails import HEAD, TEXT, pgp_encrypted, signed_mail

WRITER = pysequoia.Tsk.generate("Erika <erika@example.de>")
READER = pysequoia.Tsk.generate("Service <service@lindenau.example>")
STRANGER = pysequoia.Tsk.generate("Niemand <niemand@example.org>")
OWN = OwnKey(bytes(READER))
TRUSTING = Keyring(own_pgp=(OwnKey(bytes(STRANGER)), OWN), people_pgp=(bytes(WRITER.extract_certificate()),))
GOOD = Seal("pgp", "pass", "Erika <erika@example.de>")
SIGNED = "application/pgp-signature"
WORDS = "Ich kündige."


def read(raw: bytes, keys: Keyring = TRUSTING) -> Incoming:
    incoming = parse(raw, keys=lambda: keys)
    assert not any(defect.startswith("not understood") for defect in incoming.defects)
    return incoming


def beside(content: bytes, by: pysequoia.Tsk = WRITER) -> bytes:
    return pysequoia.sign(by.signer(), content, mode=pysequoia.SignatureMode.DETACHED)


def in_clear(text: str, by: pysequoia.Tsk = WRITER) -> bytes:
    return pysequoia.sign(by.signer(), text.encode(), mode=pysequoia.SignatureMode.CLEAR)


def encrypted(content: bytes, by: pysequoia.Tsk | None = WRITER, to: pysequoia.Tsk = READER) -> bytes:
    return pysequoia.encrypt(content, [to.extract_certificate()], by.signer() if by else None)


def plain(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body


def test_a_signature_with_a_key_we_know_is_good() -> None:
    incoming = read(signed_mail(TEXT, beside(TEXT), SIGNED))
    assert (incoming.text, incoming.seal, incoming.defects) == (WORDS, GOOD, ())
    assert incoming.authentication.signature == "pass"


@pytest.mark.parametrize(
    ("content", "keys", "state", "because"),
    [
        (TEXT.replace(b"Ich", b"Nie"), TRUSTING, "fail", "changed"),
        (TEXT, Keyring(), "unchecked", "unknown-signer"),
    ],
)
def test_a_signature_that_is_wrong_or_by_somebody_unknown_is_told(
    content: bytes, keys: Keyring, state: str, because: str
) -> None:
    seal = read(signed_mail(content, beside(TEXT), SIGNED), keys).seal
    assert seal is not None
    assert (seal.signature, seal.because) == (state, (because,))


def test_a_good_signature_of_another_address_is_not_the_senders() -> None:
    keys = Keyring(people_pgp=(bytes(STRANGER.extract_certificate()),))
    seal = read(signed_mail(TEXT, beside(TEXT, STRANGER), SIGNED), keys).seal
    assert seal == Seal("pgp", "other-sender", "Niemand <niemand@example.org>", because=("other-address",))


@pytest.mark.parametrize("kind", ['encrypted; protocol="application/pgp-encrypted"', "mixed"])
def test_an_encrypted_mail_opens_with_our_key(kind: str) -> None:
    incoming = read(pgp_encrypted(encrypted(TEXT), kind))
    assert (incoming.text, incoming.attachments, incoming.defects) == (WORDS, (), ())
    assert incoming.seal == Seal("pgp", "pass", "Erika <erika@example.de>", encryption="opened")


def test_an_unsigned_one_opens_too() -> None:
    assert read(pgp_encrypted(encrypted(TEXT, None))).seal == Seal("pgp", encryption="opened")


def test_the_subject_that_was_encrypted_stands_at_the_message_and_not_on_the_concern() -> None:
    inside = TEXT.replace(b"charset=utf-8", b'charset=utf-8; protected-headers="v1"')
    inside = "Subject: Kündigung\r\n".encode() + inside
    hidden = pgp_encrypted(encrypted(inside)).replace(b"Subject: Vertrag", b"Subject: ...")
    incoming = read(hidden)
    assert incoming.seal is not None
    assert (incoming.subject, incoming.seal.subject) == ("...", "Kündigung")
    open_outside = read(pgp_encrypted(encrypted(inside)).replace(b"Subject: Vertrag", "Subject: Kündigung".encode()))
    assert open_outside.seal is not None
    assert (open_outside.subject, open_outside.seal.subject) == ("Kündigung", "")


def test_a_hidden_subject_that_was_only_signed_stands_again() -> None:
    inside = TEXT.replace(b"charset=utf-8", b'charset=utf-8; protected-headers="v1"')
    inside = "Subject: Kündigung\r\n".encode() + inside
    hidden = signed_mail(inside, beside(inside), SIGNED).replace(b"Subject: Vertrag", b"Subject: ...")
    assert read(hidden).subject == "Kündigung"


@pytest.mark.parametrize(
    ("sealed", "keys", "because"),
    [
        (encrypted(TEXT, to=STRANGER), Keyring(own_pgp=(OWN,)), "no-key"),
        (encrypted(TEXT), Keyring(), "no-key"),
        (encrypted(TEXT)[:300], TRUSTING, "damaged"),
        (b"quatsch", TRUSTING, "damaged"),
    ],
)
def test_what_does_not_open_says_why_and_stays_as_a_file(sealed: bytes, keys: Keyring, because: str) -> None:
    incoming = read(pgp_encrypted(sealed, 'encrypted; protocol="application/pgp-encrypted"'), keys)
    assert incoming.seal == Seal("pgp", encryption="closed", because=(because,))
    assert (incoming.text, [one.filename for one in incoming.attachments]) == (
        "",
        ["attachment.txt", "encrypted.asc"],
    )


def test_a_message_written_into_a_text_opens_in_its_place() -> None:
    incoming = read(plain(b"Vorher\r\n\r\n" + encrypted(WORDS.encode()) + b"\r\nNachher"))
    assert incoming.text.split() == ["Vorher", *WORDS.split(), "Nachher"]
    assert incoming.seal == Seal(
        "pgp", "intact", "Erika <erika@example.de>", encryption="opened", because=("part-only",), covers_all=False
    )


@pytest.mark.parametrize(("keys", "state"), [(TRUSTING, "pass"), (Keyring(), "unchecked")])
def test_a_text_signed_in_clear_is_read_without_its_marks(keys: Keyring, state: str) -> None:
    incoming = read(plain(in_clear("Ich kündige.\n- eins\n")), keys)
    assert incoming.text == "Ich kündige.\n- eins"
    assert incoming.authentication.signature == state


def test_a_changed_text_signed_in_clear_is_told() -> None:
    incoming = read(plain(in_clear("Ich komme.\n").replace(b"Ich", b"Nie")))
    assert (incoming.text, incoming.authentication.signature) == ("Nie komme.", "fail")


def test_the_other_form_of_an_opened_text_is_not_shown_sealed() -> None:
    sealed = encrypted(WORDS.encode())
    page = b"<pre>" + sealed + b"</pre>"
    body = b"--a\r\nContent-Type: text/plain\r\n\r\n" + sealed + b"\r\n--a\r\nContent-Type: text/html\r\n\r\n" + page
    incoming = read(HEAD + b"Content-Type: multipart/alternative; boundary=a\r\n\r\n" + body + b"\r\n--a--")
    assert (incoming.text.strip(), incoming.html) == (WORDS, None)


def test_a_few_kilobytes_that_unpack_to_gigabytes_stay_closed() -> None:
    bomb = _packed(b"\0" * 300_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(pgp.Closed) as closed:
        pgp.open_(pysequoia.armor(bomb, pysequoia.ArmorKind.Message).encode(), TRUSTING, pgp.Sender())
    assert closed.value.because == "too-large"


def test_a_few_kilobytes_that_compute_for_minutes_hold_nobody_up() -> None:
    """Packets that mean nothing, two gigabytes of them, packed three times; and five such messages in one mail."""
    bomb = _packed_again(_packed_again(_packed_again(b"\xca\x03PGP" * 200_000, times=2_000)))
    assert len(bomb) < 2_000
    armoured = pysequoia.armor(bomb, pysequoia.ArmorKind.Message).encode()
    part = b"--a\r\nContent-Type: text/plain\r\n\r\n" + armoured + b"\r\n"
    began, computed = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    incoming = read(HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + part * 5 + b"--a--", Keyring())
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - computed < limits.SEALS_S + 1
    assert time.monotonic() - began < 5
    assert incoming.text.count("-----BEGIN PGP MESSAGE-----") == 5  # kept as it came
    assert incoming.seal == Seal("pgp", encryption="closed", because=("took-too-long",))
    assert incoming.defects == ("encrypted (OpenPGP) and not readable here: opening it took too long",)


def test_where_nobody_has_a_key_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*given: object, **named: object) -> None:
        raise AssertionError("a process was started")

    signed, text, sealed = signed_mail(TEXT, beside(TEXT), SIGNED), in_clear("Ich kündige.\n"), encrypted(TEXT)
    monkeypatch.setattr(subprocess, "run", started)
    assert read(signed, Keyring()).seal == Seal("pgp", "unchecked", because=("unknown-signer",))
    assert read(plain(text), Keyring()).text == WORDS
    assert read(pgp_encrypted(sealed), Keyring()).seal == Seal("pgp", encryption="closed", because=("no-key",))


def test_many_marks_of_messages_do_not_take_squares() -> None:
    body = b"-----BEGIN PGP MESSAGE-----\n" * 60_000 + b" -----END PGP MESSAGE-----\n"
    assert read(plain(body)).seal is None


def test_a_message_larger_than_is_opened_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SEALED", 100)
    assert read(pgp_encrypted(encrypted(TEXT))).seal == Seal("pgp", encryption="closed", because=("too-large",))


def test_a_file_of_keys_tells_whose_they_are() -> None:
    found = pgp.read_keys(bytes(READER) + bytes(WRITER.extract_certificate()), "")
    assert [(key.people, key.is_private, key.opens) for key in found] == [
        (("Service <service@lindenau.example>",), True, True),
        (("Erika <erika@example.de>",), False, False),
    ]
    assert bytes(pysequoia.Tsk.from_bytes(found[0].content)) == bytes(READER)
    assert pgp.read_keys(b"kein Schluessel", "") == []


@needs.program("gpg")
def test_what_gpg_encrypts_for_a_key_with_a_passphrase_opens(tmp_path: Path) -> None:
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)

    def gpg(*arguments: str, given: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "geheim"]
        return subprocess.run([*command, *arguments], input=given, capture_output=True, check=True).stdout

    gpg("--quick-gen-key", "Amt <amt@lindenau.example>", "rsa2048", "sign,encrypt", "never")
    private = gpg("--armor", "--export-secret-keys")
    sealed = gpg("--armor", "--trust-model", "always", "-r", "amt@lindenau.example", "-e", given=TEXT)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
    assert [key.opens for key in pgp.read_keys(private, "geheim")] == [True]
    assert [key.opens for key in pgp.read_keys(private, "falsch")] == [False]
    right, wrong = (Keyring(own_pgp=(OwnKey(private, passphrase=word),)) for word in ("geheim", "falsch"))
    assert read(pgp_encrypted(sealed), right).text == WORDS
    assert read(pgp_encrypted(sealed), wrong).seal == Seal("pgp", encryption="closed", because=("passphrase",))


def _packed(content: bytes) -> bytes:
    return _packed_again(bytes([0xCB, 0xFF]) + (len(content) + 6).to_bytes(4, "big") + b"b\0\0\0\0\0" + content)


def _packed_again(packets: bytes, times: int = 1) -> bytes:
    """A compressed data packet (RFC 9580, 5.6) around others, so many times after each other, as one deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join([b"\x01", *(packer.compress(packets) for _ in range(times)), packer.flush()])
    return bytes([0xC8, 0xFF]) + len(packed).to_bytes(4, "big") + packed
