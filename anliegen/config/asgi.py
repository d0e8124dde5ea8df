"""One port: the stream as a plain ASGI callable, all else through Django in threads.

HTML through Django's ASGI handler costs half as much again as through WSGI, and a stream through Django three times the
memory (measured, see docs/decisions).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from anliegen.config.bodies import Bodies
from anliegen.config.timing import Timed, working
from anliegen.config.turns import Turns
from anliegen.config.wsgi import application as pages
from anliegen.faces.realtime.stream import stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

_threads = WSGIMiddleware(cast(Any, Turns(working(pages))), workers=settings.ANLIEGEN_WEB_THREADS)
_pages: Application = Bodies(Timed(_threads))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route by path: `/stream` to realtime, the rest to pages."""
    if scope["type"] == "lifespan":
        await stream.lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/stream":
        await stream(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)
