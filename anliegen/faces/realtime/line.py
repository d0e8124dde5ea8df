"""One open page: what waits to be sent to it, and never more than a little."""

import asyncio
from collections import deque

from anliegen.faces.realtime.notices import reset
from anliegen.faces.realtime.presence import Here
from anliegen.faces.realtime.viewers import Viewer

MOST_WAITING = 100


class Line:
    """Belongs to the event loop's thread. A page that reads too slowly loses single notices and gets one reset.

    `here`: the ticket that the page shows, if it shows one.
    """

    __slots__ = ("_waiting", "_woken", "here", "is_closed", "viewer")

    def __init__(self, viewer: Viewer, here: Here | None = None) -> None:
        self.viewer = viewer
        self.here = here
        self.is_closed = False
        self._waiting: deque[bytes] = deque()
        self._woken = asyncio.Event()

    def say(self, message: bytes, *, position: int) -> None:
        """Queue a message. `position`: where the journal stands with it."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            message = reset(position)
        self._waiting.append(message)
        self._woken.set()

    def close(self) -> None:
        """End the response after what waits; the browser comes again and is let in or not."""
        self.is_closed = True
        self._woken.set()

    async def take(self) -> bytes:
        """All that waits, as soon as something does; nothing once the line is closed and empty."""
        await self._woken.wait()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        if not self.is_closed:
            self._woken.clear()
        return chunk
