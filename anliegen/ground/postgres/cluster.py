"""The files of the embedded server: made once, whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from anliegen.ground.postgres import programs
from anliegen.ground.postgres.account import Account, check_owner
from anliegen.ground.postgres.errors import PostgresError, WrongAccount, WrongVersion
from anliegen.ground.postgres.layout import DATABASE, USER, Layout

UNFINISHED = "cluster.unfinished-"


def make_directories(layout: Layout) -> None:
    """What is needed before anything can be locked."""
    try:
        layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongAccount(
            f"{layout.root} cannot be made: {error.strerror}. Set ANLIEGEN_DATA to another place."
        ) from None
    check_owner(layout)


def hand_over(layout: Layout, account: Account) -> None:
    """The directory and the files right in it (locks, log) belong to the account, so that it alone would do too."""
    account.own(layout.root)
    for each in layout.root.iterdir():
        if each.is_file():
            account.own(each)


def make(layout: Layout, account: Account) -> bool:
    """Make the cluster if there is none yet; True if it had to. Only under the start lock.

    It is made under another name and renamed when it is whole, the database in it included and all of it synced, so
    that a power cut in the middle leaves something to throw away and nothing to repair.
    """
    for rest in layout.root.glob(f"{UNFINISHED}*"):
        shutil.rmtree(rest, ignore_errors=True)
    if layout.cluster.exists():
        _check_version(layout)
        if account.uid is not None and layout.cluster.stat().st_uid != account.uid:
            account.own_all(layout.cluster)
        return False
    unfinished = layout.root / f"{UNFINISHED}{os.getpid()}"
    _run(account, layout, [
        programs.program("initdb"), "-D", unfinished, f"--username={USER}", "--auth-local=trust", "--auth-host=reject",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--text-search-config=simple", "--data-checksums", "--no-instructions",
    ])  # fmt: skip
    single: list[str | Path] = [programs.program("postgres"), "--single", "-D", unfinished, "postgres"]
    output = _run(account, layout, single, given=f"CREATE DATABASE {DATABASE}\n".encode())
    if "ERROR" in output or "FATAL" in output:
        raise PostgresError(f"The database could not be made:\n{output}")
    unfinished.rename(layout.cluster)
    _sync(layout.root)
    return True


def make_socket_directory(layout: Layout, account: Account) -> None:
    """0700, and ours: whoever may enter it may be the administrator of the database."""
    place = layout.socket_dir
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise WrongAccount(f"{place} should be a directory of ours for the database's socket, and is not. Remove it.")
    place.chmod(0o700)
    account.own(place)


def _check_version(layout: Layout) -> None:
    made_by = (layout.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(programs.MAJOR):
        raise WrongVersion(
            f"{layout.cluster} was made by PostgreSQL {made_by}, and this is {programs.MAJOR}. "
            "Export it with the version of Anliegen that made it, and import it here."
        )


def _run(account: Account, layout: Layout, command: list[str | Path], *, given: bytes | None = None) -> str:
    code, output = account.run(command, cwd=layout.root, given=given)
    if code != 0:
        raise PostgresError(f"{Path(command[0]).name} failed (exit code {code}):\n{output.strip()}")
    return output


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
