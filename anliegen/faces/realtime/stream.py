"""`/stream`: server-sent events as a plain ASGI callable, since through Django each takes three times the memory."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from django.db import Error
from prometheus_client import Gauge

from anliegen.faces.realtime import notices
from anliegen.faces.realtime.hub import PATIENCE_S, Hub, NotListening
from anliegen.faces.realtime.line import Line
from anliegen.faces.realtime.missed import news_after
from anliegen.faces.realtime.viewers import AgentViewer, CustomerViewer, NotAdmitted, Viewer, admit, standing

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = structlog.get_logger(__name__)

MOST_LINES = 10_000
MOST_LINES_OF_A_CUSTOMER = 20
MOST_LINES_OF_AN_AGENT = 1000  # programs of theirs among them; nobody alone takes the room of all
SLOWEST_S = 30.0  # a page that takes nothing for so long is gone
COMES_AGAIN_MS = (1000, 4000)  # spread, so that a restart does not bring all pages back at one moment

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would collect it otherwise
    (b"x-content-type-options", b"nosniff"),
]


class Stream:
    """Answers requests for `/stream`, all from one hub."""

    def __init__(self, *, patience: float = PATIENCE_S) -> None:
        self.hub = Hub(patience=patience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _refuse(send, 405, "The stream can only be read.", allow=b"GET")
            return
        try:
            await self.hub.start()
            line, position = await self._admitted(scope)
        except NotAdmitted as refusal:
            await _refuse(send, refusal.status, str(refusal))
            return
        except (NotListening, Error):
            await _refuse(send, 503, "The journal cannot be read at present.")
            return
        try:
            await self._serve(line, position, _last_seen(scope), receive, send)
        finally:
            self.hub.leave(line)

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server. Listening begins with the first page."""
        while True:
            match (await receive())["type"]:
                case "lifespan.startup":
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    await self.hub.stop()
                    await send({"type": "lifespan.shutdown.complete"})
                    return

    async def _admitted(self, scope: Scope) -> tuple[Line, int]:
        """A line for this request, and the position from which it hears. Raises NotAdmitted."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        while True:
            renewals = self.hub.renewals
            query = scope["query_string"].decode("latin-1")
            viewer = await self.hub.ask(admit, headers, query)
            line = Line(viewer, await self.hub.ask(standing, viewer, query))
            self._make_room(line.viewer)
            position = self.hub.join(line)
            if renewals == self.hub.renewals:
                return line, position
            # Rights were renewed for those who were there, and this page was not yet: ask again.
            self.hub.leave(line)

    def _make_room(self, viewer: Viewer) -> None:
        if len(self.hub) >= MOST_LINES:
            raise NotAdmitted(503, "Too many pages are open.")
        if isinstance(viewer, CustomerViewer) and self.hub.open_by(viewer) >= MOST_LINES_OF_A_CUSTOMER:
            raise NotAdmitted(429, "This page is open too often.")
        if isinstance(viewer, AgentViewer) and self.hub.open_to(viewer.agent) >= MOST_LINES_OF_AN_AGENT:
            raise NotAdmitted(429, "You have too many pages open.")

    async def _serve(self, line: Line, position: int, seen: str | None, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        leaving = asyncio.create_task(_close_when_left(line, receive))
        try:
            await _send(send, notices.opening(random.randint(*COMES_AGAIN_MS)))  # noqa: S311 (no secret)
            # What was missed comes before the mark: whoever is cut off in between comes again with the old position.
            await _send(send, await self._missed(line.viewer, seen, position) + notices.mark(position))
            while chunk := await line.take():
                await _send(send, chunk)
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            log.info("a page took nothing any more", viewer=type(line.viewer).__name__)
        finally:
            leaving.cancel()

    async def _missed(self, viewer: Viewer, seen: str | None, position: int) -> bytes:
        """What this page would have heard since it was last here."""
        if seen is None:
            return b""
        if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
            return notices.reset(position)
        try:
            news = await self.hub.ask(news_after, int(seen), until=position)
        except Error:
            return notices.reset(position)
        if news.too_much:
            return notices.reset(position)
        return b"".join(message for notice in news.notices if (message := viewer.hears(notice)))


def _last_seen(scope: Scope) -> str | None:
    """The position up to which the page knows everything: the header of a browser that comes again, or `?last=`."""
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return str(value.decode("latin-1"))
    for pair in scope["query_string"].decode("latin-1").split("&"):
        name, _equals, value = pair.partition("=")
        if name == "last":
            return str(value) or None
    return None


async def _close_when_left(line: Line, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    line.close()


async def _send(send: Send, chunk: bytes) -> None:
    async with asyncio.timeout(SLOWEST_S):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _refuse(send: Send, status: int, why: str, *, allow: bytes | None = None) -> None:
    """The same form of error as in the API (RFC 9457)."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": why}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if allow is not None:
        headers.append((b"allow", allow))
    if status == 401:
        headers.append((b"www-authenticate", b'Session realm="Anliegen"'))
    if status in (429, 503):
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


stream = Stream()
Gauge("anliegen_stream_connections", "Open pages that receive changes.").set_function(lambda: len(stream.hub))
