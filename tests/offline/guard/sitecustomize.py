"""Python imports this by itself at its start, and so does every Python that it starts: whoever would reach another host
is refused, and it is written down. What is not Python the kernel counts, see `inside.py`."""

import errno
import ipaddress
import os
import sys
from typing import Any

NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
ADDRESSES = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_attempts = os.environ.get("ANLIEGEN_TEST_ATTEMPTS", "")


def is_here(host: object) -> bool:
    """Whether nothing has to leave this machine for it: loopback, or an address of none."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in ("", "localhost")
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in NAMES:
        host = arguments[0]
    elif event in ADDRESSES and isinstance(arguments[1], tuple):  # of a Unix socket it is a path
        host = arguments[1][0]
    else:
        return
    if not is_here(host):
        with open(_attempts, "a") as file:
            file.write(f"{event} {host!r}\n")
        raise OSError(errno.ENETUNREACH, "the tests have no network", str(host))


if _attempts:
    sys.addaudithook(_watch)
