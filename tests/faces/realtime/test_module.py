"""stream.js in a real browser: what a page hears, and that it misses nothing while its server is away."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page

from anliegen.faces import realtime
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

MODULE = Path(realtime.__file__).parent / "static/realtime/stream.js"
PAGE = b"""<!doctype html><title>page</title><body data-stream="/stream"><script type="module" src="/heard.js"></script>
<script type="module" src="/stream.js"></script>"""
HEARD = b"""window.heard = [];
for (const name of ["ticket", "reset", "live"])
  document.addEventListener(`anliegen:${name}`, (event) => heard.push([name, event.detail]));"""


@pytest.fixture
def page(chromium: Browser, transactional_db: None) -> Iterator[Page]:
    opened = chromium.new_page()
    yield opened
    opened.close()
    connections.close_all()  # while the driver runs, Django keeps a connection of its own for this thread


@pytest.fixture
def opened(page: Page, server: Any, logged_in: Callable[[Agent], str], mira: Agent) -> Page:
    """Mira's page, open and told."""
    server.files = {
        "/": (b"text/html", PAGE),
        "/heard.js": (b"text/javascript", HEARD),
        "/stream.js": (b"text/javascript", MODULE.read_bytes()),
    }
    name, _equals, value = logged_in(mira).partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{server.port}"}])
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.wait_for_function("heard.length == 1")
    assert heard(page) == [["live", {"live": True}]]
    return page


def heard(page: Page) -> Any:
    return page.evaluate("heard.splice(0)")


def write(ticket: Ticket, at: datetime, seal: Callable[[], int]) -> None:
    actions.write_note(ticket, text="Notiz", actor=SYSTEM, at=at)
    seal()


@pytest.mark.browser
def test_a_page_hears_of_a_ticket(ticket: Ticket, seal: Callable[[], int], opened: Page, now: datetime):
    write(ticket, now, seal)
    opened.wait_for_function("heard.length >= 1")
    name, detail = heard(opened)[-1]
    assert (name, detail["ticket"], detail["verbs"][-1]) == ("ticket", ticket.pk, "note.written")


@pytest.mark.browser
def test_a_page_whose_server_was_away_hears_what_it_missed(
    ticket: Ticket, seal: Callable[[], int], opened: Page, server: Any, now: datetime
):
    write(ticket, now, seal)
    opened.wait_for_function("heard.length >= 1")
    heard(opened)
    server.stop()
    opened.wait_for_function("heard.length == 1")
    assert heard(opened) == [["live", {"live": False}]]
    write(ticket, now, seal)
    server.start_again()
    opened.wait_for_function("heard.some(([name]) => name == 'ticket')", timeout=20_000)
    told = heard(opened)
    assert ["live", {"live": True}] in told
    assert [detail["ticket"] for name, detail in told if name == "ticket"] == [ticket.pk]


@pytest.mark.browser
def test_a_page_that_is_refused_comes_again_later(
    page: Page, server: Any, logged_in: Callable[[Agent], str], mira: Agent, opened: Page
):
    opened.context.clear_cookies()
    server.stop()
    server.start_again()
    opened.wait_for_function("heard.length >= 1")
    name, _equals, value = logged_in(mira).partition("=")
    opened.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{server.port}"}])
    opened.wait_for_function("heard.at(-1)[1].live == true", timeout=40_000)
