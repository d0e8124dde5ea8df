"""Pictures of a demo instance, taken with a browser: on a desk and on a phone, light and dark."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

import anliegen

HOUSE = Path(anliegen.__file__).parent / "oversight" / "portability" / "demo" / "content" / "house.toml"
PROGRAM = Path(sys.executable).with_name("anliegen")
CHROMIUM = "/usr/bin/chromium"
STARTS_WITHIN_S = 300.0
SCREENS = {"": (1440, 900), "-phone": (390, 844)}
THEMES: dict[str, Literal["light", "dark"]] = {"": "light", "-dark": "dark"}

# Run inside the instance: a concern with much to see, the customer's link to it, and who may see all teams.
CHOOSE = """
from anliegen.config.cli.program import instance
with instance(migrated=False):
    from django.db.models import Count
    from anliegen.records.accounts.models import Agent
    from anliegen.records.tickets.links import status_link
    from anliegen.records.tickets.models import Ticket
    found = Ticket.objects.filter(status="open", channel="email", team__isnull=False)
    ticket = found.annotate(said=Count("messages")).order_by("-said", "-pk").first()
    agent = Agent.objects.active().filter(role__slug="teamleitung").order_by("pk").first()
    print(ticket.pk, status_link(ticket), agent.email)
"""


class NoDemo(Exception):
    """The demo instance does not come up; the text is what it said."""


@dataclass(frozen=True)
class Demo:
    """A running demo instance, and what to show of it."""

    address: str
    login: str
    password: str
    ticket: str
    status: str


def take(folder: Path) -> Iterator[Path]:
    """Take every picture into the folder; yields each as it is there. Raises NoDemo."""
    folder.mkdir(parents=True, exist_ok=True)
    with running() as demo, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for size, screen in SCREENS.items():
                for shade, theme in THEMES.items():
                    yield from _taken(browser, demo, folder, f"{shade}{size}", screen, theme)
        finally:
            browser.close()


def _taken(
    browser: Browser, demo: Demo, folder: Path, suffix: str, screen: tuple[int, int], theme: Literal["light", "dark"]
) -> Iterator[Path]:
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]}, color_scheme=theme, locale="de-DE", reduced_motion="reduce"
    )
    page = context.new_page()
    for name, address in (
        ("portal", "/"),
        ("status", demo.status),
        ("login", "/workspace/login/"),
        ("workspace", "/workspace/?view=open"),
        ("ticket", demo.ticket),
    ):
        if name == "workspace":
            _log_in(page, demo)
        page.goto(address if address.startswith("http") else demo.address + address)
        page.wait_for_load_state("load")
        file = folder / f"{name}{suffix}.png"
        page.screenshot(path=file, animations="disabled")
        yield file
    context.close()


def _log_in(page: Page, demo: Demo) -> None:
    page.fill("input[name=login]", demo.login)
    page.fill("input[name=password]", demo.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{demo.address}/workspace/")


@contextmanager
def running() -> Iterator[Demo]:
    """`anliegen run --demo` in a folder of its own, on free ports; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="anliegen-pictures-") as data:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE"))
        }
        environment |= {"ANLIEGEN_DATA": data, "ANLIEGEN_SMTP_PORT": str(_free_port()), "ANLIEGEN_BASE_URL": address}
        process = subprocess.Popen(
            [PROGRAM, "run", "--demo", "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            _wait_until_it_runs(process)
            ticket, status, login = _chosen(environment)
            yield Demo(address, login, _password(), f"/workspace/tickets/{ticket}/?view=open", status)
        finally:
            # Not SIGINT: whoever is started in the background by a shell ignores it, and so do its children.
            process.terminate()
            process.wait(timeout=60)


def _wait_until_it_runs(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    said = []
    alarm = threading.Timer(STARTS_WITHIN_S, process.kill)
    alarm.start()
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops it" in line:
            alarm.cancel()
            # Somebody must go on reading, or the instance stands still when the pipe is full.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return
    alarm.cancel()
    raise NoDemo("".join(said))


def _chosen(environment: dict[str, str]) -> tuple[str, str, str]:
    answer = subprocess.run(
        [sys.executable, "-c", CHOOSE], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    ticket, status, login = answer.stdout.split()
    return ticket, status, login


def _password() -> str:
    """Everybody's, in the demo."""
    house: dict[str, Any] = tomllib.loads(HOUSE.read_text(encoding="utf-8"))
    return str(house["password"])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
