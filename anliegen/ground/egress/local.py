"""Questions to our own machine: is a port free, does our own server answer? No Django, no ledger, no way outside."""

from __future__ import annotations

import errno
import ipaddress
import socket


def is_free(host: str, port: int) -> bool:
    """May a server listen here? Raises OSError when the address is not one of this machine."""
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    with socket.socket(family, kind, protocol) as attempt:
        # As servers do: connections of a predecessor that are still being wound up do not count.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(place)
            attempt.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def free_port(host: str) -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.bind((_this_machine(host), 0))
        port: int = attempt.getsockname()[1]
    return port


def status(host: str, port: int, path: str, *, timeout: float = 2.0) -> int | None:
    """The HTTP status of a page of our own server; None when nothing answers. Asks this machine only."""
    place = _this_machine(host)
    request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    try:
        # From the same address: what is not this machine cannot be reached that way.
        with socket.create_connection((place, port), timeout=timeout, source_address=(place, 0)) as connection:
            connection.sendall(request)
            first = connection.makefile("rb").readline(100).split()
    except OSError:
        return None
    return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") and first[1].isdigit() else None


def _this_machine(host: str) -> str:
    """Where a server that listens on `host` answers us. Raises ValueError for a host that is given by name."""
    if host in {"", "localhost"}:
        return "127.0.0.1"
    address = ipaddress.ip_address(host.strip("[]"))
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)
