"""How a page is looked at: in which sizes and colours, that no barrier is in it, and that nothing runs out of it.

A story is walked once in each width, because the width decides what is clicked. Colours decide nothing: a state of it
is looked at in light and dark where it stands. A page that is only looked at is opened once for all widths and colours.
"""

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDE = pytest.param({"width": 1440, "height": 900}, id="wide")
DARK_NARROW = pytest.param({"width": 390, "height": 844, "dark": True}, id="narrow and dark")
NARROW = pytest.param({"width": 390, "height": 844}, id="narrow")
TWO = [WIDE, DARK_NARROW]
WIDTHS = [WIDE, NARROW]
OVERHANG = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WITHIN = "element => element.scrollWidth <= element.clientWidth"
AXE = """options => axe.run({ resultTypes: ["violations"], ...options }).then(({ violations }) =>
  violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))"""
IS_DARK = "() => matchMedia('(prefers-color-scheme: dark)').matches"
# Two frames after a change of width, what comes into view has been asked for.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HAS_ALL = "() => !document.querySelector('.htmx-request')"
# The rules that colours can break. All others read what is there, and colours neither hide nor move anything.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


class Look(NamedTuple):
    """A width of the window, and whether colours are dark."""

    width: int
    dark: bool


# From narrow to wide: what is fetched when it comes into view is missing in the narrow page, as it is for who opens it.
FOUR = (Look(390, dark=False), Look(390, dark=True), Look(1440, dark=False), Look(1440, dark=True))
FIVE = (Look(360, dark=False), *FOUR)  # below 23rem some things stand differently once more


def is_sound(page: Page, name: str) -> None:
    """No barrier, and nothing runs out of the page. With ANLIEGEN_PICTURES a picture of it is kept there."""
    if folder := os.environ.get("ANLIEGEN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
    assert barriers(page) == []
    assert page.evaluate(OVERHANG) == 0


def barriers(page: Page, options: dict[str, Any] | None = None) -> list[Any]:
    """The rules that are broken, each with the elements that break it."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found: list[Any] = page.evaluate(AXE, options or {})
    return found


def barriers_in_both(page: Page) -> list[Any]:
    """What is broken in the colours that the page has, and which colours are broken in the others."""
    dark = page.evaluate(IS_DARK)
    found = barriers(page)
    show(page, dark=not dark)
    found += barriers(page, COLOURS)
    show(page, dark=dark)
    return found


def broken(page: Page, looks: Iterable[Look]) -> list[tuple[Look, Any]]:
    """What is broken in each look at the page as it stands; in colours after the first of a width only colours can be.

    A page that is wider than its window is broken too. Afterwards the page stands in the last look.
    """
    found: list[tuple[Look, Any]] = []
    known: set[int] = set()
    for look in looks:
        turn(page, look)
        found += [(look, one) for one in barriers(page, COLOURS if look.width in known else None)]
        found += [(look, out)] if (out := sticks_out(page)) else []
        known.add(look.width)
    return found


def turn(page: Page, look: Look) -> None:
    """The page as it is in this look, with what then comes into view."""
    show(page, dark=look.dark)
    if page.viewport_size != (size := {"width": look.width, "height": 900}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate(DRAWN)
        page.wait_for_function(HAS_ALL)


def show(page: Page, *, dark: bool) -> None:
    """The page in dark colours or in light ones, as who looks at it has chosen for all pages."""
    page.emulate_media(color_scheme="dark" if dark else "light")


def sticks_out(page: Page) -> int:
    """How far the page is wider than its window, in pixels."""
    return int(page.evaluate(OVERHANG))
