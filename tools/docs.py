"""The parts of docs/ that are made from the program: verbs and pictures. `python -m tools.docs [verbs|pictures]`.

Without a name both are made. The pictures show a demo instance in a temporary folder.
"""

import importlib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
VERBS = DOCS / "verbs.md"

INTRODUCTION = """# What can happen

Every event of the journal has one of these verbs. The sentence is what a person reads; the fields are all that an
event may carry beside subject, actor and cause, and each holds a reference, a code, a number or a flag: never a name,
an address or a text.
Made from the code by `make docs`; a test holds it up to date.
"""


def table_of_verbs() -> str:
    """docs/verbs.md as it should be. Needs Django to be set up."""
    from django.utils import translation  # noqa: PLC0415  # needs Django

    from anliegen.ground.journal.verbs import Verb  # noqa: PLC0415  # needs Django

    verbs: dict[str, Verb] = {}
    for file in sorted((ROOT / "anliegen").rglob("verbs.py")):
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        verbs |= {each.name: each for each in vars(module).values() if isinstance(each, Verb)}
    parts = [INTRODUCTION]
    subject = ""
    for name, verb in sorted(verbs.items()):
        if name.partition(".")[0] != subject:
            subject = name.partition(".")[0]
            parts.append(f"\n## {subject}\n\n| verb | English | Deutsch | fields |\n|---|---|---|---|\n")
        sentences = []
        for language in ("en", "de"):
            with translation.override(language):
                sentences.append(str(verb.sentence).replace("|", "\\|"))
        fields = ", ".join(f"`{field}` {kind.value}" for field, kind in verb.fields.items()) or "none"
        parts.append(f"| `{name}` | {sentences[0]} | {sentences[1]} | {fields} |\n")
    return "".join(parts)


def write_verbs() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anliegen.config.settings")
    with tempfile.TemporaryDirectory(prefix="anliegen-docs-") as folder:
        os.environ["ANLIEGEN_DATA"] = folder
        import django  # noqa: PLC0415  # needs the environment above

        django.setup()
        VERBS.write_text(table_of_verbs(), encoding="utf-8")
    print(VERBS.relative_to(ROOT))


def main(parts: list[str]) -> int:
    if unknown := set(parts) - {"verbs", "pictures"}:
        print(f"There is no part {', '.join(sorted(unknown))}: say verbs or pictures.", file=sys.stderr)
        return 2
    # The order must stay: what write_verbs sets for Django must not reach the instance that is shown.
    if not parts or "pictures" in parts:
        from tools import pictures  # noqa: PLC0415  # slow import

        for picture in pictures.take(DOCS / "pictures"):
            print(picture.relative_to(ROOT))
        pictures.describe(DOCS / "pictures.md")
    if not parts or "verbs" in parts:
        write_verbs()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
