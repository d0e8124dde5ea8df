"""Files by content: written and flushed to the disk before any row names them.

A file is stored under the SHA-256 of its bytes, so that storing twice is storing once and a changed byte is noticed.
"""

import hashlib
import os
import tempfile
from pathlib import Path


class FileMissing(Exception):
    """A row names a file that the store does not hold."""


class FileDamaged(Exception):
    """The bytes on disk are not the ones that were stored."""


def data_path() -> Path:
    """The directory of everything this instance owns: `ANLIEGEN_DATA`, by default `./data`."""
    return Path(os.environ.get("ANLIEGEN_DATA") or "data").resolve()


def put(content: bytes) -> str:
    """Store bytes and return their SHA-256 in hex. On disk, flushed, when this returns.

    Raises OSError when the disk refuses; then nothing half-written stays under the final name.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    final = path(sha256)
    if final.exists():
        _flush_folder(final.parent)  # whoever wrote it this very moment may not have flushed its name yet
        return sha256
    _make_folder(final.parent)
    _write_flushed(content, final)
    return sha256


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


def _make_folder(folder: Path) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The new folder's own name must be durable too, up to the root of the store.
    for parent in list(folder.parents)[:3]:
        _flush_folder(parent)


def _write_flushed(content: bytes, final: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=final.parent, prefix=".new-")
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
