"""Runs the children: starts them again when they end, and ends them all when it is told to."""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Protocol, TypeVar

from anliegen.config.processes.children import Child, Ended
from anliegen.config.processes.launchers import Launcher, LauncherGone
from anliegen.config.processes.lines import Lines

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_PATIENCE = 8.0
LONGEST_PAUSE = 30.0
# A child that ran this long was well: its next end is a new beginning for the pauses.
WELL_AFTER = 60.0


Outcome = TypeVar("Outcome")


class Database(Protocol):
    """What the supervisor needs of the embedded server."""

    def heal(self) -> bool: ...


class Stopped(BaseException):
    """Somebody asked us to stop while we were waiting for something."""


class CannotPrepare(Exception):
    """A step before the start failed; what it said is in the log."""


@dataclass
class Place:
    """A child's place: empty until `due`, or taken by the process `pid` since `since`."""

    child: Child
    lines: Lines
    held: Lines | None = None
    pid: int | None = None
    since: float = 0.0
    due: float = 0.0
    failures: int = 0

    @property
    def pipes(self) -> list[Lines]:
        return [self.lines] + ([self.held] if self.held else [])

    def pause(self, now: float) -> float:
        """Half a second, doubling with each end that follows soon upon a start."""
        self.failures = 0 if now - self.since > WELL_AFTER else self.failures + 1
        return float(min(LONGEST_PAUSE, 0.5 * 2 ** max(0, self.failures - 1)))


