"""The keys that mails are opened and checked with. A plain value: where they are kept is another file's matter."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key of the operator: PEM with its certificate (S/MIME), or an OpenPGP key, with its passphrase."""

    private: bytes = field(repr=False)
    certificate: bytes = field(default=b"", repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Everything known. `authorities` and `people` are whom an administrator decided to trust."""

    own_smime: tuple[OwnKey, ...] = ()
    own_pgp: tuple[OwnKey, ...] = ()
    authorities: tuple[bytes, ...] = ()  # PEM certificates that vouch for others
    people_smime: tuple[bytes, ...] = ()  # PEM certificates of single people
    people_pgp: tuple[bytes, ...] = ()  # OpenPGP certificates


Keys = Callable[[], Keyring]  # asked only by a mail that is signed or encrypted


class Patience:
    """How long all seals of one mail may take together. It begins when it is first asked for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: float | None = None

    def left(self) -> float:
        """Seconds; 0 or less when there are none."""
        if self._began is None:
            self._began = time.monotonic()
        return self._began + self._seconds - time.monotonic()


class KeysUnavailable(Exception):
    """The keys could not be fetched. That is no fault of the mail, which must wait until they can."""


def no_keys() -> Keyring:
    return Keyring()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says to have written the mail, and when: what a signature is held against."""

    address: str = ""
    written_at: datetime | None = None

    def moment(self, now: datetime | None = None) -> datetime:
        """When a certificate had to be valid: when it was written, which nobody can place in the future."""
        present = now or datetime.now(UTC)
        return min(self.written_at, present) if self.written_at is not None else present
