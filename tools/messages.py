"""Collect the texts to translate, room by room, and compile the translations. `python -m tools.messages [ROOM ...]`.

Each room has its own `locale/de/LC_MESSAGES/django.po`; English is what stands in the code.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent / "anliegen"
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the day would change every catalogue whenever one text changes
METHODS = [("**/locale/**", "ignore"), ("**.py", "python"), ("**/jinja2/**", "jinja2.ext:babel_extract")]
OPTIONS = {
    "**/jinja2/**": {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}


def rooms() -> list[Path]:
    """Every Django app of the project, by the file that makes it one."""
    return sorted(file.parent for file in ROOT.rglob("apps.py"))


def catalog_of(room: Path) -> Path:
    return room / "locale" / "de" / "LC_MESSAGES" / "django.po"


def extract(room: Path) -> Catalog:
    """The texts that a room marks, without those of rooms inside it."""
    template = Catalog(locale="de", fuzzy=False)
    inside = [(f"{other.relative_to(room).as_posix()}/**", "ignore") for other in rooms() if room in other.parents]
    for filename, line, message, comments, context in extract_from_dir(
        str(room), [*inside, *METHODS], OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        template.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return template


def update(room: Path) -> tuple[int, list[str]]:
    """Merge the marked texts into the room's catalogue and compile it; returns its size and what is untranslated."""
    template, file = extract(room), catalog_of(room)
    if not len(template):
        return 0, []
    catalog = Catalog(locale="de", fuzzy=False)
    if file.exists():
        with file.open("rb") as source:
            catalog = read_po(source, locale="de")
    created = catalog.creation_date  # stays, so that a run that finds nothing new changes nothing
    catalog.update(template, no_fuzzy_matching=True)
    catalog.creation_date = created
    catalog.obsolete.clear()
    for message in catalog:
        message.locations = []
    catalog.creation_date = NO_DATE
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        write_po(target, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
    with file.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalog)
    return len(catalog), untranslated(catalog)


def untranslated(catalog: Catalog) -> list[str]:
    missing = []
    for message in catalog:
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            missing.append(str(message.id))
    return missing


def main(names: list[str]) -> int:
    missing_anywhere = False
    for room in rooms():
        if names and room.name not in names:
            continue
        size, missing = update(room)
        if size:
            print(f"{room.relative_to(ROOT)}: {size} texts, {len(missing)} not translated")
        for text in missing:
            print(f"    {text}")
        missing_anywhere = missing_anywhere or bool(missing)
    return 1 if missing_anywhere else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
