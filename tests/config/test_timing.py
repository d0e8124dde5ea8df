"""A page of the workspace says how long it took; what lies outside of it does not."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware

from anliegen.config.timing import Timed, working


def page(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    sum(number for number in range(200_000))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"whole"]


def answer(path: str) -> tuple[list[str], bytes]:
    """The timings an answer carries, and its body."""
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "http_version": "1.1", "headers": []}
    asyncio.run(Timed(WSGIMiddleware(working(page)))(scope, receive, send))  # type: ignore[arg-type]
    timings = [value.decode() for name, value in said[0]["headers"] if name.lower() == b"server-timing"]
    return timings, b"".join(message.get("body", b"") for message in said)


def test_a_page_says_what_it_took_and_what_of_that_was_work() -> None:
    timings, body = answer("/workspace/tickets/7/")
    spent = {name: float(value) for name, _sign, value in (each.partition(";dur=") for each in timings)}
    assert body == b"whole"
    assert sorted(spent) == ["cpu", "total"]
    assert 0 < spent["cpu"] <= spent["total"] + 1  # two clocks


@pytest.mark.parametrize("path", ["/", "/api/v1/tickets", "/status/abc"])
def test_nobody_else_is_told(path: str) -> None:
    assert answer(path) == ([], b"whole")
