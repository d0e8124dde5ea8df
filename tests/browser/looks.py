"""How a page is looked at: in which sizes, that no barrier is in it, and that nothing runs out of it."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE = pytest.param({"width": 1440, "height": 900}, id="wide")
DARK_NARROW = pytest.param({"width": 390, "height": 844, "dark": True}, id="narrow and dark")
NARROW = pytest.param({"width": 390, "height": 844}, id="narrow")
DARK_WIDE = pytest.param({"width": 1440, "height": 900, "dark": True}, id="dark")
TWO = [WIDE, DARK_NARROW]
FOUR = [*TWO, NARROW, DARK_WIDE]
OVERHANG = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WITHIN = "element => element.scrollWidth <= element.clientWidth"


def is_sound(page: Page, name: str) -> None:
    """No barrier, and nothing runs out of the page. With ANLIEGEN_PICTURES a picture of it is kept there."""
    if folder := os.environ.get("ANLIEGEN_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(OVERHANG) == 0


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that are broken, each with the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def sticks_out(page: Page) -> int:
    """How far the page is wider than its window, in pixels."""
    return int(page.evaluate(OVERHANG))
