"""OpenPGP: PGP/MIME (RFC 3156) and messages written into a text (RFC 9580), through Sequoia.

Sequoia works in a process of its own, `pgp_process.py`, with an end to its memory and its time: a few kilobytes can
unpack to gigabytes, and no limit of the library's own stops that.
"""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey, Patience, Sender
from anliegen.flow.channels.email.sealed.outcome import Closed, Opened
from anliegen.records.tickets.enclosed import Seal

SIGNATURES = ("application/pgp-signature",)
_PROGRAM = Path(__file__).with_name("pgp_process.py")
_SECONDS_FOR_KEYS = 20.0  # an administrator waits for a file of a hundred keys
_NOT_ENCRYPTED = (2, 4, 8, 11)  # a signature, its announcement, packed data, plain data
_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MARK = r"^-----%s-----[ \t]*\r?$"
_BEGIN_MESSAGE, _END_MESSAGE, _BEGIN_SIGNED, _BEGIN_SIGNATURE, _END_SIGNATURE = (
    re.compile((_MARK % name).encode(), re.MULTILINE)
    for name in (
        "BEGIN PGP MESSAGE",
        "END PGP MESSAGE",
        "BEGIN PGP SIGNED MESSAGE",
        "BEGIN PGP SIGNATURE",
        "END PGP SIGNATURE",
    )
)


