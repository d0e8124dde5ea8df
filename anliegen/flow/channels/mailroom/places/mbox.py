"""One file as mbox that another program delivers into, read while nobody writes to it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from anliegen.flow.channels.mailroom.places.place import HEAD, LARGEST, MailTooLarge, Summary, mark_of
from anliegen.flow.channels.mailroom.places.pop3 import written_at
from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Source

PATIENCE_S = 3.0  # for whoever writes into the file at this moment
SETTLED_S = 60.0  # a file that nobody wrote to for so long ends where its last mail ends
LINE = 1 << 20

EMPTY = (b"\n", b"\r\n")
NOTED_BY_PROGRAMS = (b"status:", b"x-status:", b"x-keywords:", b"x-uid:")


@dataclass(frozen=True)
class _Part:
    """A mail within the file: where its bytes lie, without the line that sets it off."""

    begins: int
    ends: int
    is_read: bool

    def is_too_large(self) -> bool:
        return self.ends - self.begins > LARGEST

    def read(self, file: BinaryIO, most: int | None = None) -> bytes:
        file.seek(self.begins)
        length = self.ends - self.begins
        raw = file.read(length if most is None else min(length, most))
        # The empty line before the next mail is no part of this one, and `From ` was written as `>From `.
        raw = raw[:-1] if raw.endswith(b"\n\n") else raw[:-2] if raw.endswith(b"\r\n\r\n") else raw
        return re.sub(rb"(?m)^>(>*From )", rb"\1", raw)


class _Reading:
    """A mail while it is read. Its digest leaves out what mail programs write into it, and the empty line behind it."""

    def __init__(self, begins: int) -> None:
        self._begins = begins
        self._digest = hashlib.sha256()
        self._held_back = b""
        self._in_head, self._is_read = True, False

    def add(self, line: bytes) -> None:
        is_ours = not (self._in_head and line.lower().startswith(NOTED_BY_PROGRAMS))
        self._is_read = self._is_read or (self._in_head and line.startswith(b"Status:") and b"R" in line[7:])
        self._in_head = self._in_head and line not in EMPTY
        if is_ours:
            self._digest.update(self._held_back)
            self._held_back = line

    def ended(self, at: int) -> tuple[str, _Part]:
        if self._held_back not in EMPTY:
            self._digest.update(self._held_back)
        return self._digest.hexdigest()[:40], _Part(self._begins, at, self._is_read)


class Mbox:
    """See `place.Place`. A mail is named by its bytes; the source remembers time and size of the file."""

    renumbered = False

    def __init__(self, file: BinaryIO, source: Source) -> None:
        self._file = file
        state = os.fstat(file.fileno())
        self._state = {"uid_validity": state.st_mtime_ns, "last_uid": state.st_size}
        self._is_unchanged = (source.uid_validity, source.last_uid) == (state.st_mtime_ns, state.st_size)
        self._is_settled = time.time() - state.st_mtime > SETTLED_S
        self._is_whole = True
        self._parts: dict[str, _Part] | None = None

    def all_keys(self) -> list[str]:
        return list(self._found())

    def new_keys(self) -> list[str]:
        return [] if self._is_unchanged else self.all_keys()

    def unread(self) -> set[str] | None:
        return {key for key, part in self._found().items() if not part.is_read}

    def since(self, day: date) -> set[str]:
        return {each.key for each in self.summaries(self.all_keys()) if each.at is None or each.at.date() >= day}

    def summaries(self, keys: Sequence[str]) -> Iterator[Summary]:
        for key in keys:
            if (part := self._found().get(key)) is not None:
                head = part.read(self._file, HEAD)
                yield Summary(key, mark_of(head), part.ends - part.begins, written_at(head))

    def raw(self, key: str) -> bytes | None:
        part = self._found().get(key)
        if part is None:
            return None
        if part.is_too_large():
            raise MailTooLarge(ended_session=False)
        return part.read(self._file)

    def remove(self, key: str) -> None:
        raise AssertionError("an mbox is read only")

    def progress(self, key: str) -> dict[str, int]:
        return {}

    def finished(self) -> dict[str, int]:
        return self._state if self._is_whole else {}

    def _found(self) -> dict[str, _Part]:
        if self._parts is None:
            self._parts = dict(self._scan())
        return self._parts

    def _scan(self) -> Iterator[tuple[str, _Part]]:
        """Each mail in turn, without holding one: a line `From ` at the start or behind an empty line begins one."""
        for key, part, is_whole in _scanned(self._file):
            self._is_whole = is_whole or self._is_settled
            if self._is_whole:  # else somebody is in the middle of writing it
                yield key, part


def all_in(file: BinaryIO) -> list[_Part]:
    """Each mail of the file in its order, the same one as often as it stands there."""
    return [part for _key, part, _is_whole in _scanned(file)]


def _scanned(file: BinaryIO) -> Iterator[tuple[str, _Part, bool]]:
    """Each mail, its digest, and whether its last line has ended."""
    file.seek(0)
    reading: _Reading | None = None
    at, before = 0, b"\n"
    while line := file.readline(LINE):
        if line.startswith(b"From ") and before in EMPTY:
            if reading is not None:
                yield *reading.ended(at), True
            reading = _Reading(begins=at + len(line))
        elif reading is not None:
            reading.add(line)
        at, before = at + len(line), line
    if reading is not None:
        yield *reading.ended(at), before.endswith(b"\n")


@contextmanager
def locked(place: Path) -> Iterator[BinaryIO]:
    """The file while nobody writes to it, as far as both locks that are in use tell."""
    until = time.monotonic() + PATIENCE_S
    with place.open("rb") as file:
        while not _is_free(place, file):
            if time.monotonic() > until:
                raise SourceRefused("folder_locked")
            time.sleep(0.1)
        try:
            yield file
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN)


def _is_free(place: Path, file: BinaryIO) -> bool:
    if place.with_name(f"{place.name}.lock").exists():
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
