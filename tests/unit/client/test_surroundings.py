"""What the environment says of proxies and certificates: loopback is reached, or one sentence names the variable."""

import os
import subprocess
import sys
from typing import Any

import pytest

from tradewind_client import Misconfigured, RetryPolicy, Tradewind

# Each stopped a client that has nothing to do with it.
ODD: tuple[dict[str, str], ...] = (
    {"http_proxy": "http://127.0.0.1:9"},
    {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"},
    {"ALL_PROXY": "socks5://127.0.0.1:9"},
    {"all_proxy": "socks5h://127.0.0.1:9", "no_proxy": "*"},
    {"HTTP_PROXY": "ftp://proxy"},
    {"NO_PROXY": "[::1"},
    {"NO_PROXY": "*.corp:abc,::1/128,http://x y"},
    {"SSL_CERT_FILE": "/nowhere/ca.pem"},
    {"SSL_CERT_FILE": os.devnull},
    {"SSL_CERT_DIR": "/nowhere"},
    {"REQUESTS_CA_BUNDLE": "/nowhere", "CURL_CA_BUNDLE": "/nowhere"},
)


@pytest.fixture(params=ODD, ids=lambda odd: " ".join(f"{name}={value}" for name, value in odd.items()))
def odd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
    for name, value in request.param.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("odd")
async def test_a_gateway_on_this_machine_is_reached_over_http_and_websocket(
    gateway: Any, hasty: RetryPolicy, episode: Any, snapshot: Any
) -> None:
    gateway.plays(episode(tells=(1, 2, 3, 4, 5, 6), close=1000))
    gateway.order = snapshot("confirmed", 6)
    async with Tradewind(gateway.url, retry=hasty) as client:
        assert [event.sequence async for event in client.watch("o-1")] == [1, 2, 3, 4, 5, 6]
        assert (await client.order("o-1")).status == "confirmed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://user:s3cret@127.0.0.1:9"),
        ("HTTP_PROXY", "ftp://user:s3cret@proxy"),
        ("NO_PROXY", "*.corp:abc"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    ],
)
def test_elsewhere_the_variable_that_cannot_be_used_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for other in list(os.environ):
        if other.lower().endswith("_proxy") or other.startswith("SSL_CERT"):
            monkeypatch.delenv(other)
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=rf"^{name}\b.*unset it") as refused:
        Tradewind("https://gateway.example")
    assert "s3cret" not in str(refused.value)
    done = subprocess.run(
        [sys.executable, "-m", "tradewind_cli", "tokens", "--url", "https://gateway.example"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr
