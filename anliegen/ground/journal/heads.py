"""Signed heads: at this position the chain had this hash. The newest stands in the table, and in a file outside it."""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anliegen.ground import clock, files, secrets
from anliegen.ground.journal.models import Head

KEEP_EVERY = 1000  # heads at these distances stay; those between are replaced by the next


@dataclass(frozen=True, order=True)
class Signed:
    """What a head says, wherever it is kept."""

    position: int
    hash: bytes
    signature: bytes

    @property
    def is_ours(self) -> bool:
        """Whether we signed it."""
        try:
            signing_key().public_key().verify(self.signature, statement(self.position, self.hash))
        except InvalidSignature:
            return False
        return True


UNREADABLE = Signed(0, b"", b"")  # a file that says nothing is not one of ours


def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.key("journal_ed25519"))


def statement(position: int, digest: bytes) -> bytes:
    """The bytes that a head's signature covers."""
    return f"anliegen journal head {position} {digest.hex()}".encode()


def sign(position: int, digest: bytes) -> Head:
    """Sign the newest head; the one before goes unless it is to be kept. Inside the transaction that seals."""
    newest_kept = Head.objects.filter(kept=True).order_by("-position").values_list("position", flat=True).first() or 0
    Head.objects.filter(kept=False).delete()
    return Head.objects.create(
        position=position,
        at=clock.now(),
        hash=digest,
        signature=signing_key().sign(statement(position, digest)),
        kept=position - newest_kept >= KEEP_EVERY,
    )


def anchor_file() -> str:
    return str(files.data_path() / "journal" / "head.json")


def anchored() -> Signed | None:
    """What the file outside the database says; None when there is none, or it cannot be read just now."""
    try:
        text = Path(anchor_file()).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return UNREADABLE
    except OSError:
        return None  # writing it will say why
    try:
        kept = json.loads(text)
        return Signed(int(kept["position"]), bytes.fromhex(kept["hash"]), bytes.fromhex(kept["signature"]))
    except (ValueError, KeyError, TypeError):
        return UNREADABLE


def anchor_newest() -> None:
    """On purpose the tables are those of a backup now: the file says what they say, whatever it said before."""
    newest = Head.objects.order_by("-position").first()
    if newest is None:
        Path(anchor_file()).unlink(missing_ok=True)
    else:
        anchor(newest)


def anchor(head: Head, *, broken_at: int | None = None) -> None:
    """Keep the newest head outside the database too, so that cutting rows and heads together still shows.

    `broken_at`: what the file said until then is evidence, and stays beside it under the position of the break.
    """
    target = Path(anchor_file())
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if broken_at is not None:
        with suppress(FileNotFoundError):
            os.replace(target, target.with_name(f"before-{broken_at}.json"))
    text = json.dumps(
        {"position": head.position, "hash": bytes(head.hash).hex(), "signature": bytes(head.signature).hex()}
    )
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".head-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # after a power cut an empty anchor would look like a broken journal
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
