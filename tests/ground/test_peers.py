"""Whom a connection is counted for."""

import pytest

from anliegen.ground.peers import peer


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_a_peer_is_an_address_or_an_ipv6_network(address: str, counted: str) -> None:
    assert peer(address) == counted
