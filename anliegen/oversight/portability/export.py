"""The whole instance out: tables as lines of JSON, files as they are, keys, and a list with counts and hashes.

What the disk has spoilt or lost is named in the list and keeps nothing else from going out: a backup that one bad file
made useless would be no backup.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from anliegen import __version__
from anliegen.ground import clock, files
from anliegen.oversight.portability import tables
from anliegen.oversight.portability.manifest import FILE_COLUMNS, FORMAT, TABLES
from anliegen.oversight.portability.places import FolderTarget, Target, TarTarget

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Exported:
    """What an export holds: rows by table and files, with the SHA-256 of each part.

    `problems` is all that is not well. Of these, `changed` is what happened to the export after it was written; the
    others its own list names: files that were missing or damaged already.
    """

    ok: bool
    counts: dict[str, int]
    hashes: dict[str, str]
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For programs, to which `problems` says it all."""
        return {name: value for name, value in asdict(self).items() if name != "changed"}


@dataclass(frozen=True)
class Spoilt:
    """Files that rows name and the disk does not give: not there, or (by name) with the hash of what is there."""

    missing: list[str]
    damaged: dict[str, str]

    def in_words(self) -> tuple[str, ...]:
        return (*(f"file missing: {one}" for one in self.missing), *(f"file damaged: {one}" for one in self.damaged))


def export(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """Write the instance into a folder. Raises PlaceTaken. A missing or damaged file is told, not passed over."""
    return _write(FolderTarget(place), progress)


def backup(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """The same as one tar file. Consistent while the instance works on: one snapshot of the tables, files only grow."""
    return _write(TarTarget(place), progress)


def _write(target: Target, progress: Progress) -> Exported:
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables.prepare()
        for table in TABLES:
            progress(table)
            counts[table], hashes[table] = _write_table(target, table)
        wanted = named_files()
    spoilt = _write_files(target, wanted, progress)
    counts["files"] = len(wanted) - len(spoilt.missing)
    hashes["files"] = hash_of_names(wanted - {*spoilt.missing})
    keys = _write_keys(target)
    anchor = files.data_path() / "journal" / "head.json"
    if anchor.exists():
        target.put("journal/head.json", anchor.read_bytes())
    contents = {
        "format": FORMAT,
        "version": __version__,
        "exported_at": clock.now().isoformat(),
        "counts": counts,
        "hashes": hashes,
        "keys": keys,
        "missing": spoilt.missing,
        "damaged": spoilt.damaged,
    }
    target.write("manifest.json", [json.dumps(contents, indent=2).encode()])
    target.close()
    problems = spoilt.in_words()
    return Exported(not problems, counts, hashes, problems)


def named_files() -> set[str]:
    """The hash of every file that a row names."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table, column in FILE_COLUMNS:
            cursor.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608  # names from the manifest
            found |= {row[0] for row in cursor.fetchall()}
    return found


def hash_of_names(names: set[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def _write_table(target: Target, table: str) -> tuple[int, str]:
    sha, count = hashlib.sha256(), 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in tables.rows(table):
            line = row.encode() + b"\n"
            sha.update(line)
            count += 1
            yield line

    target.write(f"tables/{table}.jsonl", lines())
    return count, sha.hexdigest()


def _write_keys(target: Target) -> dict[str, str]:
    """By name the SHA-256 of each: with another key every signature and every password in the tables would be lost."""
    hashes = {}
    for key in sorted((files.data_path() / "keys").glob("*")):
        content = key.read_bytes()
        hashes[key.name] = hashlib.sha256(content).hexdigest()
        target.put(f"keys/{key.name}", content)
    return hashes


def _write_files(target: Target, wanted: set[str], progress: Progress) -> Spoilt:
    """Each file, read whole before it is written, so that one the disk does not give spoils nothing else."""
    spoilt = Spoilt([], {})
    for number, sha256 in enumerate(sorted(wanted), 1):
        if number % 1000 == 0:
            progress(f"files {number}/{len(wanted)}")
        try:
            content = files.path(sha256).read_bytes()
        except OSError:
            spoilt.missing.append(sha256)
            continue
        there = hashlib.sha256(content).hexdigest()
        if there != sha256:
            spoilt.damaged[sha256] = there
        target.put(f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}", content)
    return spoilt
