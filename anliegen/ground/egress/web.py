"""HTTP to the outside."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin

from anliegen.ground.egress.addresses import Target, target_of
from anliegen.ground.egress.errors import Failed, Refused, TooLarge, Unreachable
from anliegen.ground.egress.ledger import Passage, note_refusal, passage

SCHEMES = ("http", "https")
REDIRECTS = {301, 302, 303, 307, 308}
# These belong to the machine they were meant for, and are not carried to another.
PERSONAL_HEADERS = {"authorization", "cookie", "proxy-authorization"}


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status. Names of headers are in lower case, repeated ones joined by a comma."""

    status: int
    headers: dict[str, str]
    body: bytes


def fetch(
    method: str,
    url: str,
    *,
    purpose: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    follow: int = 0,
) -> Response:
    """One request to a registered destination, within its time and size limits.

    Redirects are answers like others; with `follow`, up to so many are followed, each of them a call that is checked
    anew. Raises Refused, TimedOut, TooLarge, Unreachable, Failed, and InsideTransaction.
    """
    given = {name.lower(): value for name, value in (headers or {}).items()}
    target, response = _call(method.upper(), url, given, body, purpose)
    for _ in range(follow):
        where = response.headers.get("location")
        if response.status not in REDIRECTS or where is None:
            break
        if response.status == 303 or (response.status in {301, 302} and method.upper() == "POST"):
            method, body = "GET", None
            given = {name: value for name, value in given.items() if not name.startswith("content-")}
        url, before = urljoin(url, where), target
        if _target(url, purpose)[0] != before:
            given = {name: value for name, value in given.items() if name not in PERSONAL_HEADERS}
        target, response = _call(method.upper(), url, given, body, purpose)
    return response


def _call(method: str, url: str, headers: dict[str, str], body: bytes | None, purpose: str) -> tuple[Target, Response]:
    target, parts = _target(url, purpose)
    with passage(target, purpose=purpose) as out:
        try:
            return target, _exchange(out, method, parts, headers, body)
        except (http.client.IncompleteRead, http.client.RemoteDisconnected) as error:
            raise Unreachable("broken_off", f"{target.host} broke off the connection.") from error
        except (http.client.HTTPException, ValueError) as error:
            raise Failed("protocol", f"{target.host} does not speak HTTP as we do.") from error


def _target(url: str, purpose: str) -> tuple[Target, SplitResult]:
    try:
        target, parts = target_of(url, SCHEMES)
        if "@" in parts.netloc:
            raise Refused("bad_address", "Names and passwords do not belong into an address.")
    except Refused as refusal:
        note_refusal("http", refusal, purpose=purpose)
        raise
    return target, parts


def _exchange(out: Passage, method: str, parts: SplitResult, headers: dict[str, str], body: bytes | None) -> Response:
    connection = _Connection(out)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        plain = {"accept-encoding": "identity", "connection": "close", "user-agent": "Anliegen"}
        connection.request(method, path, body=body, headers=plain | headers)
        answer = connection.getresponse()
        out.status = answer.status
        if answer.length is not None and answer.length > out.meter.most_bytes:
            raise TooLarge("too_large", f"{out.target.host} announces more than {out.meter.most_bytes} bytes.")
        return Response(answer.status, _joined(answer.getheaders()), answer.read())
    finally:
        connection.close()


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name.lower()] = f"{joined[name.lower()]}, {value}" if name.lower() in joined else value
    return joined


class _Connection(http.client.HTTPConnection):
    """The library's client on our socket."""

    def __init__(self, out: Passage) -> None:
        super().__init__(out.target.host, out.target.port)
        self.default_port = 443 if out.target.scheme == "https" else 80
        self._out = out

    def connect(self) -> None:
        self.sock: socket.socket = self._out.connect()
