"""Where the public mails lie: not in the repository, so everything that needs them also runs, and says so, without."""

import os
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "ANLIEGEN_CORPUS"
_ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """The folder with `raw/` and `quotes/` in it: ANLIEGEN_CORPUS, else `shared/data/mail` beside the repository."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    beside = (parent / "shared" / "data" / "mail" for parent in (_ROOT.parent, _ROOT.parent.parent))
    return next((one for one in beside if one.is_dir()), _ROOT.parent / "shared" / "data" / "mail")


def is_there(place: Path | None = None) -> bool:
    return ((place or folder()) / "raw").is_dir()


def mails(place: Path | None = None) -> Iterator[Path]:
    """Every mail, in an order that stays; lists of expected results are none."""
    raw = (place or folder()) / "raw"
    return (file for file in sorted(raw.rglob("*")) if file.is_file() and file.suffix != ".jsonl")