# Nobody whose signature it could be is known: then nothing is asked of Sequoia.
_UNKNOWN = Seal("pgp", "unchecked", because=("unknown-signer",))


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key of a file that an administrator imports."""

    fingerprint: str
    people: tuple[str, ...]
    is_private: bool
    expires: str  # ISO 8601, or empty
    content: bytes
    public: bytes
    opens: bool  # the passphrase fits, or none is needed


def open_(sealed: bytes, keys: Keyring, sender: Sender, patience: Patience | None = None) -> Opened:
    """What lies in an encrypted, or signed and packed, message. Raises Closed."""
    is_encrypted = _first_packet(sealed) not in _NOT_ENCRYPTED
    if is_encrypted and not keys.own_pgp:
        raise Closed("no-key")
    answer, content = _ask("open", sealed, keys, patience, is_encrypted=is_encrypted)
    if answer["reason"]:
        raise Closed(answer["reason"])
    seal = _seal(answer, sender) if answer["signature"] else Seal("pgp")
    return Opened(content, replace(seal, encryption="opened" if is_encrypted else ""))


def check(content: bytes, signature: bytes, keys: Keyring, sender: Sender, patience: Patience) -> Seal:
    """The seal of a multipart/signed: `content` is its first part with its fields, as it came."""
    if not keys.people_pgp:
        return _UNKNOWN
    try:
        answer, _content = _ask("check", _LINE_END.sub(b"\r\n", content), keys, patience, signature)
        return _seal(answer, sender)
    except Closed as closed:
        return Seal("pgp", "unchecked", because=(closed.because,))


def message_in(text: bytes) -> tuple[int, int] | None:
    """Where the first armoured message stands in a text."""
    return _between(text, _BEGIN_MESSAGE, _END_MESSAGE)


def signed_text_in(text: bytes) -> tuple[int, int] | None:
    """Where the first text signed in clear stands."""
    return _between(text, _BEGIN_SIGNED, _BEGIN_SIGNATURE, _END_SIGNATURE)


def _between(text: bytes, *marks: re.Pattern[bytes]) -> tuple[int, int] | None:
    """From the first mark to the last, each searched once: one pattern for all would search in squares."""
    start, at = -1, 0
    for mark in marks:
        found = mark.search(text, at)
        if found is None:
            return None
        start, at = found.start() if start < 0 else start, found.end()
    return start, at


def open_signed_text(text: bytes, keys: Keyring, sender: Sender, patience: Patience) -> Opened:
    """A text signed in clear: readable whoever signed it, and whether that holds. Raises Closed."""
    text = text.strip()
    if signed_text_in(text) != (0, len(text)):
        raise Closed("damaged")
    if not keys.people_pgp:
        return Opened(_between_the_marks(text), _UNKNOWN)
    try:
        answer, content = _ask("check", text, keys, patience)
    except Closed as closed:
        return Opened(_between_the_marks(text), Seal("pgp", "unchecked", because=(closed.because,)))
    return Opened(content or _between_the_marks(text), _seal(answer, sender))


def _between_the_marks(text: bytes) -> bytes:
    """The text that was signed, its lines without the dashes that keep them from looking like marks (RFC 9580, 7.2)."""
    head = _BLANK_LINE.search(text)
    body = text[head.end() if head else 0 : text.rindex(b"-----BEGIN PGP SIGNATURE-----")]
    return re.sub(rb"^- ", b"", body, flags=re.M).removesuffix(b"\n").removesuffix(b"\r")


def _first_packet(sealed: bytes) -> int:
    """The kind of the first packet (RFC 9580, 5): it tells an encrypted message from one that is only signed."""
    start = sealed[:2000]
    if start.lstrip().startswith(b"-----BEGIN"):
        head = _BLANK_LINE.search(start)
        letters = re.sub(rb"\s", b"", start[head.end() if head else 0 :])[:4]
        try:
            start = base64.b64decode(letters)
        except ValueError:
            return 0
    first = start[0] if start else 0
    return first & 63 if first & 64 else first >> 2 & 15


def read_keys(content: bytes, passphrase: str) -> list[KeyFile]:
    """The keys in a file; empty when there is none. Raises Closed when it takes too long."""
    own = Keyring(own_pgp=(OwnKey(b"", passphrase=passphrase),))
    answer, _content = _ask("keys", content, own, Patience(_SECONDS_FOR_KEYS))
    return [KeyFile(**(each | _typed(each))) for each in answer["keys"]]


def _typed(each: dict[str, Any]) -> dict[str, Any]:
    content = {name: base64.b64decode(each[name]) for name in ("content", "public")}
    return {"people": tuple(each["people"])} | content


def _seal(answer: dict[str, Any], sender: Sender) -> Seal:
    state, people = answer["signature"], answer["people"]
    signer = (people[0] if people else answer["signer"])[:300]
    if state != "good":
        because = {"fail": ("changed",), "unchecked": ("unknown-signer",)}.get(state, ())
        return Seal("pgp", state, signer, because=because)
    theirs = {parseaddr(person)[1].lower() for person in people}
    if sender.address.lower() not in theirs:
        return Seal("pgp", "other-sender", signer, because=("other-address",))
    return Seal("pgp", "pass", signer)


def _ask(
    action: str,
    content: bytes,
    keys: Keyring,
    patience: Patience | None,
    signature: bytes = b"",
    *,
    is_encrypted: bool = False,
) -> tuple[dict[str, Any], bytes]:
    """Let the other process do it; its answer, and the content it gives. Raises Closed when it does not come back in
    time, or would give too much.
    """
    if len(content) > limits.SEALED or len(signature) > limits.SIGNATURE:
        raise Closed("too-large")
    seconds = (patience or Patience(limits.SEALS_S)).left()
    if seconds <= 0:
        raise Closed("took-too-long")
    question = {
        "action": action,
        "content": len(content),
        "signature": len(signature),
        "own": [{"key": _text(own.private), "passphrase": own.passphrase} for own in keys.own_pgp],
        "people": [_text(each) for each in keys.people_pgp],
        "is_encrypted": is_encrypted,
        "largest": limits.OPENED,
    }
    try:
        done = subprocess.run(  # the keys go through a pipe: others can read a command line
            # Of computing one second less, so that a full machine is not taken for a mail that costs much.
            [sys.executable, "-P", str(_PROGRAM), str(max(1, round(seconds) - 1))],
            input=b"".join((json.dumps(question).encode(), b"\n", content, signature)),
            capture_output=True,
            timeout=seconds,
            env=os.environ | {"RUST_BACKTRACE": "0"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Closed("took-too-long") from error
    if done.returncode == -signal.SIGXCPU:
        raise Closed("took-too-long")
    if done.returncode:
        raise Closed("too-large" if action == "open" else "damaged")
    told, _line_end, opened = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(told)
    return answer, opened


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
