"""Secrets: from the environment, from a file, or made once and kept in the data directory."""

import os
import secrets as random_source
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anliegen.ground.files import data_path

NONCE = 12  # bytes, as AES-GCM wants them


class SecretUnreadable(Exception):
    """`NAME_FILE` is set, but the file cannot be read."""


class Locked(Exception):
    """What was locked does not open with this instance's key: another key, or changed bytes."""


def secret(name: str) -> str | None:
    """The value of `NAME`, or the content of the file that `NAME_FILE` points to, or None."""
    if value := os.environ.get(name):
        return value
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SecretUnreadable(f"{name}_FILE={file}: {error.strerror}") from error
    return None


def key(name: str, length: int = 32) -> bytes:
    """Random bytes made on first use and kept, readable by the owner only, in `data/keys/NAME`."""
    file = data_path() / "keys" / name
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return _make_key(file, length)


def lock(text: str) -> bytes:
    """The text encrypted (AES-256-GCM) with a key of the data directory: for passwords kept in the database."""
    nonce = random_source.token_bytes(NONCE)
    return nonce + AESGCM(key("settings")).encrypt(nonce, text.encode(), None)


def unlock(kept: bytes | memoryview) -> str:
    """What `lock` was given; a binary column may hand it over as a memoryview. Raises Locked."""
    locked = bytes(kept)
    try:
        return AESGCM(key("settings")).decrypt(locked[:NONCE], locked[NONCE:], None).decode()
    except (InvalidTag, ValueError) as error:
        raise Locked from error


def _make_key(file: Path, length: int) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file.with_name(f".{file.name}-{os.getpid()}-{random_source.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as output:
        output.write(random_source.token_bytes(length))
        output.flush()
        os.fsync(output.fileno())
    try:
        # A link, unlike a rename, lets the first of two processes win and the second read the winner's key.
        os.link(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return file.read_bytes()
