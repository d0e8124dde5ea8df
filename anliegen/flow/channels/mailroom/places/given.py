"""Mails in files that a person names: one file, a directory, a Maildir, an mbox, or what comes on standard input."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from anliegen.flow.channels.mailroom.places.local import Maildir
from anliegen.flow.channels.mailroom.places.mbox import all_in, locked
from anliegen.flow.channels.mailroom.places.place import LARGEST, MailTooLarge, NotGiven
from anliegen.flow.channels.mailroom.troubles import SourceRefused

UNREADABLE = "cannot be read"
TOO_LARGE = f"larger than {LARGEST // 1024 // 1024} MB"
A_LINK = "is a link to somewhere else, which is not followed; name that place instead"


@dataclass(frozen=True, slots=True)
class Given:
    """A mail and the name it is told under; or why it is none, in words."""

    source: str
    raw: bytes = b""
    trouble: str = ""


def mails(path: str, standard_input: BinaryIO) -> Iterator[Given]:
    """Each mail of a path, one after the other. The path itself may be a link: a person named it."""
    place = Path(path)
    try:
        if path == "-":
            yield _limited("-", standard_input.read(LARGEST + 1))
        elif place.is_dir() and (place / "cur").is_dir() and (place / "new").is_dir():
            yield from _of_maildir(path)
        elif place.is_dir():
            yield from _of_directory(place)
        else:
            yield from _of_file(place)
    except (OSError, SourceRefused):
        yield Given(path, trouble=UNREADABLE)


def _of_directory(place: Path) -> Iterator[Given]:
    """Every file below it. Whoever can write there must not have us read what only we may."""
    closed: list[OSError] = []
    walk = os.walk(place, onerror=closed.append)
    found = [Path(folder, name) for folder, folders, names in walk for name in (*folders, *names)]
    yield from (Given(str(each.filename), trouble=UNREADABLE) for each in closed)
    for file in sorted(found):
        if file.is_symlink():
            yield Given(str(file), trouble=A_LINK)
        elif not file.is_dir():
            yield _read(file, os.O_NOFOLLOW)


def _of_maildir(path: str) -> Iterator[Given]:
    box = Maildir(Path(path))
    for number, key in enumerate(box.all_keys(), 1):
        source = f"{path}:{number}"
        try:
            raw = box.raw(key)
        except MailTooLarge:
            yield Given(source, trouble=TOO_LARGE)
        except NotGiven:
            yield Given(source, trouble=UNREADABLE)
        else:
            yield Given(source, trouble=UNREADABLE) if raw is None else Given(source, raw)


def _of_file(place: Path) -> Iterator[Given]:
    if not _begins_as_mbox(place):
        yield _read(place)
        return
    with locked(place) as file:
        parts = all_in(file)
        for number, part in enumerate(parts, 1):
            source = f"{place}:{number}" if len(parts) > 1 else str(place)
            yield Given(source, trouble=TOO_LARGE) if part.is_too_large() else Given(source, part.read(file))


def _begins_as_mbox(place: Path) -> bool:
    with suppress(OSError), place.open("rb") as file:
        return file.read(5) == b"From "
    return False


def _read(file: Path, flags: int = 0) -> Given:
    """Only what is a file: a pipe or a device could keep us waiting for ever."""
    try:
        # Without waiting for a writer, should it be a pipe.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | flags), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                return Given(str(file), trouble=UNREADABLE)
            return _limited(str(file), opened.read(LARGEST + 1))
    except OSError:
        return Given(str(file), trouble=UNREADABLE)


def _limited(source: str, raw: bytes) -> Given:
    return Given(source, trouble=TOO_LARGE) if len(raw) > LARGEST else Given(source, raw)