class Supervisor:
    """`launcher` is made anew when it breaks. `is_ready` is asked until it says yes, then `ready` is called once."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        launcher: Callable[[Sequence[int]], Launcher],
        is_ready: Callable[[], bool],
        ready: Callable[[], None],
        prepare: Sequence[Child] = (),
    ) -> None:
        self._places = {child.name: _place_for(child) for child in (*prepare, *children)}
        self._children = [child.name for child in children]
        self._prepare = [child.name for child in prepare]
        self._make_launcher = launcher
        self._launcher: Launcher | None = None
        self._is_ready, self._ready = is_ready, ready
        self._told_ready = False
        self._asked = 0
        self._waiting = self._stopping = False
        self._database: Database | None = None
        self._looked = 0.0
        self._selector = selectors.DefaultSelector()
        for lines in self._all_lines():
            self._selector.register(lines.reading, selectors.EVENT_READ, lines)
        self._listen()

    def run(self, acquire: Callable[[], Database | None]) -> None:
        """Until asked to stop; Stopped if that came early. Raises CannotPrepare, and what `acquire` raises."""
        # Importing takes longest, so it begins before the database, and both go on side by side.
        self._launcher = self._make_launcher([lines.writing for lines in self._all_lines()])
        self._database = self._patiently(acquire)
        for name in self._prepare:
            self._run_to_the_end(self._places[name])
        while not self._asked:
            self._start_due()
            self._turn(0.1 if not self._told_ready else 1.0)
            self._look_after_database()
            if not self._told_ready and self._is_ready():
                self._told_ready = True
                self._ready()

    def stop(self) -> None:
        """End all children: politely, after eight seconds or upon a second signal not."""
        self._waiting, self._stopping = False, True
        until = time.monotonic() + STOP_PATIENCE
        self._signal_all(signal.SIGTERM)
        while self._running() and self._asked < 2 and time.monotonic() < until:
            self._turn(0.1)
        self._signal_all(signal.SIGKILL)
        if self._launcher is not None:
            self._launcher.close()
        self._launcher = None
        self._drain()

    def held(self, name: str) -> str:
        """What a held child has said."""
        place = self._places.get(name)
        return place.held.text if place and place.held else ""

    def _start_due(self) -> None:
        now = time.monotonic()
        for name in self._children:
            place = self._places[name]
            if place.pid is None and place.due <= now:
                self._start(place)

    def _start(self, place: Place) -> None:
        launcher = self._launcher
        assert launcher is not None
        output, errors = (place.held or place.lines).writing, place.lines.writing
        try:
            place.pid = self._patiently(lambda: launcher.start(place.child, output=output, errors=errors))
        except LauncherGone as gone:
            say(f"{gone}; making a new one")
            # Its children end by themselves; their places stay taken until they have.
            if not self._running():
                launcher.close()
                self._launcher = self._make_launcher([lines.writing for lines in self._all_lines()])
            place.due = time.monotonic() + 0.5
            return
        place.since = time.monotonic()

    def _run_to_the_end(self, place: Place) -> None:
        while place.pid is None:
            self._start(place)
        pid = place.pid
        while not (ended := self._turn(1.0).get(pid)):
            if self._asked:
                raise Stopped
        self._drain()
        if ended.code != 0:
            raise CannotPrepare(f"{place.child.name} failed ({ended}); see above.")

    def _turn(self, patience: float) -> dict[int, Ended]:
        """Wait for something to happen: a line of output, the end of a child, a signal. Who ended, by number."""
        # Registered for this turn only: by the next one the launcher may have closed it.
        watched = self._launcher.watched() if self._launcher else None
        if watched is not None:
            self._selector.register(watched, selectors.EVENT_READ)
        try:
            happened = self._selector.select(patience)
        finally:
            if watched is not None:
                self._selector.unregister(watched)
        for key, _ in happened:
            if isinstance(key.data, Lines):
                key.data.forward()
            elif key.fd == self._wakeup:
                os.read(self._wakeup, 4096)
        found = {each.pid: each for each in (self._launcher.ended() if self._launcher else [])}
        for place in self._places.values():
            if place.pid in found:
                self._note_ended(place, found[place.pid])
        return found

    def _drain(self) -> None:
        """The last words of those who are gone."""
        while any(isinstance(key.data, Lines) for key, _ in self._selector.select(0)):
            self._turn(0)

    def _note_ended(self, place: Place, ended: Ended) -> None:
        now = time.monotonic()
        pause = place.pause(now)
        place.pid, place.due = None, now + pause
        if not self._stopping and not self._asked and place.child.name in self._children:
            say(f"{place.child.name} ended ({ended}); starting it again in {pause:g} s")

    def _look_after_database(self) -> None:
        now = time.monotonic()
        if self._database is None or now - self._looked < 1.0:
            return
        self._looked = now
        if self._patiently(self._database.heal):
            say("the database server had ended; it was started again")

    def _running(self) -> list[int]:
        return [place.pid for place in self._places.values() if place.pid is not None]

    def _signal_all(self, sign: signal.Signals) -> None:
        """The whole session of a child when it is killed, so that nothing of it stays."""
        for pid in self._running():
            try:
                (os.killpg if sign is signal.SIGKILL else os.kill)(pid, sign)
            except ProcessLookupError:
                continue

    def _all_lines(self) -> list[Lines]:
        return [lines for place in self._places.values() for lines in place.pipes]

    def _patiently(self, wait: Callable[[], Outcome]) -> Outcome:
        """Something that may take long, and is broken off with Stopped when we are asked to stop."""
        if self._asked:
            raise Stopped
        self._waiting = True
        try:
            return wait()
        finally:
            self._waiting = False

    def _listen(self) -> None:
        """Signals wake the loop up; only in a wait that has no loop they break it off."""
        self._wakeup, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._selector.register(self._wakeup, selectors.EVENT_READ, None)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for sign in SIGNALS:
            # Whoever started us with nohup meant it.
            if signal.getsignal(sign) is not signal.SIG_IGN:
                signal.signal(sign, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._waiting:
            self._waiting = False
            raise Stopped


def _place_for(child: Child) -> Place:
    return Place(child, Lines(child.name), Lines(child.name, held=True) if child.held else None)


def say(words: str) -> None:
    """To the person at the terminal. That nobody reads it is no reason to stop."""
    try:
        print(f"anliegen | {words}", file=sys.stderr, flush=True)
    except OSError:
        return


def tell(words: str) -> None:
    """The one thing that goes to standard output."""
    try:
        print(words, flush=True)
    except OSError:
        return
