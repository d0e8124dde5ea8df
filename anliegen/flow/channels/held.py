"""Files that came with a form which is not finished yet: held for a day, so that nobody has to choose them again.

They lie apart from the file store: what is in there is kept for good, and what a person never sent must go.
"""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from anliegen.ground.files import data_path
from anliegen.ground.jobs import periodic

FOR = timedelta(hours=24)


MOST_BYTES = 2 * 1024**3  # of all held files together, so that nobody can fill the disk with unfinished forms


def hold(content: bytes) -> str | None:
    """Keep the bytes; the name that is returned is chance, so that only who got it can ask for them again.

    None when so much is held already that there is no room.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sum(file.stat().st_size for file in folder.iterdir()) + len(content) > MOST_BYTES:
        return None
    name = secrets.token_hex(16)
    (folder / name).write_bytes(content)
    return name


def get(name: str) -> bytes | None:
    """The bytes held under this name; None when there are none, or no longer."""
    if len(name) != 32 or not set(name) <= set("0123456789abcdef"):
        return None
    try:
        return (_folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def forget(*, older_than: timedelta = FOR) -> int:
    """Delete what was held longer than this; return how many files."""
    limit = time.time() - older_than.total_seconds()
    gone = 0
    for file in _folder().glob("*"):
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


@periodic("23 * * * *")
def forget_hourly(timestamp: int) -> None:
    forget()


def _folder() -> Path:
    return data_path() / "held"
