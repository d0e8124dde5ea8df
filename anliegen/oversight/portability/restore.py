"""An export in, and checked: by its own list, and after the import against the database."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from anliegen.ground import files
from anliegen.ground.journal import heads
from anliegen.ground.journal.models import Cursor
from anliegen.oversight.portability import tables
from anliegen.oversight.portability.export import Exported, Progress
from anliegen.oversight.portability.manifest import FORMAT, TABLES
from anliegen.oversight.portability.places import NotAnExport, Origin, lines_of, origin

CURSORS = "journal_cursor"


class NotEmpty(Exception):
    """The instance has data already; it is left as it is."""


class Damaged(Exception):
    """The export is not what its list says; nothing was imported."""


def verify(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """Read an export whole and compare it with its list. Raises NotAnExport."""
    source = origin(place)
    contents = _contents(source)
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    problems: list[str] = []
    for table in contents["counts"].keys() - {"files"}:
        progress(table)
        try:
            with source.open(f"tables/{table}.jsonl") as file:
                counts[table], hashes[table] = tables.digest(lines_of(file))
        except FileNotFoundError:
            problems.append(f"table missing: {table}")
            continue
        if (counts[table], hashes[table]) != (contents["counts"][table], contents["hashes"][table]):
            problems.append(f"table changed: {table}")
    counts["files"], hashes["files"], wrong = _check_files(source)
    problems += wrong
    if (counts["files"], hashes["files"]) != (contents["counts"]["files"], contents["hashes"]["files"]):
        problems.append("files are missing or too many")
    return Exported(not problems, counts, hashes, tuple(problems))


def restore(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """Bring an export into an empty instance, keys and all. Raises NotAnExport, Damaged or NotEmpty.

    All tables in one transaction: when anything fails, the instance is as empty as before.
    """
    checked = verify(place, progress=progress)
    if not checked.ok:
        raise Damaged("; ".join(checked.problems[:5]))
    source = origin(place)
    with transaction.atomic():
        # Readers have their cursors from the first migration on: these alone are no data.
        if filled := [table for table in TABLES if table != CURSORS and not tables.is_empty(table)]:
            raise NotEmpty(", ".join(filled))
        Cursor.objects.all().delete()
        # The order must stay: files and keys first, since rows name them and seals need them.
        _put_files(source, progress)
        _put_keys(source)
        tables.prepare()
        for table in TABLES:
            progress(table)
            with source.open(f"tables/{table}.jsonl") as file:
                tables.insert(table, lines_of(file))
        _compare(checked)
        # Not the file that came along: while the instance worked on, it was read later than the tables.
        transaction.on_commit(heads.anchor_newest)
    return checked


def _contents(source: Origin) -> dict[str, Any]:
    try:
        with source.open("manifest.json") as file:
            contents: dict[str, Any] = json.load(file)
    except (FileNotFoundError, ValueError) as error:
        raise NotAnExport("there is no readable manifest.json") from error
    if contents.get("format") != FORMAT:
        raise NotAnExport(f"its format is {contents.get('format')}, this version reads {FORMAT}")
    if set(contents["counts"]) - {"files"} != set(TABLES):
        raise NotAnExport("it was written by another version; import it with that one, upgrade, and export again")
    return contents


def _check_files(source: Origin) -> tuple[int, str, list[str]]:
    found, wrong = [], []
    for name in source.names():
        if not name.startswith("files/"):
            continue
        sha = hashlib.sha256()
        with source.open(name) as file:
            while part := file.read(1 << 20):
                sha.update(part)
        sha256 = name.rpartition("/")[2]
        found.append(sha256)
        if sha.hexdigest() != sha256:
            wrong.append(f"file changed: {sha256}")
    return len(found), hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest(), wrong


def _put_files(source: Origin, progress: Progress) -> None:
    for name in source.names():
        if name.startswith("files/"):
            with source.open(name) as file:
                files.put(file.read())
    progress("files")


def _put_keys(source: Origin) -> None:
    for name in source.names():
        if not name.startswith("keys/"):
            continue
        target = files.data_path() / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with source.open(name) as file:
            target.write_bytes(file.read())
        target.chmod(0o600)


def _compare(checked: Exported) -> None:
    for table in TABLES:
        count, sha = tables.digest(tables.rows(table))
        if (count, sha) != (checked.counts[table], checked.hashes[table]):
            raise Damaged(f"{table} is not the same after the import; nothing was imported")
