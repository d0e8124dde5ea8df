"""An export in: checked first, compared with the database afterwards, and then nothing leaves twice."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from anliegen.flow.channels import restored
from anliegen.ground import clock, files
from anliegen.ground.journal import heads
from anliegen.ground.journal.models import Cursor
from anliegen.oversight.portability import tables
from anliegen.oversight.portability.check import contents_of, keys_in, spoilt_of, verify
from anliegen.oversight.portability.export import Exported, Progress
from anliegen.oversight.portability.manifest import TABLES
from anliegen.oversight.portability.places import Origin, lines_of, origin

CURSORS = "journal_cursor"


class NotEmpty(Exception):
    """The instance has data already; it is left as it is."""


class Damaged(Exception):
    """The export is not what its list says; nothing was imported."""


@dataclass(frozen=True)
class Restored(Exported):
    """What came in. `ok` says that nothing is missing or damaged; `problems` names what is.

    `held` answers that may have left since the backup wait for a person; `not_sent` mails of rules stay unsent.
    """

    held: int = 0
    not_sent: int = 0


def restore(
    place: Path,
    *,
    moved: bool = False,
    even_if_damaged: bool = False,
    progress: Progress = lambda words: None,
) -> Restored:
    """Bring an export into an empty instance, keys and all. Raises NotAnExport, Damaged or NotEmpty.

    All tables in one transaction: when anything fails, the instance is as empty as before. Files that its list names as
    missing or damaged stay so. `even_if_damaged` takes what can be taken of an export that is not as it was written.
    `moved`: the instance it was taken from sent nothing since, so that what waits may leave.
    """
    checked = verify(place, progress=progress)
    if checked.changed and not even_if_damaged:
        raise Damaged("; ".join(checked.changed[:5]))
    source = origin(place)
    try:
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
                _put_table(source, table)
            connection.check_constraints()
            _compare(checked)
            # Not the file that came along: while the instance worked on, it was read later than the tables.
            transaction.on_commit(heads.anchor_newest)
            held = restored.Held(0, 0) if moved else restored.hold_back(at=clock.now())
    except (DatabaseError, UnicodeDecodeError) as error:
        if not checked.changed:
            raise  # not the export's fault
        raise Damaged(f"what is left of it does not fit together: {_first_line(error)}") from error
    problems = (*checked.changed, *_still_spoilt(source))
    told = asdict(checked) | {"ok": not problems, "problems": problems}
    return Restored(**told, held=held.answers, not_sent=held.automatic)


def _put_table(source: Origin, table: str) -> None:
    try:
        with source.open(f"tables/{table}.jsonl") as file:
            tables.insert(table, lines_of(file))
    except FileNotFoundError:
        return  # said by the check, and wanted all the same


def _put_files(source: Origin, progress: Progress) -> None:
    for name in source.names():
        if not name.startswith("files/"):
            continue
        with source.open(name) as file:
            content = file.read()
        sha256 = name.rpartition("/")[2]
        if hashlib.sha256(content).hexdigest() == sha256:
            files.put(content)
        else:
            files.put_damaged(sha256, content)
    progress("files")


def _still_spoilt(source: Origin) -> tuple[str, ...]:
    """What the list names and the store, which may have been there already, does not have either."""
    spoilt = spoilt_of(contents_of(source))
    missing = [one for one in spoilt.missing if not files.exists(one)]
    damaged = [one for one in spoilt.damaged if not files.is_whole(one)]
    return (*(f"file missing: {one}" for one in missing), *(f"file damaged: {one}" for one in damaged))


def _put_keys(source: Origin) -> None:
    folder = files.data_path() / "keys"
    for name, content in keys_in(source).items():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)


def _compare(checked: Exported) -> None:
    """What an export that was changed says of its tables is not what its list says, but what was read of it."""
    for table in checked.counts.keys() - {"files"}:
        count, sha = tables.digest(tables.rows(table))
        if (count, sha) != (checked.counts[table], checked.hashes[table]):
            if f"table changed: {table}" in checked.changed:
                continue  # rows that are written otherwise than the database does it
            raise Damaged(f"{table} is not the same after the import; nothing was imported")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
