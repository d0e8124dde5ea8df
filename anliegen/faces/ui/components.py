"""The design system as one name in every template: `{{ ui.button(_("Reply")) }}`, without an import line.

The macros live in `jinja2/ui/components/*.html`; each name may stand in one file only.
"""

from pathlib import Path
from typing import Any

import jinja2

from anliegen.faces.ui.drawing import Remembered

# Drawn from nothing but what they are given and the language, and drawn again in every line of a list.
REMEMBERED = ("actor", "avatar", "badge", "menu_item", "status")

FOLDER = Path(__file__).parent / "jinja2" / "ui" / "components"


class NameTaken(Exception):
    """Two component files define a macro of the same name."""


class Components:
    """Gives macros by name. Under auto_reload a changed file counts at once, else a macro is looked up once."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._files: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._files:
            self._files = self._read()
        if name not in self._files:
            raise AttributeError(f"there is no component {name!r}")
        macro = getattr(self._environment.get_template(self._files[name]).module, name)
        if not self._environment.auto_reload:
            macro = self.__dict__[name] = Remembered(macro) if name in REMEMBERED else macro
        return macro

    def names(self) -> list[str]:
        return sorted(self._read())

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for file in sorted(FOLDER.glob("*.html")):
            template = f"ui/components/{file.name}"
            for name, value in vars(self._environment.get_template(template).module).items():
                if not isinstance(value, jinja2.runtime.Macro) or name.startswith("_"):
                    continue
                if name in found:
                    raise NameTaken(f"{name} stands in {found[name]} and in {template}")
                found[name] = template
        return found
