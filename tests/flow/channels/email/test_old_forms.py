"""Forms that few programs still write: a mail sent in pieces, and BinHex."""

import binascii
import contextlib
import os
import re
import struct
import time

import pytest

from anliegen.flow.channels.email import binhex, limits
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Incoming

HEAD = b"From: a@example.de\r\nSubject: s\r\n"
LETTERS = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
PIECE = "a piece of a message; the others come by themselves, and are not joined"


@pytest.mark.parametrize(
    ("parameters", "text", "filename"),
    [
        (b'id="x@y"; number=2; total=5', "Teil 2 von 5 einer zerlegten Nachricht", "part-2.txt"),
        (b'id="x@y"; number=1', "Teil 1 einer zerlegten Nachricht", "part-1.txt"),
        (b'id="x@y"; number=eins; total=-3', "Teil ? einer zerlegten Nachricht", "part.txt"),
    ],
)
def test_a_piece_of_a_message_says_which_it_is_and_is_kept(parameters: bytes, text: str, filename: str) -> None:
    incoming = parse(HEAD + b"Content-Type: message/partial; " + parameters + b"\r\n\r\nSGFsbG8g\r\n")
    assert (incoming.text.partition(" (")[0], incoming.defects) == (text, (PIECE,))
    assert [(one.filename, one.content) for one in incoming.attachments] == [(filename, b"SGFsbG8g\r\n")]


def hexed(name: str, content: bytes, *, resources: bytes = b"", runs: bool = True, damage: int = 0) -> bytes:
    """As RFC 1741 has it: header and forks with their sums, runs of one byte shortened, six bits a letter."""
    written = name.encode("mac_roman")
    header = (
        bytes([len(written)]) + written + struct.pack(">x4s4sHLL", b"TEXT", b"ttxt", 0, len(content), len(resources))
    )
    forks = (header, content, resources)
    plain = b"".join(fork + (binascii.crc_hqx(fork, 0) ^ damage).to_bytes(2, "big") for fork in forks)
    plain = plain.replace(b"\x90", b"\x90\x00")
    if runs:
        plain = re.sub(
            rb"([^\x90])\1{3,253}(?!\x00)", lambda run: run[1] + b"\x90" + bytes([len(run[0])]), plain, flags=re.S
        )
    bits = "".join(f"{byte:08b}" for byte in plain)
    bits += "0" * (-len(bits) % 6)
    letters = ":" + "".join(LETTERS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)) + ":"
    lines = "\r\n".join(letters[at : at + 64] for at in range(0, len(letters), 64))
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n" + lines.encode() + b"\r\n"


def attached(body: bytes) -> Incoming:
    kind = b'Content-Type: application/mac-binhex40; name="anders.hqx"\r\n\r\n'
    return parse(HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n" + kind + body + b"\r\n--q--\r\n")


@pytest.mark.parametrize("content", [b"Hallo", bytes(range(256)) * 3, b"a" * 1_000 + b"\x90\x90\x90" + b"b" * 255, b""])
@pytest.mark.parametrize("runs", [True, False])
def test_a_binhex_file_comes_out_under_its_own_name(content: bytes, runs: bool) -> None:
    incoming = attached(hexed("Zähler.dat", content, runs=runs))
    assert [(one.filename, one.content) for one in incoming.attachments] == [("Zähler.dat", content)]
    assert incoming.defects == ()


def test_a_binhex_file_that_does_not_add_up_is_told_and_given_as_it_is() -> None:
    incoming = attached(hexed("a.dat", b"Hallo", damage=1))
    assert [(one.filename, one.content) for one in incoming.attachments] == [("a.dat", b"Hallo")]
    assert incoming.defects == ("a damaged BinHex file",)
    cut = attached(hexed("a.dat", os.urandom(3_000))[:2_000])
    assert (cut.attachments[0].filename, cut.defects) == ("a.dat", ("a damaged BinHex file",))


@pytest.mark.parametrize(
    "body",
    [b"kein BinHex", b"(This file must be converted with BinHex 4.0)\r\n:!!!!:", hexed("a", b"", resources=b"x")],
)
def test_what_is_no_binhex_file_stays_as_it_came(body: bytes) -> None:
    incoming = attached(body)
    assert [(one.filename, one.content) for one in incoming.attachments] == [("anders.hqx", body)]
    assert incoming.defects == ("a BinHex file cannot be read; it is attached as it is",)


def test_a_few_bytes_that_unpack_to_many_are_bounded() -> None:
    begin = b"(This file must be converted with BinHex 4.0)\r\n:"
    for packed in (b"\x90\x00" * 20_000_000, b"\x01a" + b"a\x90\xff" * 10_000_000, b"\x90" * 40_000_000):
        letters = binascii.b2a_base64(packed, newline=False).translate(
            bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", LETTERS.encode())
        )
        began = time.process_time()
        with contextlib.suppress(binhex.Damaged):
            assert len(binhex.read(begin + letters, Defects()).content) <= limits.BINHEX
        assert time.process_time() - began < 3
