"""The icon set: one SVG file a sign in `icons/`, drawn for this project, put into the page where it is used."""

import re
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup, escape

FOLDER = Path(__file__).parent / "icons"
SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def icon(name: str, label: object = None, *, size: str = "") -> Markup:
    """The sign as inline SVG: hidden from screen readers beside a word, named by `label` where it stands alone.

    `size` is "" (as the text), "l" or "xl". An unknown name raises FileNotFoundError: a missing sign is a bug.
    """
    return _drawn(name, None if label is None else str(label), size)


@cache
def names() -> list[str]:
    """Every icon there is, for the style guide and its test."""
    return sorted(file.stem for file in FOLDER.glob("*.svg"))


@lru_cache(maxsize=2048)
def _drawn(name: str, label: str | None, size: str) -> Markup:
    form = f"icon icon-{size}" if size else "icon"
    said = 'aria-hidden="true"' if label is None else f'role="img" aria-label="{escape(label)}"'
    return Markup(f'<svg class="{form}" viewBox="0 0 24 24" {said}>{_shape(name)}</svg>')  # noqa: S704


@cache
def _shape(name: str) -> str:
    drawing = SVG.search((FOLDER / f"{name}.svg").read_text())
    if drawing is None:
        raise ValueError(f"{name}.svg is no drawing")
    return drawing[1].strip().replace("\n", "")
