"""Origins and hosts, as headers and settings write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.host_names import host_in, hosts_in
from gateway.access.origin_patterns import PageOrigin, origin_in, origins_in
from servicekit.settings.sentences import bounded, open_part


def admitted(listed: str, origin: str) -> bool:
    found = origin_in(origin)
    return found is not None and any(pattern.admits(found) for pattern in origins_in(listed))


@pytest.mark.parametrize(
    ("listed", "origin"),
    [
        ("https://app.example", "https://app.example"),
        ("https://app.example", "HTTPS://App.Example:443"),
        ("HTTPS://App.Example:443", "https://app.example"),
        ("a://b, https://app.example ,", "https://app.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:*", "http://localhost:5173"),
        ("http://localhost:*", "http://localhost"),
        ("http://[::1]:*", "http://[::1]:8080"),
        ("https://*.app.example", "https://pr-1.app.example"),
        ("https://*.app.example", "https://a.b.app.example"),
        ("https://*.app.example:*", "https://a.app.example:8443"),
        ("http://*.localhost:*", "http://shop.localhost:3001"),
        ("null", "null"),
        ("file://", "file://"),
        ("tauri://localhost", "tauri://localhost"),
        ("tauri://", "tauri://localhost"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("app://-", "app://-"),
        ("chrome-extension://abcdefghijklmnopabcdefghijklmnop", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
        ("moz-extension://*", "moz-extension://0a1b2c3d-1111-2222-3333-444455556666"),
        ("moz-extension://", "moz-extension://0a1b2c3d-1111-2222-3333-444455556666"),
    ],
)
def test_an_entry_names_an_origin(listed: str, origin: str) -> None:
    assert admitted(listed, origin)


@pytest.mark.parametrize(
    ("listed", "origin"),
    [
        ("https://app.example", "http://app.example"),
        ("https://app.example", "https://app.example:8443"),
        ("https://app.example", "https://sub.app.example"),
        ("https://app.example", "https://app.example.evil.example"),
        ("https://app.example", "https://evilapp.example"),
        ("https://app.example", "https://app.example/"),
        ("https://app.example", "https://app.example https://app.example"),
        ("https://app.example", "https://app.example, https://app.example"),
        ("https://*.app.example", "https://app.example"),
        ("https://*.app.example", "https://evilapp.example"),
        ("https://*.app.example", "https://a.app.example.evil.example"),
        ("https://*.app.example", "https://a.app.example:8443"),
        ("http://localhost:*", "https://localhost:3000"),
        ("http://localhost:*", "http://localhost.evil.example"),
        ("http://localhost:*", "http://evil.localhost"),
        ("http://localhost:5173", "http://localhost:51730"),
        ("null", "file://"),
        ("file://", "null"),
        ("tauri://localhost", "tauri://evil"),
        ("tauri://", "tauric://localhost"),
        ("moz-extension://*", "chrome-extension://a"),
        ("none", "https://app.example"),
        ("off", "null"),
    ],
)
def test_an_entry_names_no_other_origin(listed: str, origin: str) -> None:
    assert not admitted(listed, origin)


@pytest.mark.parametrize(
    "written",
    [
        *("app.example", "localhost:5173", "https://", "https://app.example/", "https://app.example/path", "https://*"),
        *("http://*:3000", "https://app-*.example", "https://*app.example", "https://a.*.example", "//app.example"),
        *("https://user@app.example", "https://app.example:0", "https://app.example:65536", "https://app.example:x"),
        *("https://app.example:", "https://b\xfccher.example", "https://a.example https://b.example", "https://[::1"),
        *("**", "nullable", "https://app.example, none", "1tp://x", "https://app.example?x", "*://localhost"),
    ],
)
def test_what_is_no_origin_is_refused_with_the_notation(written: str) -> None:
    with pytest.raises(ValueError, match="is not an origin; allowed: scheme://") as refused:
        origins_in(written)
    wrong = bounded(open_part(written.rsplit(",", maxsplit=1)[-1].strip()))
    assert str(refused.value).startswith(f'"{wrong}" is not an origin; allowed: scheme://host[:port] without a path')


@given(st.text(max_size=40))
def test_any_header_is_an_origin_or_none(text: str) -> None:
    found = origin_in(text)
    assert (
        found is None
        or found == origin_in(f"{found.scheme}://{found.host}{found.port and ':'}{found.port}")
        or (found == PageOrigin("null"))
    )


@given(
    st.sampled_from(["http", "https", "tauri", "chrome-extension"]),
    st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True),
    st.none() | st.integers(1, 65535),
)
def test_an_origin_added_as_it_is_named_is_admitted(scheme: str, host: str, port: int | None) -> None:
    origin = f"{scheme}://{host}" + (f":{port}" if port else "")
    assert admitted(origin, origin)
    assert not admitted(origin, f"{scheme}://x{host}" + (f":{port}" if port else ""))


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost:3000", "localhost"),
        ("LocalHost.", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:3000", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]:80", "127.0.0.1"),
        ("dex_1.example:80", "dex_1.example"),
        *((bad, "") for bad in ("", "a b", "a/b", "a@b", "[::1", "::1", "x:port", "x:123456", "-x", "x" * 300, "a,b")),
    ],
)
def test_a_host_header_names_a_host_or_none(header: str, host: str) -> None:
    assert host_in(header) == host


def test_hosts_are_listed_without_ports() -> None:
    written = "Dex.Example, *.dex.example,10.0.0.5 ,[::1],fd00::5,*,svc.cluster.local."
    assert hosts_in(written) == (
        *("dex.example", "*.dex.example", "10.0.0.5", "::1", "fd00::5", "*", "svc.cluster.local"),
    )


@pytest.mark.parametrize(
    "written",
    [
        *("dex.example:3000", "https://dex.example", "dex.example/", "a b", "*.", "*dex.example", "a.*.example"),
        *("[dex.example", "[::1]:3000", "b\xfccher.example", ".example", "@"),
    ],
)
def test_what_is_no_host_is_refused_with_the_notation(written: str) -> None:
    with pytest.raises(ValueError, match="is not a host; allowed: names and addresses without scheme, port or path"):
        hosts_in(written)
