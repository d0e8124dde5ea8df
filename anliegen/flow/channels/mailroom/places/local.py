"""Folders of this machine that another program delivers into: a Maildir, or one file as mbox.

Only below the folders that whoever runs this machine allows: who may change settings must not read its other files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from anliegen.flow.channels.mailroom.places.mbox import Mbox, locked
from anliegen.flow.channels.mailroom.places.place import (
    HEAD,
    LARGEST,
    MailTooLarge,
    NotGiven,
    Summary,
    mark_of,
    short_key,
)
from anliegen.flow.channels.mailroom.troubles import SourceRefused
from anliegen.flow.channels.models import Source


def allowed_folders() -> list[Path]:
    """What `ANLIEGEN_MAIL_FOLDERS` names, and `mail` in the data directory."""
    named = [Path(each) for each in settings.ANLIEGEN_MAIL_FOLDERS.split(os.pathsep) if each.strip()]
    return [*(each.resolve() for each in named), (settings.ANLIEGEN_DATA / "mail").resolve()]


def is_allowed(folder: str) -> bool:
    """Whether this place lies, with all its links followed, below one of the allowed folders."""
    place = Path(folder)
    return place.is_absolute() and any(place.resolve().is_relative_to(root) for root in allowed_folders())


class Maildir:
    """See `place.Place`. A mail is named by its file, without the flags behind the colon, which change."""

    renumbered = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = self._look()

    def all_keys(self) -> list[str]:
        return list(self._files)

    def new_keys(self) -> list[str]:
        return self.all_keys()

    def unread(self) -> set[str] | None:
        return {key for key, file in self._files.items() if "S" not in file.name.partition(":2,")[2]}

    def since(self, day: date) -> set[str]:
        return {key for key in self._files if (at := self._came_at(key)) is not None and at.date() >= day}

    def summaries(self, keys: Sequence[str]) -> Iterator[Summary]:
        for key in keys:
            if (file := self._open(key)) is not None:
                with file:
                    size = os.fstat(file.fileno()).st_size
                    yield Summary(key, mark_of(file.read(HEAD)), size, self._came_at(key))

    def raw(self, key: str) -> bytes | None:
        file = self._open(key)
        if file is None:
            return None
        with file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise MailTooLarge(ended_session=False)
            return file.read(LARGEST + 1)

    def remove(self, key: str) -> None:
        self._files[key].unlink(missing_ok=True)

    def progress(self, key: str) -> dict[str, int]:
        return {}

    def finished(self) -> dict[str, int]:
        return {}

    def _look(self) -> dict[str, Path]:
        found: list[tuple[float, str, Path]] = []
        for folder in (self._folder / "new", self._folder / "cur"):
            for each in os.scandir(folder):
                if not each.name.startswith(".") and each.is_file(follow_symlinks=False):
                    found.append((each.stat().st_mtime, each.name, Path(each.path)))
        return {short_key(name.partition(":")[0]): path for _at, name, path in sorted(found)}

    def _open(self, key: str) -> BinaryIO | None:
        """Whoever reads the mail meanwhile moves it or changes its flags: then look again, once."""
        for _attempt in range(2):
            if key not in self._files:
                return None
            try:
                return os.fdopen(os.open(self._files[key], os.O_RDONLY | os.O_NOFOLLOW), "rb")
            except FileNotFoundError:
                self._files = self._look()
            except OSError as error:
                raise NotGiven(key) from error
        return None

    def _came_at(self, key: str) -> datetime | None:
        try:
            return datetime.fromtimestamp(self._files[key].stat().st_mtime, UTC)
        except FileNotFoundError:
            return None


@contextmanager
def opened(source: Source, *, lasts_s: float) -> Iterator[Maildir | Mbox]:
    """The folder or file. Raises SourceRefused."""
    if not is_allowed(source.folder):
        raise SourceRefused("folder_not_allowed")
    with ExitStack() as until_done:
        try:
            place = _opened(source, until_done)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise SourceRefused("folder_missing") from error
        except PermissionError as error:
            raise SourceRefused("folder_closed") from error
        yield place


def _opened(source: Source, until_done: ExitStack) -> Maildir | Mbox:
    if source.kind == "maildir":
        return Maildir(Path(source.folder))
    return Mbox(until_done.enter_context(locked(Path(source.folder))), source)


def looks_like(folder: str) -> object:
    """Something that is another when mail came: cheap enough to be asked every second."""
    place = Path(folder)
    try:
        if not stat.S_ISDIR(place.stat().st_mode):
            state = place.stat()
            return state.st_mtime_ns, state.st_size
        return (place / "new").stat().st_mtime_ns, (place / "cur").stat().st_mtime_ns
    except OSError:
        return None
