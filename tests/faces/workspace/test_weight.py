"""What a page of the workspace weighs, compressed."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from anliegen.faces.ui import assets
from anliegen.records.tickets.models import Ticket

MOST_SCRIPTS, MOST_PAGE = 40_000, 60_000  # ../shared: under 40 kB of scripts without the editor, under 60 kB of HTML
_SCRIPT = re.compile(r'<script[^>]* src="/static/([^"]+)"')
_IMPORT = re.compile(r"""(?:^|[;}\n])\s*(?:import|export)\b[^;'"(]*?['"]\./([^'"]+)['"]""")


def scripts_of(html: str, made: Path) -> set[Path]:
    """The scripts that a page loads by itself, with what these import."""
    found: set[Path] = set()
    waiting = [made / name for name in _SCRIPT.findall(html)]
    while waiting:
        script = waiting.pop()
        if script not in found:
            found.add(script)
            waiting += [script.parent / name for name in _IMPORT.findall(script.read_text(encoding="utf-8"))]
    return found


@pytest.mark.parametrize("path", ["?view=open", "tickets/{ticket}/?view=open", "search/?q=Abschlag"])
def test_a_page_and_its_scripts_are_light(miras: Client, ticket: Ticket, path: str) -> None:
    html = miras.get(f"/workspace/{path.format(ticket=ticket.pk)}").content
    made = assets.gathered(settings.ANLIEGEN_DATA / "assets")
    weights = {
        str(script.relative_to(made)): len(script.with_name(f"{script.name}.gz").read_bytes())
        for script in scripts_of(html.decode(), made)
    }
    assert "django_htmx/htmx-2.min.js" in weights
    assert sum(weights.values()) < MOST_SCRIPTS, sorted(weights.items(), key=lambda one: -one[1])
    assert len(gzip.compress(html, 6)) < MOST_PAGE


def test_a_class_of_the_workspace_belongs_to_one_style_sheet() -> None:
    """Two parts that call different things the same would dress each other: so it went with two kinds of moments."""
    owners: dict[str, set[str]] = {}
    for sheet in Path(str(finders.find("workspace/workspace.css"))).parent.glob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors in re.findall(r"([^{};]+)\{", css):
            for selector in selectors.split(","):
                if re.fullmatch(r"\.[\w-]+", selector.strip()):
                    owners.setdefault(selector.strip(), set()).add(sheet.name)
    assert len(owners) > 100
    assert {name: sheets for name, sheets in owners.items() if len(sheets) > 1} == {}
