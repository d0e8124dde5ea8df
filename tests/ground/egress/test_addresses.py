"""Which addresses lie outside, and what a name or number of a machine means."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.egress import Refused
from anliegen.ground.egress.addresses import Target, host_of, may_reach, target_of

INNER = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.2.1", "198.18.0.1", "203.0.113.5", "240.0.0.1",
    "255.255.255.255", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "::127.0.0.1",
]  # fmt: skip
NEVER = ["0.0.0.0", "::", "::ffff:0.0.0.0", "224.0.0.1", "239.255.255.250", "ff02::1", "2002:7f00:1::", "2001:0:1::"]
OUTER = ["9.9.9.9", "193.99.144.80", "2620:fe::fe", "2a02:2e0:3fe:1001::1", "::ffff:9.9.9.9", "64:ff9b::909:909"]


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_reached_only_where_that_is_allowed(address: str) -> None:
    assert not may_reach(ipaddress.ip_address(address), allow_private=False)
    assert may_reach(ipaddress.ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_group_null_and_tunnel_addresses_are_never_reached(address: str) -> None:
    assert not may_reach(ipaddress.ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", OUTER)
def test_an_outer_address_may_be_reached(address: str) -> None:
    assert may_reach(ipaddress.ip_address(address), allow_private=False)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_dress_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    dressed = ipaddress.ip_address(f"::ffff:{address}")
    assert may_reach(dressed, allow_private=False) == may_reach(address, allow_private=False)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Example.ORG/a?b", Target("https", "example.org", 443)),
        ("http://example.org.:8080", Target("http", "example.org", 8080)),
        ("https://münchen.example/", Target("https", "xn--mnchen-3ya.example", 443)),
        ("http://[::1]:81/", Target("http", "::1", 81)),
        ("http://[0:0:0:0:0:0:0:1]/", Target("http", "::1", 80)),
    ],
)
def test_one_machine_has_one_spelling(url: str, target: Target) -> None:
    assert target_of(url, ("http", "https"))[0] == target


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://", "http:///path", "http://a b/",
        "http://exa\nmple.org/", "http://example.org\\@inner/", "http://example.org:99999/", "http://[::1/",
        "http://exam%00ple.org/", "http://a..b/", "http://" + "a" * 300 + "/", "gopher://x/", "HTTP//x",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url, ("http", "https"))


@given(st.text())
def test_any_text_is_a_machine_or_refused(text: str) -> None:
    try:
        host = host_of(text)
    except Refused:
        return
    assert host == host_of(host) and host.isascii() and host == host.lower()
