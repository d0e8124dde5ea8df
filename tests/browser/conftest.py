"""A browser, and the whole site served for it: pages and stream on one port, on the test's own database."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from anliegen.config.wsgi import application as pages
from anliegen.faces.realtime.stream import Stream
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Ticket

expect.set_options(timeout=30_000)  # these say what comes, not how soon; `anliegen bench` says that


class Site:
    """The site as `anliegen web` serves it, in a thread of the test."""

    def __init__(self) -> None:
        self._stream = Stream(patience=0.1)
        self._pages = WSGIMiddleware(pages, workers=4)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        port = int(self.url.rpartition(":")[2])
        config = uvicorn.Config(self._serve, host="127.0.0.1", port=port, interface="asgi3", log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the site did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._pages.executor.shutdown()  # with its threads go their connections to the test's database

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._stream.lifespan(receive, send)
        elif scope["path"] == "/stream":
            await self._stream(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


@pytest.fixture
def site(transactional_db: None, settings: Any) -> Iterator[str]:
    served = Site()
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.ANLIEGEN_BASE_URL = served.url
    served.start()
    yield served.url
    served.stop()


def is_meant(complaint: str) -> bool:
    """Whether a page does this by itself: an answer of 400 and above, a reload that a click took the place of."""
    if "status of 4" in complaint:
        return True
    # htmx says both of a replaced request; one that failed is told by htmx:sendError or htmx:responseError besides.
    return complaint.startswith(("htmx:sendAbort,", "htmx:afterRequest,"))


ACTS = ("check", "click", "dispatch_event", "fill", "press", "select_option", "type", "uncheck")


@pytest.fixture(scope="session", autouse=True)
def a_person_looks_before_acting() -> Iterator[None]:
    """Whatever is done on a page is done when it is there: while it comes, it listens to no key, and pressing a button
    goes the way without scripts, which has stories of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ACTS:
            patch.setattr(Locator, name, once_loaded(getattr(Locator, name)))
        yield


def once_loaded(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def look_and_act(place: Locator, *args: Any, **more: Any) -> Any:
        place.page.wait_for_load_state()
        return act(place, *args, **more)

    return look_and_act


def keys_once_loaded(page: Page) -> Callable[..., None]:
    press = page.keyboard.press

    def look_and_press(key: str, **more: Any) -> None:
        page.wait_for_load_state()
        press(key, **more)

    return look_and_press


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team) -> Ticket:
    """Kim wrote a few minutes ago, and no acknowledgement goes out."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(minutes=5)
    return actions.assign(open_ticket(kim_address, at=at), to=billing, actor=SYSTEM, at=at)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says is wrong, refusals of the content security policy among it."""
    return []


@pytest.fixture
def window(chromium: Browser, site: str, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a window of a width; at the end no script may have failed in any of them."""
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=site,
            locale="de-DE",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
        )
        contexts.append(context)
        page = context.new_page()
        page.keyboard.press = keys_once_loaded(page)  # type: ignore[method-assign]
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        return page

    yield make
    found = [one for one in complaints if not is_meant(one)]  # before closing, which aborts what is under way
    for context in contexts:
        context.close()
    assert found == []


@pytest.fixture
def log_in(window: Callable[..., Page], site: str) -> Callable[..., Page]:
    """A window in which an agent has logged in. By the session's cookie: the page of the login has its own story.

    It is empty until the story goes somewhere, or on the page that it `opens`: to draw one takes a fifth of a second.
    """

    def make(agent: Agent, *, opens: str | None = None, **size: Any) -> Page:
        page = window(**size)
        client = Client()
        client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        if opens is not None:
            page.goto(opens)
        return page

    return make
