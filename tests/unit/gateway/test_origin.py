from ipaddress import ip_network
from typing import Any

import pytest

from gateway.access.origin import Origins

TRUSTING = Origins([ip_network("10.0.0.0/8")])
TRUSTING_NOBODY = Origins([])
PREFIXED = Origins([ip_network("10.0.0.0/8")], "/own")


def scope(client: str = "10.1.2.3", scheme: str = "http", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (client, 5), "server": ("127.0.0.1", 3000), "scheme": scheme, "headers": raw}


@pytest.mark.parametrize(
    "host",
    ["localhost:3000", "dex.example", "DEX.example:80", "127.0.0.1:3000", "[::1]:3000", "a-b.c"],
)
def test_the_clients_own_host_is_used(host: str) -> None:
    assert TRUSTING_NOBODY.socket_url(scope(host=host), "/x") == f"ws://{host}/x"


@pytest.mark.parametrize(
    "host", ["", "a b", "a/b", "a@b", "a\r\nx: y", "<script>", "[::1", "x:port", "x:123456", "-x", "x" * 300]
)
def test_what_is_no_host_is_replaced_by_our_address(host: str) -> None:
    assert TRUSTING_NOBODY.socket_url(scope(host=host), "/x") == "ws://127.0.0.1:3000/x"


def test_tls_means_wss() -> None:
    assert TRUSTING_NOBODY.socket_url(scope(scheme="https", host="x"), "/x") == "wss://x/x"


@pytest.mark.parametrize(
    ("origins", "client", "expected"),
    [
        (TRUSTING, "10.9.9.9", "wss://outside.example"),
        (TRUSTING, "11.9.9.9", "ws://inside"),
        (TRUSTING, "no-address", "ws://inside"),
        (TRUSTING_NOBODY, "10.9.9.9", "ws://inside"),
    ],
)
def test_only_a_trusted_proxy_is_believed(origins: Origins, client: str, expected: str) -> None:
    asked = scope(client, host="inside", x_forwarded_host="outside.example", x_forwarded_proto="https")

    assert origins.socket_url(asked, "") == expected


def test_of_several_forwarded_values_the_nearest_proxys_counts() -> None:
    asked = scope(host="inside", x_forwarded_host="evil.example, outside.example", x_forwarded_proto="https, http")

    assert TRUSTING.socket_url(asked, "/x") == "ws://outside.example/x"


@pytest.mark.parametrize(
    ("origins", "client", "forwarded", "expected"),
    [
        (TRUSTING, "10.9.9.9", "/desk", "/desk"),
        (TRUSTING, "10.9.9.9", "/desk/orders/", "/desk/orders"),
        (TRUSTING, "10.9.9.9", "/evil, /desk", "/desk"),
        (TRUSTING, "11.9.9.9", "/desk", ""),
        (TRUSTING_NOBODY, "10.9.9.9", "/desk", ""),
        (TRUSTING, "10.9.9.9", "", ""),
        (TRUSTING, "10.9.9.9", "/", ""),
        (TRUSTING, "10.9.9.9", "desk", ""),
        (TRUSTING, "10.9.9.9", "//evil.example", ""),
        (TRUSTING, "10.9.9.9", "/a/../b", ""),
        (TRUSTING, "10.9.9.9", "/a b", ""),
        (TRUSTING, "10.9.9.9", '/"><script>', ""),
        (TRUSTING, "10.9.9.9", "/" + "a" * 300, ""),
        (PREFIXED, "10.9.9.9", "/desk", "/desk"),
        (PREFIXED, "10.9.9.9", "", "/own"),
        (PREFIXED, "10.9.9.9", "//evil.example", "/own"),
        (PREFIXED, "11.9.9.9", "/desk", "/own"),
    ],
)
def test_the_prefix_is_a_trusted_proxys_or_the_settings(
    origins: Origins, client: str, forwarded: str, expected: str
) -> None:
    assert origins.prefix(scope(client, host="inside", x_forwarded_prefix=forwarded)) == expected


def test_a_forwarded_host_that_is_none_is_not_echoed() -> None:
    assert TRUSTING.socket_url(scope(host="inside", x_forwarded_host="a b"), "/x") == "ws://127.0.0.1:3000/x"


def test_the_clients_host_is_the_one_a_trusted_proxy_names() -> None:
    asked = scope(host="inside", x_forwarded_host="evil.example, outside.example")

    assert (TRUSTING.host(asked), TRUSTING.forwarded_host(asked)) == ("outside.example", "outside.example")
    assert (TRUSTING_NOBODY.host(asked), TRUSTING_NOBODY.forwarded_host(asked)) == ("inside", "")
    assert TRUSTING.host(scope(host="inside")) == "inside"
