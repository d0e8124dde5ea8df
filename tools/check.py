"""What no other tool checks: migrations match the models, German is complete. `python -m tools.check`."""

import os
import sys
import tempfile
import warnings

from babel.messages.pofile import read_po

from tools.messages import catalog_of, extract, rooms, untranslated


def untranslated_texts() -> list[str]:
    """Texts that a room marks and its catalogue does not translate, or whose compiled form is older."""
    wrong = []
    for room in rooms():
        wanted = {(message.id, message.context) for message in extract(room) if message.id}
        if not wanted:
            continue
        file = catalog_of(room)
        if not file.exists():
            wrong.append(f"{room.name}: no German catalogue for {len(wanted)} texts")
            continue
        with file.open("rb") as source:
            catalog = read_po(source, locale="de")
        known = {(message.id, message.context) for message in catalog if message.id}
        wrong += [
            f"{room.name}: not in the catalogue: {text}" for text, _context in sorted(map(str_pair, wanted - known))
        ]
        wrong += [f"{room.name}: not translated: {text}" for text in untranslated(catalog)]
    return wrong


def str_pair(pair: tuple[object, object]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


def missing_migrations() -> bool:
    """Whether a model differs from its migrations. Needs no database."""
    import django  # noqa: PLC0415  # needs the environment that main() makes
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    labels = [app.label for app in django.apps.apps.get_app_configs() if app.name.startswith("anliegen.")]
    # That no database answers is no news here.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    try:
        call_command("makemigrations", *labels, check=True, dry_run=True, verbosity=0, skip_checks=True)
    except SystemExit:
        print("A model differs from its migrations: anliegen needs a new one.", file=sys.stderr)
        return True
    return False


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anliegen.config.settings")
    wrong = untranslated_texts()
    for line in wrong:
        print(line, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="anliegen-check-") as folder:
        os.environ["ANLIEGEN_DATA"] = folder
        return 1 if missing_migrations() or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
