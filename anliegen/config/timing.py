"""How long a page took, in its own answer (`Server-Timing`): from the request's last byte to the answer's first.

`total` has everything in it, the wait for a thread too; `cpu` is what the thread worked meanwhile. Browsers show both
beside the page, and `anliegen bench day` reads them. Only in the workspace: what it takes is nobody else's business.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
PLACE = "/workspace/"
HEADER = "Server-Timing"


def working(pages: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that says how much its thread worked before it answered."""

    def timed(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PLACE):
            return pages(environ, start)
        before = time.thread_time()

        def started(line: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            spent = f"cpu;dur={(time.thread_time() - before) * 1000:.2f}"
            return start(line, [*headers, (HEADER, spent)], *error)

        return pages(environ, started)

    return timed


class Timed:
    """An ASGI application that says how long it took to answer."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(PLACE):
            await self._application(scope, receive, send)
            return
        before = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                spent = f"total;dur={(time.perf_counter() - before) * 1000:.2f}".encode()
                message["headers"] = [*message.get("headers", ()), (HEADER.lower().encode(), spent)]
            await send(message)

        await self._application(scope, receive, sent)
