import asyncio
from collections.abc import Iterable
from typing import Any

from a2wsgi import WSGIMiddleware

from anliegen.config import bodies
from anliegen.config.bodies import Bodies


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with the length it was told and the number of bytes that came."""
    told = int(environ.get("CONTENT_LENGTH") or 0)
    came = len(environ["wsgi.input"].read(told)) if told else 0
    start_response("200 OK", [])
    return [f"{told} {came}".encode()]


class Request:
    """One request as a server hands it over; without `ends` its last piece never comes."""

    def __init__(self, *pieces: bytes, length: int | None = None, ends: bool = True, leaves: bool = False) -> None:
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST" if pieces else "GET",
            "path": "/",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(b"content-length", str(length or sum(map(len, pieces))).encode())] if pieces else [],
        }
        self.pieces, self.ends, self.leaves = list(pieces), ends, leaves
        self.status, self.answer = 0, b""

    async def receive(self) -> dict[str, Any]:
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.ends}
        if self.leaves:
            return {"type": "http.disconnect"}
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.answer += message.get("body", b"")


async def sent(application: Any, request: Request) -> Request:
    await asyncio.wait_for(application(request.scope, request.receive, request.send), timeout=20)
    return request


def one_thread(**settings: Any) -> Bodies:
    return Bodies(WSGIMiddleware(echo, workers=1), **settings)  # type: ignore[arg-type]


def test_a_body_arrives_whole() -> None:
    async def story() -> None:
        for pieces in ([b"x"], [b"ab", b"", b"c"], [b"x" * bodies.CHUNK] * 8, [b"x" * 70_001] * 40):
            size = sum(map(len, pieces))
            done = await sent(one_thread(), Request(*pieces))
            assert done.answer == f"{size} {size}".encode()

    asyncio.run(story())


def test_who_sends_slowly_keeps_nobody_waiting() -> None:
    async def story() -> None:
        application = one_thread(silence=10)
        slow = asyncio.create_task(sent(application, Request(b"a", length=1000, ends=False)))
        await asyncio.sleep(0.1)
        done = await asyncio.wait_for(sent(application, Request()), timeout=5)
        assert done.answer == b"0 0"
        assert not slow.done()
        slow.cancel()

    asyncio.run(story())


def test_who_falls_silent_is_told_so_and_gives_back_what_was_reserved() -> None:
    async def story() -> None:
        application = one_thread(silence=0.1, together=3_000_000)
        for _time in range(2):
            done = await sent(application, Request(b"a", length=2_000_000, ends=False))
            assert done.status == 408

    asyncio.run(story())


def test_too_much_at_once_is_put_off_and_small_bodies_still_come_through() -> None:
    async def story() -> None:
        application = one_thread(together=3_000_000)
        first = asyncio.create_task(sent(application, Request(b"a", length=2_000_000, ends=False)))
        await asyncio.sleep(0.1)
        assert (await sent(application, Request(b"a" * 2_000_000))).status == 503
        assert (await sent(application, Request(b"a" * 1000))).answer == b"1000 1000"
        first.cancel()

    asyncio.run(story())


def test_of_a_far_too_large_body_nothing_is_read() -> None:
    async def story() -> None:
        request = Request(b"a", length=bodies.LARGEST + 1)
        assert (await sent(one_thread(), request)).answer == f"{bodies.LARGEST + 1} 0".encode()
        assert request.pieces == [b"a"]

    asyncio.run(story())


def test_who_goes_away_in_the_middle_reaches_no_page() -> None:
    async def story() -> None:
        done = await sent(one_thread(), Request(b"a", length=10, ends=False, leaves=True))
        assert done.status == 0

    asyncio.run(story())
