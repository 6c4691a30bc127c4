"""Whose address a request has: only a trusted proxy's word counts, and only where the proxy wrote it."""

from ipaddress import ip_network
from typing import Any

import pytest

from gateway.access.client_address import ClientAddresses, subscriber_of

TRUSTING = ClientAddresses([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
TRUSTING_NOBODY = ClientAddresses([])
PROXY = "10.1.2.3"


def scope(peer: str | None, *forwarded: str, **others: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    headers += [(name.replace("_", "-").encode(), value.encode()) for name, value in others.items()]
    return {"client": (peer, 5) if peer is not None else None, "headers": headers}


@pytest.mark.parametrize("peer", ["203.0.113.9", "2001:db8::9", "11.0.0.1"])
def test_a_stranger_is_not_believed(peer: str) -> None:
    asked = scope(peer, "198.51.100.7")
    assert TRUSTING.of(asked) == peer
    assert TRUSTING_NOBODY.of(asked) == peer


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert TRUSTING_NOBODY.of(scope(PROXY, "198.51.100.7")) == PROXY


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        (["198.51.100.7", "10.9.9.9"], "198.51.100.7"),
        (["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1, 198.51.100.7", "10.9.9.9, 10.8.8.8"], "198.51.100.7"),
        (["garbage, 198.51.100.7"], "198.51.100.7"),
        (["10.0.0.1, 198.51.100.7"], "198.51.100.7"),
        (["  198.51.100.7\t"], "198.51.100.7"),
        (["198.51.100.7:4711"], "198.51.100.7"),
        (["2001:db8::7"], "2001:db8::7"),
        (["[2001:db8::7]"], "2001:db8::7"),
        (["[2001:DB8::7]:4711"], "2001:db8::7"),
        (["198.51.100.7, fd00::1"], "198.51.100.7"),
        (["::ffff:198.51.100.7"], "198.51.100.7"),
        (["198.51.100.7, ::ffff:10.9.9.9"], "198.51.100.7"),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_is_the_clients(forwarded: list[str], client: str) -> None:
    assert TRUSTING.of(scope(PROXY, *forwarded)) == client


@pytest.mark.parametrize(
    "forwarded",
    [
        [],
        [""],
        ["garbage"],
        ["198.51.100.7, garbage"],
        ["198.51.100.7,"],
        ["198.51.100.7", ""],
        ["198.51.100.7, 10.9.9.9, unknown"],
        ["198.51.100.256"],
        ["198.51.100.7:port"],
        ["198.51.100.7:123456"],
        ["[198.51.100.7]"],
        ["2001:db8::7]:80"],
        ["[2001:db8::7"],
        ["fe80::1%eth0"],
        ["0x7f.1"],
        ["127.1"],
        ["010.1.1.1"],
        ["198.51.100.7\x00"],
        ['"198.51.100.7"'],
        ["for=198.51.100.7"],
        ["\xb2.1.1.1"],
        ["10.9.9.9, 10.8.8.8"],
    ],
)
def test_what_cannot_be_read_or_names_proxies_only_leaves_the_peer(forwarded: list[str]) -> None:
    assert TRUSTING.of(scope(PROXY, *forwarded)) == PROXY


@pytest.mark.parametrize(
    "header", [{"x_real_ip": "198.51.100.7"}, {"forwarded": "for=198.51.100.7"}, {"true_client_ip": "198.51.100.7"}]
)
def test_other_headers_are_nothing_to_us(header: dict[str, str]) -> None:
    assert TRUSTING.of(scope(PROXY, **header)) == PROXY


def test_a_proxy_that_comes_over_a_dual_socket_is_the_same_proxy() -> None:
    assert TRUSTING.of(scope("::ffff:10.1.2.3", "198.51.100.7")) == "198.51.100.7"
    assert TRUSTING_NOBODY.of(scope("::ffff:203.0.113.9")) == "203.0.113.9"


@pytest.mark.parametrize("peer", [None, "", "/run/gateway.sock"])
def test_a_peer_without_an_address_has_none_and_is_not_believed(peer: str | None) -> None:
    assert TRUSTING.of(scope(peer, "198.51.100.7")) == ""


@pytest.mark.parametrize(
    ("address", "subscriber"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_network_of_one_subscriber_counts_as_one(address: str, subscriber: str) -> None:
    assert subscriber_of(address) == subscriber
