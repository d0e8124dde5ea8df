"""Files that came with a form which is not finished yet: held for a day, so that nobody has to choose them again.

They lie apart from the file store: what is in there is kept for good, and what a person never sent must go.
"""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from django.utils import crypto

from anliegen.ground.files import data_path
from anliegen.ground.jobs import periodic

FOR = timedelta(hours=24)
MOST_BYTES = 2 * 1024**3  # of all held files together, so that unfinished forms cannot fill the disk
MOST_BYTES_OF_ONE = 200_000_000  # of one sender, so that nobody can take the room of all: eight full forms


def hold(content: bytes, *, sender: str) -> str | None:
    """Keep the bytes; the name that is returned ends in chance, so that only who got it can ask for them again.

    None when so much is held already, of this sender or of all, that there is no room.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = _mark(sender)
    sizes = [(file.name, file.stat().st_size) for file in folder.iterdir()]
    own = sum(size for name, size in sizes if name.startswith(mark))
    if own + len(content) > MOST_BYTES_OF_ONE or sum(size for _, size in sizes) + len(content) > MOST_BYTES:
        return None
    name = mark + secrets.token_hex(12)
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


def _mark(sender: str) -> str:
    """Tells one sender's files from another's without saying who they are."""
    return crypto.salted_hmac("anliegen.held", sender, algorithm="sha256").hexdigest()[:8]


def _folder() -> Path:
    return data_path() / "held"
