"""From who is there to what each open page is told of it. Runs on the event loop."""

import os
import secrets
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from anliegen.faces.realtime import notices
from anliegen.faces.realtime.line import Line
from anliegen.faces.realtime.notices import Notice
from anliegen.faces.realtime.presence import Presence, Seen, changes, content
from anliegen.faces.realtime.viewers import AgentViewer
from anliegen.records.tickets.presence import Place

Whereabouts = dict[int, tuple[Place, tuple[Seen, ...]]]


class Roster:
    """The presence that one process shows to its pages: to each of the tickets that its agent may see."""

    def __init__(self) -> None:
        self._presence = Presence(f"{os.getpid()}-{secrets.token_hex(4)}")
        self._shown: Whereabouts = {}

    def arrive(self, line: Line, position: int) -> None:
        """A page opened: it is there itself, and hears at once who else is."""
        if line.here is not None:
            self._presence.arrive(line, line.here)
        self._say(line, self._shown, position, {})

    def leave(self, line: Line) -> None:
        self._presence.leave(line)

    def renewed(self, line: Line, position: int) -> None:
        """What its agent may see is different now."""
        self._send_off(line)
        self._say(line, self._shown, position, {})

    def moved(self, told: Iterable[Notice], lines: Collection[Line]) -> None:
        """Tickets changed: whoever may no longer see one is not at it any more."""
        places = {notice.ticket: notice.place for notice in told if notice.place is not None}
        for line in lines:
            if line.here is not None and line.here.ticket in places:
                self._presence.moved(line.here.ticket, places[line.here.ticket])
                self._send_off(line, places[line.here.ticket])

    def hear(self, told: Mapping[str, Any]) -> None:
        self._presence.hear(told, time.monotonic())

    def tick(self, lines: Collection[Line], position: int) -> list[dict[str, Any]]:
        """Tell the pages what is different since the last time; return what the other processes should be told."""
        now = time.monotonic()
        present = self._presence.here(now)
        different, self._shown = changes(self._shown, present), present
        said: dict[tuple[tuple[int, ...], str], bytes] = {}
        if different:
            for line in lines:
                self._say(line, different, position, said)
        return self._presence.to_tell(now)

    def farewell(self) -> list[dict[str, Any]]:
        """What the other processes should be told at the end: nobody is here any more."""
        self._presence.leave_all()
        return self._presence.to_tell(time.monotonic())

    def _send_off(self, line: Line, place: Place | None = None) -> None:
        if line.here is None or not isinstance(line.viewer, AgentViewer):
            return
        if not line.viewer.sees(place or line.here.place):
            self._presence.leave(line)

    def _say(
        self, line: Line, tickets: Whereabouts, position: int, said: dict[tuple[tuple[int, ...], str], bytes]
    ) -> None:
        """Most pages hear the same words: these are made once."""
        viewer = line.viewer
        if not isinstance(viewer, AgentViewer):
            return
        seen = {ticket: there for ticket, (place, there) in tickets.items() if viewer.sees(place)}
        if not seen:
            return
        own = f"agent:{viewer.agent}"
        is_there = any(one.actor == own for there in seen.values() for one in there)
        key = (tuple(seen), own if is_there else "")
        if key not in said:
            said[key] = notices.presence(position, content(seen, without=own))
        line.say(said[key], position=position)
