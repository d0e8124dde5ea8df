"""Where an export lies: a folder, or one tar file. Both hold the same tree."""

import io
import os
import tarfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol


class PlaceTaken(Exception):
    """There is something at the place already; it is left as it is."""


class NotAnExport(Exception):
    """The place holds no export, or only part of one."""


class Target(Protocol):
    """What an export is written to."""

    def write(self, name: str, lines: Iterable[bytes]) -> None: ...
    def put(self, name: str, content: bytes) -> None: ...
    def close(self) -> None: ...


class Origin(Protocol):
    """What an export is read from."""

    def names(self) -> list[str]: ...
    def open(self, name: str) -> IO[bytes]: ...


class FolderTarget:
    """Written beside the place and renamed at the end, so that half an export never looks whole."""

    def __init__(self, place: Path) -> None:
        if place.exists() and any(place.iterdir()):
            raise PlaceTaken(str(place))
        self._place = place
        self._draft = place.with_name(f".{place.name}-{os.getpid()}")
        self._draft.mkdir(parents=True, mode=0o700)

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        file = self._draft / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as output:
            output.writelines(lines)
            output.flush()
            os.fsync(output.fileno())

    def put(self, name: str, content: bytes) -> None:
        self.write(name, [content])

    def close(self) -> None:
        if self._place.exists():
            self._place.rmdir()
        self._draft.rename(self._place)


class TarTarget:
    """One file, for a backup."""

    def __init__(self, place: Path) -> None:
        if place.exists():
            raise PlaceTaken(str(place))
        place.parent.mkdir(parents=True, exist_ok=True)
        self._place, self._draft = place, place.with_name(f".{place.name}-{os.getpid()}")
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w|")  # noqa: SIM115  # closed in close()

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        draft = self._place.with_name(f".{self._place.name}-{os.getpid()}-part")
        with draft.open("wb") as output:
            output.writelines(lines)
        self._tar.add(draft, arcname=name, recursive=False)
        draft.unlink()

    def put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
        self._tar.addfile(member, io.BytesIO(content))

    def close(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.rename(self._place)


class FolderOrigin:
    """An export in a folder."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def names(self) -> list[str]:
        return sorted(str(file.relative_to(self._place)) for file in self._place.rglob("*") if file.is_file())

    def open(self, name: str) -> IO[bytes]:
        return (self._place / name).open("rb")


class TarOrigin:
    """A backup in one file."""

    def __init__(self, place: Path) -> None:
        try:
            self._tar = tarfile.open(place, "r:")  # noqa: SIM115  # open as long as it is read
        except tarfile.TarError as error:
            raise NotAnExport(f"{place}: {error}") from error

    def names(self) -> list[str]:
        """Raises NotAnExport when the tar file breaks off."""
        try:
            return sorted(member.name for member in self._tar.getmembers() if member.isfile())
        except tarfile.TarError as error:
            raise NotAnExport(f"the tar file is not whole: {error}") from error

    def open(self, name: str) -> IO[bytes]:
        """Raises NotAnExport when the tar file breaks off."""
        try:
            member = self._tar.extractfile(name)
        except KeyError:
            raise FileNotFoundError(name) from None
        except tarfile.TarError as error:
            raise NotAnExport(f"the tar file is not whole: {error}") from error
        return member if member is not None else io.BytesIO()


def origin(place: Path) -> Origin:
    """Open an export for reading. Raises NotAnExport."""
    if place.is_dir():
        return FolderOrigin(place)
    if place.is_file():
        return TarOrigin(place)
    raise NotAnExport(f"{place}: there is nothing")


def lines_of(source: IO[bytes]) -> Iterator[str]:
    for line in source:
        yield line.decode().rstrip("\n")
