"""Sockets that were checked before they connect, and that count, limit and time what passes through them."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from anliegen.ground.egress.addresses import Target, may_reach
from anliegen.ground.egress.errors import Failed, Refused, TimedOut, Unreachable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


Count = TypeVar("Count")

# By OpenSSL's numbers (x509_vfy.h): those that an administrator can do something about.
FAULTS = {
    2: "issuer", 9: "early", 10: "expired", 18: "self_signed", 19: "issuer", 20: "issuer", 21: "issuer", 62: "name",
    64: "name",
}  # fmt: skip


class OverLimit(OSError):
    """More came in than may."""


class Meter:
    """What one call has used, and what it may.

    `seconds` bounds the whole call, `at_once` each single wait within it. A slow trickle ends at the first as surely
    as silence at the second.
    """

    def __init__(self, *, seconds: float, at_once: float, most_bytes: int) -> None:
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.at_once = at_once
        self.most_bytes = most_bytes
        self.bytes_in = 0
        self.bytes_out = 0
        self.ran_out = False
        self.overflowed = False

    def left(self) -> float:
        """Seconds that the next wait may take. Raises TimeoutError when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            self.ran_out = True
            raise TimeoutError("the call took too long")
        return min(left, self.at_once)

    def took(self, count: int) -> int:
        self.bytes_in += count
        if self.bytes_in > self.most_bytes:
            self.overflowed = True
            raise OverLimit("the answer is too large")
        return count

    @property
    def broke(self) -> bool:
        """It was our own limit that ended the call, whatever the library made of that."""
        return self.ran_out or self.overflowed

    @property
    def duration_ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


class _Metered(socket.socket):
    """All that the standard library's clients read and write goes through these."""

    meter: Meter

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        self.settimeout(self._patience())
        data = self._timed(super().recv, bufsize, flags)
        self.meter.took(len(data))
        return data

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self._patience())
        return self.meter.took(self._timed(super().recv_into, buffer, nbytes, flags))

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        self.settimeout(self._patience())
        self._timed(super().sendall, data, flags)
        self.meter.bytes_out += memoryview(data).nbytes

    def _patience(self) -> float:
        return self.meter.left()

    def _timed(self, does: Callable[..., Count], *arguments: Any) -> Count:
        try:
            return does(*arguments)
        except TimeoutError:
            self.meter.ran_out = True
            raise


class _MeteredTLS(_Metered, ssl.SSLSocket):  # type: ignore[misc]  # the two name their parameters differently
    """The same inside TLS: what is counted is what was said, without the envelope."""


def connect(target: Target, meter: Meter, *, allow_private: bool) -> socket.socket:
    """A connected socket. The name is looked up once, and the address that was checked is the one connected to.

    Raises Refused, Unreachable or TimedOut.
    """
    found = [each for each in _look_up(target, meter) if _allowed(each, allow_private=allow_private)]
    if not found:
        raise Refused("private_address", f"{target.host} lies in the own network, which is not allowed for it.")
    last: OSError | None = None
    for index, (family, place) in enumerate(found):
        try:
            return _connected(family, place, meter, share=len(found) - index)
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise TimedOut("connect_timeout", f"{target.host} does not answer.") from last
    raise Unreachable("connect_failed", f"{target.host}:{target.port} cannot be reached.") from last


def encrypted(plain: socket.socket, target: Target, meter: Meter) -> ssl.SSLSocket:
    """The same connection in TLS, with certificate and name checked. Raises Failed, TimedOut, Unreachable."""
    plain.settimeout(meter.left())
    try:
        return context(meter).wrap_socket(plain, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        raise untrusted(target, error) from error
    except TimeoutError as error:
        raise TimedOut("tls_timeout", f"{target.host} does not answer.") from error
    except ssl.SSLError as error:
        raise Failed("tls", f"No secure connection to {target.host}: {error.reason}.") from error
    except OSError as error:
        raise Unreachable("tls_broken_off", f"{target.host} broke off the connection.") from error


def untrusted(target: Target, error: ssl.SSLCertVerificationError) -> Failed:
    """Why the certificate is not believed, in words and as a code."""
    words = f"The certificate of {target.host} is not valid: {error.verify_message}."
    return Failed("certificate", words, why=FAULTS.get(error.verify_code, ""))


def context(meter: Meter) -> ssl.SSLContext:
    """TLS as the system trusts it, with sockets that count into this meter."""
    made = ssl.create_default_context()
    made.sslsocket_class = type("MeteredTLS", (_MeteredTLS,), {"meter": meter})
    return made


Place = tuple[int, Any]


def _look_up(target: Target, meter: Meter) -> list[Place]:
    """In a thread, because the system's resolver knows no time limit and would outlast ours."""
    answer: list[Place] = []
    problem: list[Exception] = []

    def ask() -> None:
        try:
            for family, _, _, _, place in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM):
                answer.append((family, place))
        except (OSError, UnicodeError) as error:
            problem.append(error)

    asking = threading.Thread(target=ask, daemon=True, name="egress-lookup")
    asking.start()
    asking.join(meter.left())
    if asking.is_alive():
        raise TimedOut("name_timeout", f"The name {target.host} could not be looked up in time.")
    if problem:
        raise Unreachable("name_unknown", f"The name {target.host} is not known.") from problem[0]
    return answer


def _allowed(found: Place, *, allow_private: bool) -> bool:
    family, place = found
    if family not in (socket.AF_INET, socket.AF_INET6):
        return False
    # A scope (fe80::1%eth0) is of no matter to what the address is.
    return may_reach(ipaddress.ip_address(str(place[0]).partition("%")[0]), allow_private=allow_private)


def _connected(family: int, place: Any, meter: Meter, *, share: int) -> socket.socket:
    """One address gets its share of the time, so that a silent one leaves some to the next."""
    made = _Metered(family, socket.SOCK_STREAM)
    made.meter = meter
    try:
        made.settimeout(meter.left() / share)
        made.connect(place)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        made.close()
        raise
    return made
