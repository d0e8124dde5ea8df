"""A request's body is taken in before a thread is given to it, so that whoever sends slowly keeps nobody waiting."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import IO, Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

LARGEST = 100_000_000  # bytes; of a larger body nothing is read, and the page that gets its length refuses it
TOGETHER = 2_000_000_000  # bytes of all bodies that are held at once
SMALL = 1_000_000  # bytes; so much is kept in memory, and always let in
SILENCE_S = 30.0  # between two pieces of a body
CHUNK = 256 * 1024


class Left(Exception):
    """Who sent it went away."""


class Bodies:
    """Wraps an application that reads bodies in threads."""

    def __init__(self, application: Application, *, silence: float = SILENCE_S, together: int = TOGETHER) -> None:
        self._application = application
        self._silence = silence
        self._together = together
        self._promised = 0  # bytes of the bodies under way, as their senders announced them

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        length = _length(scope)
        if length == 0:
            await self._application(scope, receive, send)
            return
        if length > LARGEST:
            await self._application(scope, _replayed(None), send)
            return
        if length > SMALL and self._promised + length > self._together:
            await _refuse(send, 503, b"Too much is being sent at once. Please try again in a minute.\n")
            return
        with self._reserved(length), tempfile.SpooledTemporaryFile(max_size=SMALL) as body:
            try:
                await self._take_in(receive, body)
            except TimeoutError:
                await _refuse(send, 408, b"The rest of the request did not come. Please send it once more.\n")
                return
            except Left:
                return
            body.seek(0)
            await self._application(scope, _replayed(body), send)

    @contextmanager
    def _reserved(self, length: int) -> Iterator[None]:
        self._promised += length
        try:
            yield
        finally:
            self._promised -= length

    async def _take_in(self, receive: Receive, body: IO[bytes]) -> None:
        more = True
        while more:
            async with asyncio.timeout(self._silence):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise Left
            body.write(message.get("body", b""))
            more = message.get("more_body", False)


def _length(scope: Message) -> int:
    """What the sender announced. Without an announcement Django reads no body either."""
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(given) if given.isdigit() and len(given) < 19 else 0


def _replayed(body: IO[bytes] | None) -> Receive:
    """The body once more, piece by piece; None: an empty one."""

    async def receive() -> Message:
        piece = body.read(CHUNK) if body is not None else b""
        return {"type": "http.request", "body": piece, "more_body": len(piece) == CHUNK}

    return receive


async def _refuse(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
