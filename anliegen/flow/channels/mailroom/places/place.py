"""What fetching asks of a mailbox elsewhere, whatever its kind; and what can be wrong with one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Protocol, TypeVar

LARGEST = 60 * 1024 * 1024  # bytes of one mail, the same as by SMTP
LONGEST_KEY = 120
HEAD = 256 * 1024  # bytes; whoever has more headers is known by the first of them
TOGETHER = 500  # mails that are asked about at once

MARKING = ("message-id", "date", "from", "subject")
_FIELD = re.compile(rb"^(message-id|date|from|subject)[ \t]*:((?:.*)(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)

Each = TypeVar("Each")


@dataclass(frozen=True)
class Summary:
    """A mail as its place describes it. `at` is when it came there, as far as that is known; `size` in bytes."""

    key: str
    mark: str
    size: int
    at: datetime | None


class NotGiven(Exception):
    """This one mail is not handed out, although it is there. The others may be."""


class MailTooLarge(Exception):
    """This one mail is larger than LARGEST. It was not loaded whole, and stays where it is."""

    def __init__(self, *, ended_session: bool) -> None:
        super().__init__("larger than LARGEST")
        self.ended_session = ended_session


class Place(Protocol):
    """A mailbox elsewhere, opened. A key names a mail there; the same key names the same mail for as long as it can."""

    # The place has named its mails anew: what is known can only be told by its marks.
    renumbered: bool

    def all_keys(self) -> list[str]:
        """Everything that lies there, the oldest first."""
        ...

    def new_keys(self) -> list[str]:
        """At least what came since the last complete round; may name what is known."""
        ...

    def unread(self) -> set[str] | None:
        """What nobody has read there; None where that is not kept."""
        ...

    def since(self, day: date) -> set[str]:
        """What came on this day or later."""
        ...

    def summaries(self, keys: Sequence[str]) -> Iterator[Summary]:
        """Of those that are still there, without loading them."""
        ...

    def raw(self, key: str) -> bytes | None:
        """The bytes of a mail; None when it is no longer there. Raises NotGiven, MailTooLarge, egress.EgressError."""
        ...

    def remove(self, key: str) -> None:
        """Delete it there."""
        ...

    def progress(self, key: str) -> dict[str, int]:
        """What the source is to remember once this mail is ours."""
        ...

    def finished(self) -> dict[str, int]:
        """What the source is to remember after a complete round."""
        ...


def mark_of(mail: bytes) -> str:
    """What a mail is known by when its place gives it another name: a hash of Message-ID, Date, From and Subject.

    Takes a whole mail or its headers. Empty when it has none of these. Folded lines and blanks make no difference.
    """
    found: dict[str, list[bytes]] = {name: [] for name in MARKING}
    for name, value in _FIELD.findall(_head(mail)):
        found[name.decode().lower()].append(b" ".join(value.split()))
    if not any(found.values()):
        return ""
    return hashlib.sha256(b"\n".join(b"\t".join(found[name]) for name in MARKING)).hexdigest()


def short_key(name: str) -> str:
    """A name of any length as a key."""
    return name if len(name) <= LONGEST_KEY else hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def batches(each: Iterable[Each], size: int = TOGETHER) -> Iterator[list[Each]]:
    iterator = iter(each)
    while batch := list(islice(iterator, size)):
        yield batch


def _head(mail: bytes) -> bytes:
    start = mail[:HEAD].replace(b"\r\n", b"\n")
    return start.partition(b"\n\n")[0]
