"""One agent's browser without a screen: a session over HTTP with the running product, each request timed by it."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from anliegen.oversight.measurement.bench.day.deeds import Book, Sample

PATIENCE_S = 60
TIMING = re.compile(rb"(total|cpu);dur=([0-9.]+)")
Form = Mapping[str, object] | Sequence[tuple[str, object]]


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str

    @property
    def goes_to(self) -> str:
        """The address it sends the browser to; empty when it stays."""
        told = dict(self.headers)
        return told.get("location") or told.get("hx-redirect", "")


class Line:
    """A session: cookies, and what every request of it took."""

    def __init__(self, port: int, book: Book) -> None:
        self._port, self._book = port, book
        self._cookies: dict[str, str] = {}

    async def get(self, path: str, *, kind: str, part: bool = False) -> Answer:
        """The page; with `part` what htmx would fetch of it."""
        return await self._ask("GET", path, kind, "", {"HX-Request": "true"} if part else {})

    async def post(self, path: str, form: Form, *, kind: str, part: bool = True) -> Answer:
        """What htmx gets for a form, or the browser where `part` is false."""
        pairs = form.items() if isinstance(form, Mapping) else form
        more = {"X-CSRFToken": self._cookies.get("csrftoken", "")} | ({"HX-Request": "true"} if part else {})
        body = urlencode([(name, "" if value is None else str(value)) for name, value in pairs])
        return await self._ask("POST", path, kind, body, more)

    async def changes(self) -> AsyncIterator[str]:
        """The stream, line by line, until the server ends it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._head("GET", "/stream", {"Accept": "text/event-stream"}))
            while line := await reader.readline():
                yield line.decode()
        finally:
            writer.close()

    async def _ask(self, method: str, path: str, kind: str, body: str, more: dict[str, str]) -> Answer:
        if body or method == "POST":
            more = more | {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._head(method, path, more) + body.encode())
            raw = await asyncio.wait_for(reader.read(), PATIENCE_S)
        finally:
            writer.close()
        head, _blank, page = raw.partition(b"\r\n\r\n")
        answer = self._understood(head.decode("latin-1"), page.decode(errors="replace"))
        self._note(kind, method, path, answer, head)
        return answer

    def _head(self, method: str, path: str, more: Mapping[str, str]) -> bytes:
        # HTTP/1.0: the answer ends where the connection does, so there are no pieces to put together.
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Host": f"127.0.0.1:{self._port}", "Cookie": cookies, "Accept-Language": "de", **more}
        lines = [f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _understood(self, head: str, page: str) -> Answer:
        first, *rest = head.split("\r\n")
        pairs = [line.partition(":") for line in rest]
        headers = tuple((name.lower(), value.strip()) for name, _colon, value in pairs)
        for name, value in headers:
            if name == "set-cookie":
                self._cookies |= {key: each.value for key, each in SimpleCookie(value).items()}
        words = first.split()
        return Answer(int(words[1]) if len(words) > 1 else 0, headers, page)

    def _note(self, kind: str, method: str, path: str, answer: Answer, head: bytes) -> None:
        spent = {name.decode(): float(value) / 1000 for name, value in TIMING.findall(head)}
        if "total" in spent:
            self._book.samples.append(Sample(kind, spent["total"], spent.get("cpu", 0.0)))
        if answer.status == 0 or answer.status >= 500 or answer.status in (400, 403, 405):
            self._book.wrong.append(f"{kind}: {method} {path} answered {answer.status}")
