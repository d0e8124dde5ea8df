"""Names and numbers of machines: what they mean, and which of them lie outside. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from anliegen.ground.egress.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = {
    "http": 80, "https": 443, "smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995,
}  # fmt: skip

# IPv6 addresses that carry an IPv4 address to be reached through a translator: judged by what they carry.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# Tunnels carry a foreign address too, and nobody needs them today.
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))


@dataclass(frozen=True)
class Target:
    """Where a call wants to go."""

    scheme: str
    host: str
    port: int


def target_of(url: str, schemes: tuple[str, ...]) -> tuple[Target, SplitResult]:
    """The machine and port of an address. Raises Refused for what is none, or not of these schemes."""
    # The library drops line breaks silently, so that what was looked at would not be what is sent.
    if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        raise Refused("bad_address", "The address has characters that do not belong there.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("bad_address", "The address cannot be understood.") from None
    if parts.scheme not in schemes:
        raise Refused("bad_scheme", f"Only {' and '.join(schemes)} may be used here.")
    return Target(parts.scheme, host_of(unquote(host)), port or PORTS[parts.scheme]), parts


def host_of(text: str) -> str:
    """One spelling for each name: lower case, in ASCII, no dot at the end; numbers as the library writes them."""
    text = text.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        name = text.encode("idna").decode("ascii")
    except UnicodeError:
        raise Refused("bad_address", "The name of the machine cannot be understood.") from None
    if not name or len(name) > 253 or not all(c.isalnum() or c in "-_." for c in name):
        raise Refused("bad_address", "The name of the machine cannot be understood.")
    return name


def may_reach(address: Address, *, allow_private: bool) -> bool:
    """Does this address lie outside, or inside where that is allowed? Group and null addresses never do."""
    inner = _carried(address)
    if inner.is_multicast or inner.is_unspecified or any(inner in tunnel for tunnel in _TUNNELS):
        return False
    return allow_private or _is_public(inner)


def _carried(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    """Everything that is set aside for something is not: own networks, carriers' networks, link, loopback, metadata."""
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_reserved or address.is_link_local or site_local)
