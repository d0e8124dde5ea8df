"""Files by content: written and flushed to the disk before any row names them.

A file is stored under the SHA-256 of its bytes, so that storing twice is storing once and a changed byte is noticed.
A name is not believed: what lies there is read, and replaced when it is not what the name says. So whoever has the
bytes and stores them again heals what the disk has spoilt.
"""

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import BinaryIO

UNFINISHED = ".new-"  # begins the name of a file that is being written
NOBODY_IS_AT_IT_S = 24 * 3600.0


class FileMissing(Exception):
    """A row names a file that the store does not hold."""


class FileDamaged(Exception):
    """The bytes on disk are not the ones that were stored."""


def data_path() -> Path:
    """The directory of everything this instance owns: `ANLIEGEN_DATA`, by default `./data`."""
    return Path(os.environ.get("ANLIEGEN_DATA") or "data").resolve()


def put(content: bytes) -> str:
    """Store bytes and return their SHA-256 in hex. On disk, flushed, when this returns, whatever lay there before.

    Raises OSError when the disk refuses; then nothing half-written stays under the final name.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    final = path(sha256)
    if _holds(final, sha256, len(content)):
        _flush_folder(final.parent)  # whoever wrote it this very moment may not have flushed its name yet
        return sha256
    _make_folder(final.parent)
    _write_flushed(content, final)
    return sha256


def put_damaged(sha256: str, content: bytes) -> None:
    """Keep what is left of a file that was spoilt elsewhere, under its name, so that a person may still look at it.

    `get` goes on refusing it. What lies there already stays.
    """
    final = path(sha256)
    if not final.exists():
        _make_folder(final.parent)
        _write_flushed(content, final)


class Arriving:
    """A file that comes in pieces and may be large: written and hashed as it comes, under its name only when whole.

    `drop` must be called at the end, kept or not. Any thread may call.
    """

    def __init__(self) -> None:
        folder = data_path() / "files"
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _flush_folder(folder.parent)
        handle, self._temporary = tempfile.mkstemp(dir=folder, prefix=UNFINISHED)
        self._file: BinaryIO | None = os.fdopen(handle, "wb")
        self._hash = hashlib.sha256()
        self._size = 0
        self._lock = Lock()

    def write(self, piece: bytes) -> None:
        """Raises OSError when the disk refuses; ValueError when it was kept or dropped meanwhile."""
        with self._lock:
            if self._file is None:
                raise ValueError("this file has ended")
            self._hash.update(piece)
            self._size += len(piece)
            self._file.write(piece)

    def keep(self) -> str:
        """As `put`: on disk and flushed when this returns the hash. Raises as `write`."""
        with self._lock:
            if self._file is None:
                raise ValueError("this file has ended")
            sha256 = self._hash.hexdigest()
            final = path(sha256)
            if _holds(final, sha256, self._size):
                _flush_folder(final.parent)
                return sha256  # the other one stays, and this one is dropped
            self._file.flush()
            os.fsync(self._file.fileno())
            _make_folder(final.parent)
            # The order must stay: bytes first, then the name, then the folder that holds the name.
            os.replace(self._temporary, final)
            _flush_folder(final.parent)
            return sha256

    def drop(self) -> None:
        """Remove what was not kept. May be called whatever happened before."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                with suppress(OSError):  # what is still to be written need not be
                    file.close()
                Path(self._temporary).unlink(missing_ok=True)


def clear_up() -> None:
    """Remove what was being written, in pieces or at once, when a process was killed, and nobody can still be at it."""
    store = data_path() / "files"
    for file in chain(store.glob(f"{UNFINISHED}*"), store.glob(f"*/*/{UNFINISHED}*")):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > NOBODY_IS_AT_IT_S:
                file.unlink()


def get(sha256: str) -> bytes:
    """The bytes stored under this hash. Raises FileMissing or FileDamaged."""
    try:
        content = path(sha256).read_bytes()
    except FileNotFoundError:
        raise FileMissing(sha256) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(sha256)
    return content


def exists(sha256: str) -> bool:
    return path(sha256).exists()


def is_whole(sha256: str) -> bool:
    """Whether the bytes that lie there are those that were stored; reads all of them. Raises FileMissing."""
    final = path(sha256)
    return _holds(final, sha256, size(sha256))


def size(sha256: str) -> int:
    """Bytes of the stored file. Raises FileMissing."""
    try:
        return path(sha256).stat().st_size
    except FileNotFoundError:
        raise FileMissing(sha256) from None


def path(sha256: str) -> Path:
    """Where a file lies: two folder levels, so that no folder holds millions of names."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hex")
    return data_path() / "files" / sha256[:2] / sha256[2:4] / sha256


def _holds(final: Path, sha256: str, size: int) -> bool:
    """Whether these bytes lie there already. What cannot be read does not count: it is to be replaced."""
    try:
        if final.stat().st_size != size:
            return False
        return _hash_of(final) == sha256
    except OSError:
        return False


def _hash_of(file: Path) -> str:
    """The SHA-256 in hex of a file of any size. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _make_folder(folder: Path) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The new folder's own name must be durable too, up to the root of the store.
    for parent in list(folder.parents)[:3]:
        _flush_folder(parent)


def _write_flushed(content: bytes, final: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=final.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # The order must stay: bytes first, then the name, then the folder that holds the name.
        os.replace(temporary, final)
        _flush_folder(final.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
