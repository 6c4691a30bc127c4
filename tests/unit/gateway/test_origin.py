from ipaddress import ip_network
from typing import Any

import pytest

from gateway.access.origin import Origins
from servicekit.errors import Rejected

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


ALLOWED = frozenset({"https://app.example", "http://localhost:5173"})


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:3000", "127.0.0.1:3000"),
        ("HTTP://Dex.Example", "dex.example:80"),
        ("https://dex.example", "DEX.example"),
        ("https://dex.example:443", "dex.example"),
        ("http://[::1]:3000", "[::1]:3000"),
        ("https://app.example", "dex.example"),
        ("https://app.example:443", "dex.example"),
        ("http://localhost:5173", "dex.example"),
    ],
)
def test_pages_of_our_host_and_of_listed_origins_may_connect(origin: str, host: str) -> None:
    TRUSTING_NOBODY.check_page(scope(origin=origin, host=host), ALLOWED)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "dex.example"),
        ("http://app.example", "dex.example"),
        ("https://app.example:8443", "dex.example"),
        ("https://app.example.evil.example", "dex.example"),
        ("https://sub.app.example", "dex.example"),
        ("http://127.0.0.1:8080", "127.0.0.1:3000"),
        ("https://dex.example:80", "dex.example"),
        ("null", "dex.example"),
        ("file://", "dex.example"),
        ("chrome-extension://dex.example", "dex.example"),
        ("dex.example", "dex.example"),
        ("https://", ""),
        ("https://app.example/", "dex.example"),
        ("https://app.example https://app.example", "dex.example"),
    ],
)
def test_pages_of_other_origins_are_refused(origin: str, host: str) -> None:
    with pytest.raises(Rejected, match="ORIGIN_REFUSED"):
        TRUSTING_NOBODY.check_page(scope(origin=origin, host=host), ALLOWED)


def test_programs_that_are_no_browsers_name_no_origin() -> None:
    TRUSTING_NOBODY.check_page(scope(host="dex.example"), frozenset())


def test_our_host_is_the_one_a_trusted_proxy_names() -> None:
    headers = {"origin": "https://dex.example", "host": "gateway:3000", "x_forwarded_host": "dex.example"}
    TRUSTING.check_page(scope(**headers), frozenset())
    with pytest.raises(Rejected, match="ORIGIN_REFUSED"):
        TRUSTING_NOBODY.check_page(scope(**headers), frozenset())
