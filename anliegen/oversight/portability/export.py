"""The whole instance out: tables as lines of JSON, files as they are, keys, and a list with counts and hashes."""

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
    """What an export holds: rows by table and files, with the SHA-256 of each part."""

    ok: bool
    counts: dict[str, int]
    hashes: dict[str, str]
    problems: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def export(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """Write the instance into a folder. Raises PlaceTaken. A file that is missing is told, not passed over."""
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
    problems = _write_files(target, wanted, progress)
    counts["files"] = len(wanted) - len(problems)
    hashes["files"] = hashlib.sha256("\n".join(sorted(wanted)).encode()).hexdigest()
    for key in sorted((files.data_path() / "keys").glob("*")):
        target.add(f"keys/{key.name}", key)
    anchor = files.data_path() / "journal" / "head.json"
    if anchor.exists():
        target.add("journal/head.json", anchor)
    contents = {
        "format": FORMAT,
        "version": __version__,
        "exported_at": clock.now().isoformat(),
        "counts": counts,
        "hashes": hashes,
    }
    target.write("manifest.json", [json.dumps(contents, indent=2).encode()])
    target.close()
    return Exported(not problems, counts, hashes, tuple(problems))


def named_files() -> set[str]:
    """The hash of every file that a row names."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table, column in FILE_COLUMNS:
            cursor.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608  # names from the manifest
            found |= {row[0] for row in cursor.fetchall()}
    return found


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


def _write_files(target: Target, wanted: set[str], progress: Progress) -> list[str]:
    missing = []
    for number, sha256 in enumerate(sorted(wanted), 1):
        if number % 1000 == 0:
            progress(f"files {number}/{len(wanted)}")
        if files.exists(sha256):
            target.add(f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}", files.path(sha256))
        else:
            missing.append(f"file missing: {sha256}")
    return missing
