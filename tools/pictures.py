"""Pictures of a demo instance, taken with a browser: on a desk and on a phone, light and dark; and their page.

`python -m tools.pictures` renews `docs/pictures/` and `docs/pictures.md`. WebP, as small as it is legible.
The browser has to speak German itself: fields for dates and files show its own words, not the page's.
"""

import base64
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
from tools.scenes import ALL, SCENES, Scene

HOUSE = Path(anliegen.__file__).parent / "oversight" / "portability" / "demo" / "content" / "house.toml"
PROGRAM = Path(sys.executable).with_name("anliegen")
CHROMIUM = "/usr/bin/chromium"
STARTS_WITHIN_S = 300.0
DOCS = Path(__file__).parents[1] / "docs"
QUALITY = 72
PHONE, DESK = (390, 844), (1440, 900)
# What a browser says of an empty field is in its own language, whatever language it was told to ask pages for.
OWN_WORDS = "Object.assign(document.createElement('input'), {required: true}).validationMessage"

# Run inside the instance: a concern with much to see, the customer's link to it, and who may see all teams.
CHOOSE = """
from anliegen.config.cli.program import instance
with instance(migrated=False):
    from django.db.models import Count
    from anliegen.flow.automation.models import Learnt
    from anliegen.flow.automation.teaching import actions as teaching
    from anliegen.ground import clock
    from anliegen.records.accounts.models import Agent
    from anliegen.records.tickets.links import status_link
    from anliegen.records.tickets.models import Ticket
    found = Ticket.objects.filter(status="open", channel="email", team__isnull=False)
    ticket, other = found.annotate(said=Count("messages")).order_by("-said", "-pk")[:2]
    agent = Agent.objects.active().filter(role__slug="teamleitung").order_by("pk").first()
    admin = Agent.objects.active().filter(role__slug="administration").order_by("pk").first()
    # What is learnt waits in the demo; here it speaks, so that what comes in is sorted or stands in the lane.
    model = Learnt.objects.waiting().get()
    teaching.let_speak(model, responsible=admin, reason="Für die Bilder", by=admin, at=clock.now())
    print(ticket.pk, status_link(ticket), agent.email, admin.email, ticket.person_id, other.pk)
"""


class NoGerman(Exception):
    """The browser has no German words of its own; the text says where they are."""


class NoDemo(Exception):
    """The demo instance does not come up; the text is what it said."""


@dataclass(frozen=True)
class Demo:
    """A running demo instance, and what to show of it."""

    address: str
    logins: dict[str, str]
    password: str
    places: dict[str, str]


def take(folder: Path) -> Iterator[Path]:
    """Take every picture into the folder; yields each as it is there. Raises NoDemo, NoGerman."""
    folder.mkdir(parents=True, exist_ok=True)
    with running() as demo, sync_playwright() as driver:
        german = {"LANGUAGE": "de", "LANG": "de_DE.UTF-8"}  # for the fields whose form the browser chooses itself
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--lang=de-DE"], env={**os.environ, **german}
        )
        try:
            _insist_on_german(browser)
            for suffix in ALL:
                for who in ("nobody", "agent", "admin"):
                    yield from _taken(browser, demo, folder, suffix, who)
        finally:
            browser.close()


def _insist_on_german(browser: Browser) -> None:
    page = browser.new_page(locale="de-DE")
    said = page.evaluate(OWN_WORDS)
    page.close()
    if "Feld" not in said:
        raise NoGerman(f"The browser says “{said}”. On Debian its other languages are the package chromium-l10n.")


def describe(place: Path) -> None:
    """The page that shows them all, each with its line."""
    lines = [
        "# Pictures",
        "",
        "Of the demo (`anliegen run --demo`), on a desk and on a phone, light and dark.",
        "`python -m tools.pictures` renews them and this page.",
    ]
    for scene in SCENES:
        shown = [f"![{scene.words}](pictures/{scene.name}{suffix}.webp)" for suffix in scene.sizes]
        lines += ["", f"**{scene.words}**", "", "\n".join(shown)]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _taken(browser: Browser, demo: Demo, folder: Path, suffix: str, who: str) -> Iterator[Path]:
    wanted = [scene for scene in SCENES if scene.who == who and suffix in scene.sizes]
    if not wanted:
        return
    width, height = PHONE if suffix.endswith("-phone") else DESK
    theme: Literal["light", "dark"] = "dark" if suffix.startswith("-dark") else "light"
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale="de-DE", reduced_motion="reduce"
    )
    page = context.new_page()
    if who in demo.logins:
        page.goto(f"{demo.address}/workspace/login/")
        _log_in(page, demo, who)
    for scene in wanted:
        yield _shot(page, demo, scene, folder / f"{scene.name}{suffix}.webp")
    context.close()


def _shot(page: Page, demo: Demo, scene: Scene, file: Path) -> Path:
    address = scene.address.format(**demo.places)
    page.goto(address if address.startswith("http") else demo.address + address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)  # what the page fetches when it comes into view
    scene.act(page)
    # Playwright itself writes PNG and JPEG; the browser can do what is a fifth of that.
    asked = {"format": "webp", "quality": QUALITY}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    file.write_bytes(base64.b64decode(taken["data"]))
    return file


def _log_in(page: Page, demo: Demo, who: str) -> None:
    page.fill("input[name=login]", demo.logins[who])
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
            yield _demo(address, _chosen(environment))
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


def _demo(address: str, chosen: list[str]) -> Demo:
    ticket, status, agent, admin, person, other = chosen
    bare = f"/workspace/tickets/{ticket}/"
    places = {"bare": bare, "ticket": f"{bare}?view=open", "status": status, "person": f"/workspace/people/{person}/"}
    places["other"] = f"/workspace/tickets/{other}/?view=open"  # where the pictures leave drafts behind
    return Demo(address, {"agent": agent, "admin": admin}, _password(), places)


def _chosen(environment: dict[str, str]) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", CHOOSE], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return answer.stdout.split()


def _password() -> str:
    """Everybody's, in the demo."""
    house: dict[str, Any] = tomllib.loads(HOUSE.read_text(encoding="utf-8"))
    return str(house["password"])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def main() -> None:
    for picture in take(DOCS / "pictures"):
        print(f"{picture.name}: {picture.stat().st_size // 1000} kB")
    describe(DOCS / "pictures.md")


if __name__ == "__main__":
    main()
