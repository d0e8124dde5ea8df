"""A real server on a free port, and a browser's side of the stream."""

import asyncio
import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from anliegen.faces.realtime.stream import Stream
from anliegen.ground.journal import tail
from anliegen.records.accounts.models import Agent


@dataclass
class Told:
    """One server-sent event."""

    event: str
    id: int
    data: dict[str, Any]


class Page:
    """An open page: a connection on which events arrive, read by a thread as a browser would."""

    def __init__(self, response: HTTPResponse, connection: HTTPConnection) -> None:
        self.retry_ms: int | None = None
        self.comments: list[str] = []
        self._response, self._connection = response, connection
        self._told: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def next(self, within: float = 5.0) -> Told:
        """The next event that is more than a mark. Raises queue.Empty when none comes in time, EOFError at the end."""
        while (told := self.next_of_any_kind(within)).event == "here":
            pass
        return told

    def next_of_any_kind(self, within: float = 5.0) -> Told:
        told = self._told.get(timeout=within)
        if told is None:
            raise EOFError
        return told

    def hears_nothing(self, for_s: float = 0.5) -> bool:
        """True when no event but marks arrives in this time."""
        until = time.monotonic() + for_s
        with contextlib.suppress(queue.Empty):
            while (left := until - time.monotonic()) > 0:
                if self.next_of_any_kind(left).event != "here":
                    return False
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self._connection.sock is not None:
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._response.close()
        self._connection.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with contextlib.suppress(OSError, HTTPException):
            while line := self._response.readline().decode():
                name, _colon, value = line.rstrip("\n").partition(":")
                if name == "retry":
                    self.retry_ms = int(value)
                elif name:
                    fields[name] = value.strip()
                elif value:
                    self.comments.append(value.strip())
                elif fields:
                    self._told.put(Told(fields["event"], int(fields["id"]), json.loads(fields["data"])))
                    fields = {}
        self._told.put(None)


class Browser:
    """Asks a server on a port of this machine, and keeps its pages."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._pages: list[Page] = []

    def get(self, path: str = "/stream", *, method: str = "GET", **headers: str) -> tuple[HTTPResponse, HTTPConnection]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse(), connection

    def open(self, path: str = "/stream", **headers: str) -> Page:
        """An open page that is being told: its first mark has arrived."""
        page = self.open_at_once(path, **headers)
        assert page.next_of_any_kind().event == "here"
        return page

    def open_at_once(self, path: str = "/stream", **headers: str) -> Page:
        response, connection = self.get(path, **headers)
        assert response.status == 200, response.read()
        page = Page(response, connection)
        self._pages.append(page)
        return page

    def close_pages(self) -> None:
        for page in self._pages:
            page.close()


class Server(Browser):
    """uvicorn with the stream alone, in a thread of the test process."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.files: dict[str, tuple[bytes, bytes]] = {}
        self._prepare()

    def _prepare(self) -> None:
        self.stream = Stream(patience=0.1)
        config = uvicorn.Config(
            self._application, host="127.0.0.1", port=self.port, interface="asgi3", lifespan="on", log_level="warning"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)

    def start_again(self) -> None:
        self._prepare()
        self.start()

    def stop(self) -> None:
        self.close_pages()
        self._server.should_exit = True
        until = time.monotonic() + 10
        while self._thread.is_alive() and time.monotonic() < until:
            # What the hub does by itself where uvicorn ends by a signal; here there is none.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.stream.hub.close_all)
            self._thread.join(0.2)
        assert not self._thread.is_alive()

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            self._loop = asyncio.get_running_loop()
            await self.stream.lifespan(receive, send)
        elif scope["path"] in self.files:
            kind, content = self.files[scope["path"]]
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            await send({"type": "http.response.body", "body": content})
        else:
            await self.stream(scope, receive, send)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def browser(free_port: int) -> Browser:
    return Browser(free_port)


@pytest.fixture
def server(transactional_db: None, free_port: int) -> Iterator[Server]:
    made = Server(free_port)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def make_server(transactional_db: None) -> Iterator[Callable[[], Server]]:
    """Further servers, each as another process would be."""
    made: list[Server] = []

    def make() -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            made.append(Server(int(probe.getsockname()[1])))
        made[-1].start()
        return made[-1]

    yield make
    for server in made:
        if server._thread.is_alive():
            server.stop()


@pytest.fixture
def logged_in() -> Callable[[Agent], str]:
    """The cookie of a logged-in agent."""

    def make(agent: Agent) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(agent.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
        session.save()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    return make


@pytest.fixture
def seal() -> Callable[[], int]:
    """Seal what was recorded, as the worker would at once."""
    return tail.seal_all


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so; fail after ten seconds."""

    def wait(is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < until, "it did not become so in time"
            time.sleep(0.02)

    return wait
