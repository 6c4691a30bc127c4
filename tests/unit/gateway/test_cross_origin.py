"""Which pages may use the gateway, and by which hosts it is reached."""

from ipaddress import ip_network
from typing import Any

import pytest

from gateway.access.cross_origin import CrossOrigin, varying
from gateway.access.host_names import hosts_in
from gateway.access.hosts import Hosts
from gateway.access.origin import Origins
from gateway.access.origin_patterns import LOCAL_PAGES, origins_in
from servicekit.errors import Rejected

TRUSTING_NOBODY = Origins([])
TRUSTING = Origins([ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")])
LISTED = CrossOrigin(origins_in("https://app.example,http://localhost:5173"), TRUSTING_NOBODY)


def scope(kind: str = "websocket", method: str = "GET", server: str = "127.0.0.1", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": kind, "method": method, "client": ("127.0.0.1", 5), "server": (server, 3000), "headers": raw}


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
def test_pages_of_our_host_and_of_listed_origins_are_let_in(origin: str, host: str) -> None:
    for asked in (scope(origin=origin, host=host), scope("http", "POST", origin=origin, host=host)):
        LISTED.check(asked)
        told = dict(LISTED.headers_for(asked))
        assert told[b"access-control-allow-origin"] == origin.encode()
        assert b"access-control-allow-credentials" not in told


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
        ("tauri://dex.example", "dex.example"),
        ("dex.example", "dex.example"),
        ("https://", ""),
        ("https://app.example/", "dex.example"),
        ("https://app.example https://app.example", "dex.example"),
        ("\xff", "dex.example"),
    ],
)
def test_pages_of_other_origins_may_change_and_watch_nothing(origin: str, host: str) -> None:
    asked = [scope("http", method, origin=origin, host=host) for method in ("POST", "PATCH", "DELETE", "PUT", "BREW")]
    for one in (scope(origin=origin, host=host), *asked):
        with pytest.raises(Rejected, match="ORIGIN_REFUSED"):
            LISTED.check(one)
        assert LISTED.headers_for(one) == []
    for method in ("GET", "HEAD", "OPTIONS"):
        # Read, but not by the page.
        LISTED.check(scope("http", method, origin=origin, host=host))
        assert LISTED.headers_for(scope("http", method, origin=origin, host=host)) == []


def test_two_origins_are_none() -> None:
    asked = scope("http", "POST", host="dex.example")
    asked["headers"] += [(b"origin", b"https://app.example"), (b"origin", b"https://app.example")]
    with pytest.raises(Rejected, match="ORIGIN_REFUSED"):
        LISTED.check(asked)


def test_programs_that_are_no_browsers_name_no_origin() -> None:
    nobody = CrossOrigin((), TRUSTING_NOBODY)
    for asked in (scope(host="dex.example"), scope("http", "POST", host="dex.example")):
        nobody.check(asked)
        assert nobody.headers_for(asked) == []


def test_our_host_is_the_one_a_trusted_proxy_names() -> None:
    asked = scope(origin="https://dex.example", host="gateway:3000", x_forwarded_host="dex.example")
    CrossOrigin((), TRUSTING).check(asked)
    with pytest.raises(Rejected, match="ORIGIN_REFUSED"):
        CrossOrigin((), TRUSTING_NOBODY).check(asked)


@pytest.mark.parametrize("origin", ["https://any.example", "null", "moz-extension://a", "no origin at all"])
def test_a_star_lets_everyone_in_and_says_so_without_repeating_the_name(origin: str) -> None:
    everyone = CrossOrigin(origins_in("*"), TRUSTING_NOBODY)
    asked = scope("http", "DELETE", origin=origin, host="x")
    everyone.check(asked)
    assert dict(everyone.headers_for(asked))[b"access-control-allow-origin"] == b"*"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "file://", "http://a_b.example:81", "tauri://x"])
def test_the_advice_of_a_refusal_followed_to_the_letter_lets_the_page_in(origin: str) -> None:
    asked = scope(origin=origin, host="dex.example")
    with pytest.raises(Rejected) as refused:
        LISTED.check(asked)
    detail = refused.value.detail
    CrossOrigin(origins_in(detail.split(" add ")[1].split(" to ALLOWED_ORIGINS")[0]), TRUSTING_NOBODY).check(asked)


def test_a_preflight_may_ask_for_the_private_network() -> None:
    asked = scope("http", "OPTIONS", origin="http://localhost:8080", access_control_request_method="POST")
    local = CrossOrigin(LOCAL_PAGES, TRUSTING_NOBODY)
    plain = local.preflight(asked)
    asked["headers"].append((b"access-control-request-private-network", b"true"))
    private = local.preflight(asked)
    assert plain is not None
    assert private is not None
    assert "access-control-allow-private-network" not in plain.headers
    assert private.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], b"Origin"),
        ([b"Accept-Encoding"], b"Accept-Encoding, Origin"),
        ([b"Accept", b"Accept-Encoding"], b"Accept, Accept-Encoding, Origin"),
        ([b"accept, origin"], b"accept, origin"),
        ([b"*"], b"*"),
    ],
)
def test_vary_keeps_what_it_says(told: list[bytes], expected: bytes) -> None:
    headers = [(b"etag", b"1"), *((b"vary", value) for value in told)]
    assert varying(headers) == [(b"etag", b"1"), (b"vary", expected)]


NAMES = ("localhost", "LOCALHOST:9", "127.0.0.1:3000", "[::1]:3000", "[0:0:0:0:0:0:0:1]", "a.localhost:1", "localhost.")
FOREIGN = (
    *("evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "evillocalhost"),
    *("169.254.169.254", "0.0.0.0", "[::]:3000", "127.0.0.2", "", "a b", "x:port", "[::1", "\xff", "x" * 300),
)


@pytest.mark.parametrize("host", NAMES)
def test_loopback_is_served_by_its_names(host: str) -> None:
    Hosts((), "127.0.0.1", TRUSTING_NOBODY).check(scope(host=host))


@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_is_served(host: str) -> None:
    with pytest.raises(Rejected, match="HOST_REFUSED") as refused:
        Hosts((), "127.0.0.1", TRUSTING_NOBODY).check(scope(host=host))
    if "add " in refused.value.detail:
        name = refused.value.detail.split(" add ")[1].split(" to ALLOWED_HOSTS")[0]
        Hosts(hosts_in(name), "127.0.0.1", TRUSTING_NOBODY).check(scope(host=host))


def test_a_program_may_name_no_host_and_no_page_two() -> None:
    hosts = Hosts((), "127.0.0.1", TRUSTING_NOBODY)
    hosts.check(scope())
    two = scope(host="localhost")
    two["headers"].append((b"host", b"evil.example"))
    with pytest.raises(Rejected, match="HOST_REFUSED"):
        hosts.check(two)


@pytest.mark.parametrize(("own", "host"), [("127.1.2.3", "127.1.2.3:80"), ("::1", "[::1]"), ("Dex.Lan", "dex.lan")])
def test_the_configured_host_is_served(own: str, host: str) -> None:
    Hosts((), own, TRUSTING_NOBODY).check(scope(host=host))


def test_listed_names_and_the_address_of_the_connection_are_served() -> None:
    hosts = Hosts(hosts_in("dex.example, *.dex.example"), "0.0.0.0", TRUSTING_NOBODY)
    for host in ("dex.example:443", "eu.dex.example", "localhost:3000", "10.1.2.3:3000"):
        hosts.check(scope(host=host, server="10.1.2.3"))
    hosts.check(scope(host="10.1.2.3:3000", server="::ffff:10.1.2.3"))
    for host in ("evil.example", "evildex.example", "10.1.2.4:3000", "0.0.0.0:3000"):
        with pytest.raises(Rejected, match="HOST_REFUSED"):
            hosts.check(scope(host=host, server="10.1.2.3"))


@pytest.mark.parametrize("hosts", [Hosts(None, "0.0.0.0", TRUSTING_NOBODY), Hosts(("*",), "::1", TRUSTING_NOBODY)])
def test_where_names_are_not_known_any_will_do(hosts: Hosts) -> None:
    for host in FOREIGN:
        hosts.check(scope(host=host))


def test_a_forwarded_host_counts_beside_host_and_never_in_its_place() -> None:
    hosts = Hosts(("dex.example",), "127.0.0.1", TRUSTING)
    hosts.check(scope(host="127.0.0.1:3000", x_forwarded_host="dex.example"))
    for headers in (
        # A page whose name points here from the proxy's machine can send the second.
        {"host": "127.0.0.1:3000", "x_forwarded_host": "evil.example"},
        {"host": "evil.example:3000", "x_forwarded_host": "dex.example"},
    ):
        with pytest.raises(Rejected, match=r"evil\.example"):
            hosts.check(scope(**headers))
    # From anyone else the header says nothing.
    Hosts((), "127.0.0.1", TRUSTING_NOBODY).check(scope(host="localhost", x_forwarded_host="evil.example"))
