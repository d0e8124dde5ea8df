"""Out, in, checked; backup and restore."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anliegen.config.cli.program import AsJson, instance, note, program, refuse, say

if TYPE_CHECKING:
    from anliegen.oversight.portability.export import Exported

To = Annotated[Path, typer.Option("--to", help="Where to write; must not exist yet.")]
From = Annotated[Path, typer.Option("--from", help="What to read.")]
Moved = Annotated[
    bool,
    typer.Option(
        "--moved", help="The old instance was stopped before this was written: what waits to be sent may leave."
    ),
]
EvenIfDamaged = Annotated[
    bool, typer.Option("--even-if-damaged", help="Import what is left of an export that is not as it was written.")
]
NOT_ALL = 3  # done, but not all of it is there
MOST_NAMED = 20


@program.command("export")
def export_instance(to: To, as_json: bool = AsJson) -> None:
    """The whole instance into a folder of open formats."""
    _write(to, as_json, as_backup=False)


@program.command("backup")
def backup_instance(to: To, as_json: bool = AsJson) -> None:
    """Database, files and keys into one file, consistent, while the instance works on."""
    _write(to, as_json, as_backup=True)


@program.command("import")
def import_instance(
    source: From, moved: Moved = False, even_if_damaged: EvenIfDamaged = False, as_json: bool = AsJson
) -> None:
    """An export into this empty instance."""
    _read(source, as_json, moved=moved, even_if_damaged=even_if_damaged)


@program.command("restore")
def restore_instance(
    source: From, moved: Moved = False, even_if_damaged: EvenIfDamaged = False, as_json: bool = AsJson
) -> None:
    """A backup into this empty instance. Exit 3: imported, but files are missing or damaged."""
    _read(source, as_json, moved=moved, even_if_damaged=even_if_damaged)


@program.command("verify")
def verify_export(place: Annotated[Path, typer.Argument(metavar="PATH")], as_json: bool = AsJson) -> None:
    """Check an export or backup against its own list. Exit 3: whole, but files were missing when it was written."""
    with instance(migrated=False):
        from anliegen.oversight.portability.check import verify  # noqa: PLC0415  # slow import
        from anliegen.oversight.portability.places import NotAnExport  # noqa: PLC0415  # slow import

        try:
            found = verify(place, progress=note)
        except NotAnExport as error:
            refuse(f"{place} is no export: {error}")
        say(found.as_dict(), as_json=as_json, words=_verdict(place, found))
    if found.changed:
        raise typer.Exit(1)
    if not found.ok:
        raise typer.Exit(NOT_ALL)


def _verdict(place: Path, found: "Exported") -> str:
    if found.changed:
        return f"{place} is damaged: {_some(found.changed)}"
    if not found.ok:
        return (
            f"{place} is as it was written and can be restored. {len(found.problems)} files were missing or damaged"
            f" already when it was written: {_some(found.problems)}"
        )
    return f"{place} is whole."


def _write(to: Path, as_json: bool, *, as_backup: bool) -> None:
    with instance():
        from anliegen.oversight.portability import export  # noqa: PLC0415  # slow import
        from anliegen.oversight.portability.places import PlaceTaken  # noqa: PLC0415  # slow import

        try:
            made = (export.backup if as_backup else export.export)(to, progress=note)
        except PlaceTaken:
            refuse(f"{to} is there already; nothing was written.")
        except OSError as error:
            refuse(f"{to}: {error.strerror}. What was begun is not complete; do not use it.")
        words = f"{sum(made.counts.values())} rows and files written to {to}."
        _name(made.problems)
        if made.problems:
            note(
                f"{len(made.problems)} files that rows name are missing or damaged on the disk. All else is written to"
                f" {to} and can be restored; its list names these. Look for them in an earlier backup."
            )
        say(made.as_dict(), as_json=as_json, words=words)
    if not made.ok:
        raise typer.Exit(1)


def _read(source: Path, as_json: bool, *, moved: bool, even_if_damaged: bool) -> None:
    with instance():
        from anliegen.oversight.portability import restore  # noqa: PLC0415  # slow import
        from anliegen.oversight.portability.places import NotAnExport  # noqa: PLC0415  # slow import

        try:
            found = restore.restore(source, moved=moved, even_if_damaged=even_if_damaged, progress=note)
        except NotAnExport as error:
            refuse(f"{source} is no export: {error}")
        except restore.Damaged as error:
            refuse(
                f"{source} is damaged: {error}. Nothing was imported. Take an earlier one; if there is none,"
                " --even-if-damaged imports what is left."
            )
        except restore.NotEmpty as error:
            refuse(f"This instance is not empty ({error}); nothing was changed.")
        _tell_of_what_waits(found.held, found.not_sent)
        _name(found.problems)
        if found.problems:
            note(f"Imported, but {len(found.problems)} parts are missing or damaged: see above. All else is there.")
        say(found.as_dict(), as_json=as_json, words=f"{sum(found.counts.values())} rows and files imported.")
    if not found.ok:
        raise typer.Exit(NOT_ALL)


def _tell_of_what_waits(answers: int, automatic: int) -> None:
    if answers:
        note(
            f"{answers} answers were not sent yet when the backup was made, and may have been sent since. They wait for"
            " a person, as not delivered: in the workspace, where each is sent once more or left."
        )
    if automatic:
        note(f"{automatic} automatic mails of that time are not sent again.")


def _name(problems: Sequence[str]) -> None:
    for problem in problems[:MOST_NAMED]:
        note(problem)
    if len(problems) > MOST_NAMED:
        note(f"and {len(problems) - MOST_NAMED} more; --json names all.")


def _some(problems: Sequence[str]) -> str:
    more = len(problems) - MOST_NAMED
    return "; ".join(problems[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
