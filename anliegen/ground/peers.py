"""Whom a connection is counted for."""

import ipaddress


def peer(address: str) -> str:
    """The address that came; of IPv6 the network that one connection shares (/64). What is none stays as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
