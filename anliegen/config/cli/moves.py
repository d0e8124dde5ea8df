"""Out, in, checked; backup and restore."""

from pathlib import Path
from typing import Annotated

import typer

from anliegen.config.cli.program import AsJson, instance, note, program, refuse, say

To = Annotated[Path, typer.Option("--to", help="Where to write; must not exist yet.")]
From = Annotated[Path, typer.Option("--from", help="What to read.")]


@program.command("export")
def export_instance(to: To, as_json: bool = AsJson) -> None:
    """The whole instance into a folder of open formats."""
    _write(to, as_json, as_backup=False)


@program.command("backup")
def backup_instance(to: To, as_json: bool = AsJson) -> None:
    """Database, files and keys into one file, consistent, while the instance works on."""
    _write(to, as_json, as_backup=True)


@program.command("import")
def import_instance(source: From, as_json: bool = AsJson) -> None:
    """An export into this empty instance."""
    _read(source, as_json)


@program.command("restore")
def restore_instance(source: From, as_json: bool = AsJson) -> None:
    """A backup into this empty instance."""
    _read(source, as_json)


@program.command("verify")
def verify_export(place: Annotated[Path, typer.Argument(metavar="PATH")], as_json: bool = AsJson) -> None:
    """Check an export or backup against its own list."""
    with instance(migrated=False):
        from anliegen.oversight.portability.places import NotAnExport  # noqa: PLC0415  # slow import
        from anliegen.oversight.portability.restore import verify  # noqa: PLC0415  # slow import

        try:
            found = verify(place, progress=note)
        except NotAnExport as error:
            refuse(f"{place} is no export: {error}")
        words = f"{place} is whole." if found.ok else f"{place} is damaged: {'; '.join(found.problems)}"
        say(found.as_dict(), as_json=as_json, words=words)
    if not found.ok:
        raise typer.Exit(1)


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
        for problem in made.problems:
            note(problem)
        say(made.as_dict(), as_json=as_json, words=words)
    if not made.ok:
        raise typer.Exit(1)


def _read(source: Path, as_json: bool) -> None:
    with instance():
        from anliegen.oversight.portability import restore  # noqa: PLC0415  # slow import
        from anliegen.oversight.portability.places import NotAnExport  # noqa: PLC0415  # slow import

        try:
            found = restore.restore(source, progress=note)
        except NotAnExport as error:
            refuse(f"{source} is no export: {error}")
        except restore.Damaged as error:
            refuse(f"{source} is damaged: {error}. Nothing was imported.")
        except restore.NotEmpty as error:
            refuse(f"This instance is not empty ({error}); nothing was changed.")
        say(found.as_dict(), as_json=as_json, words=f"{sum(found.counts.values())} rows and files imported.")
