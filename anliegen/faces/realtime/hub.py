"""One listener on the journal per process, and from there to all open pages."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import structlog
from django.db import Error, close_old_connections, connection

from anliegen.faces.realtime import notices
from anliegen.faces.realtime.line import Line
from anliegen.faces.realtime.missed import News, head, news_after
from anliegen.faces.realtime.roster import Roster
from anliegen.faces.realtime.viewers import AgentViewer, Viewer, still_admitted
from anliegen.ground.journal.seal import SEALED
from anliegen.ground.wake import work_when_woken
from anliegen.ground.whisper import whisper
from anliegen.records.tickets.presence import BELL, CHANNEL

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BEAT_S = 15.0
PATIENCE_S = 5.0  # after so long the journal is looked at even without a notification
LOOKS_FOR_THE_END_EVERY_S = 0.25
BREATH_S = 0.05  # between two looks, so that a burst on one ticket becomes one notice
RENEW_S = 60.0  # after so long sessions and rights are looked at again even if the journal says nothing
STARTS_WITHIN_S = 10.0


class NotListening(Exception):
    """The database cannot be reached, so there is nothing to tell."""


class Hub:
    """Runs from the first page until `stop`. Its thread reads the journal, the event loop talks to the pages."""

    def __init__(self, *, patience: float = PATIENCE_S) -> None:
        self._patience = patience
        self.position = 0  # what the pages were told, moved by the event loop
        self.renewals = 0  # how often rights were looked at again
        self._read: int | None = None  # what the thread has read
        self._renewed_at = self._looked_at = 0.0
        self._roster = Roster()
        self._lines: set[Line] = set()
        self._lines_lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening = asyncio.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._beating: asyncio.Task[None] | None = None
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream-database")

    def __len__(self) -> int:
        return len(self._lines)

    async def start(self) -> None:
        """Listen from now on; returns when it does. Raises NotListening."""
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._renewed_at = time.monotonic()
            self._beating = asyncio.create_task(self._beat())
            self._thread = threading.Thread(target=self._follow, name="stream", daemon=True)
            self._thread.start()
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                await self._listening.wait()
        except TimeoutError:
            raise NotListening from None

    async def stop(self) -> None:
        """Close every page and give the connections to the database back."""
        self._stopping.set()
        self.close_all()
        if self._beating is not None:
            self._beating.cancel()
            await self.ask(_tell_others, self._roster.farewell())
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 5)
            await self.ask(_hang_up)
        self._database.shutdown()

    def join(self, line: Line) -> int:
        """From now on this line hears what comes after the returned position."""
        with self._lines_lock:
            self._lines.add(line)
        self._roster.arrive(line, self.position)
        return self.position

    def leave(self, line: Line) -> None:
        with self._lines_lock:
            self._lines.discard(line)
        self._roster.leave(line)

    def close_all(self) -> None:
        for line in self._lines:
            line.close()

    def open_by(self, viewer: Viewer) -> int:
        """How many pages this viewer has open."""
        return sum(line.viewer == viewer for line in self._lines)

    def open_to(self, agent: int) -> int:
        """How many pages this agent has open, in whatever browser."""
        return sum(isinstance(line.viewer, AgentViewer) and line.viewer.agent == agent for line in self._lines)

    async def ask(self, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Ask the database outside the event loop, on the one connection that is kept for it."""

        def answer() -> R:
            close_old_connections()
            return question(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._database, answer)

    # What follows until `_on_loop` runs in the hub's own thread.

    def _follow(self) -> None:
        try:
            channels = [SEALED, CHANNEL, BELL]
            work_when_woken(channels, self._look, self._stopping, patience=self._patience, told=self._heard)
        finally:
            _hang_up()

    def _look(self, woken: set[str]) -> None:
        if self._read is None:
            self._read = head()
            self._on_loop(self._begin, self._read)
            return
        if woken and SEALED not in woken and time.monotonic() - self._looked_at < self._patience:
            return  # only who is there; nothing stands in the journal because of that
        self._looked_at = time.monotonic()
        news = news_after(self._read)
        if news.changes_rights or time.monotonic() - self._renewed_at > RENEW_S:
            # Before the news are told, so that nobody hears what is no longer theirs.
            self._renew(news.position)
        if news.position != self._read or news.too_much:
            self._read = news.position
            self._on_loop(self._tell, news)
            self._stopping.wait(BREATH_S)

    def _renew(self, position: int) -> None:
        with self._lines_lock:
            asked = {line.viewer for line in self._lines}
        self._on_loop(self._set_rights, asked, still_admitted(asked), position)
        self._renewed_at = time.monotonic()

    def _heard(self, channel: str, content: str) -> None:
        if channel in (CHANNEL, BELL):
            self._on_loop(self._take_in, channel, json.loads(content))

    def _on_loop(self, function: Callable[..., object], *args: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *args)

    # What follows runs on the event loop.

    def _begin(self, position: int) -> None:
        self.position = position
        self._listening.set()

    def _tell(self, news: News) -> None:
        self.position = news.position
        for line in self._lines:
            if news.too_much:
                line.say(notices.reset(news.position), position=news.position)
                continue
            for notice in news.notices:
                if message := line.viewer.hears(notice):
                    line.say(message, position=news.position)
        self._roster.moved(news.notices, self._lines)

    def _take_in(self, channel: str, content: Any) -> None:
        if channel == CHANNEL:
            self._roster.hear(content)
            return
        for line in self._lines:
            if isinstance(line.viewer, AgentViewer) and line.viewer.agent in content:
                line.say(notices.bell(self.position), position=self.position)

    def _set_rights(self, asked: set[Viewer], now: dict[Viewer, Viewer], position: int) -> None:
        self.renewals += 1
        for line in self._lines:
            if line.viewer not in asked or line.viewer == (viewer := now.get(line.viewer)):
                continue
            if viewer is None:
                line.close()
            else:
                line.viewer = viewer
                line.say(notices.reset(position), position=position)
                self._roster.renewed(line, position)

    async def _beat(self) -> None:
        beaten_at = time.monotonic()
        while not self._stopping.is_set():
            await asyncio.sleep(LOOKS_FOR_THE_END_EVERY_S)
            if _server_is_leaving():
                self.close_all()
            if tellings := self._roster.tick(self._lines, self.position):
                await self.ask(_tell_others, tellings)
            if time.monotonic() - beaten_at >= BEAT_S:
                beaten_at = time.monotonic()
                for line in self._lines:
                    line.say(notices.beat(self.position), position=self.position)


def _tell_others(tellings: list[dict[str, Any]]) -> None:
    """What is not told now is told with the next sign of life: nobody waits for it."""
    try:
        for telling in tellings:
            whisper(CHANNEL, telling)
    except Error:
        log.warning("other processes do not hear who is here at present")


def _hang_up() -> None:
    """Close the calling thread's connection."""
    connection.close()


def _server_is_leaving() -> bool:
    """Whether uvicorn was told to end: it waits for open responses before it says so, and a stream has no end."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
