"""How the client connects: with the environment's proxies and certificates, except to this machine."""

import os
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

import httpx

from tradewind_client.errors import Misconfigured

_PROXIES: Final = ("all_proxy", "https_proxy", "http_proxy")
_NO_SOCKS: Final = "names a SOCKS proxy, which this installation cannot use: unset it, or run `pip install {}`"


def is_loopback(host: str) -> bool:
    """Return whether the host is this machine, by its name or its address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def open_http(
    url: httpx.URL, *, headers: Mapping[str, str], timeout: float, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    """Return an HTTP client for the gateway. Raises Misconfigured, naming the variable that cannot be used."""
    near = is_loopback(url.host)
    try:
        return httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=timeout,
            transport=transport,
            trust_env=not near,
            verify=_trust(url) if near else True,
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        raise Misconfigured(_sentence(error)) from error


def _trust(url: httpx.URL) -> ssl.SSLContext:
    """Return a context with the certificates to trust. Plain HTTP needs none, so no certificate file has to exist."""
    if url.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.create_ssl_context()


def without_socks(package: str) -> Misconfigured:
    """Return what to raise when a SOCKS proxy is named and the package that speaks to one is missing."""
    named = [name for name, value in _set_proxies() if value.lower().startswith("socks")]
    return Misconfigured(f"{' and '.join(named) or 'ALL_PROXY'} {_NO_SOCKS.format(package)}.")


def _set_proxies() -> list[tuple[str, str]]:
    return [(name, value) for name, value in os.environ.items() if name.lower() in _PROXIES and value]


def _sentence(error: Exception) -> str:
    """Name the variable. A proxy's address may hold a password and is not repeated."""
    if isinstance(error, ImportError):
        return str(without_socks("httpx[socks]"))
    if isinstance(error, OSError):
        name = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "SSL_CERT_FILE")
        reason = error.strerror or "it holds no certificate"
        return f"{name}={os.environ.get(name, '')} cannot be used ({reason}): name a file of certificates, or unset it."
    for name, value in _set_proxies():
        if not _is_proxy(value):
            return f"{name} is no address of a proxy such as http://proxy:8080: correct it, or unset it."
    name = next((name for name in ("no_proxy", "NO_PROXY") if os.environ.get(name)), "NO_PROXY")
    return f"{name}={os.environ.get(name, '')} has an entry that is no host or domain: correct it, or unset it."


def _is_proxy(value: str) -> bool:
    try:
        httpx.Proxy(value if "://" in value else f"http://{value}")
    except (ValueError, httpx.InvalidURL):
        return False
    return True
