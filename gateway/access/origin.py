"""Where clients reach this gateway: scheme, host and prefix of a request, as far as they can be believed."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from starlette.types import Scope

from gateway.access.client_address import ClientAddresses
from gateway.edge.public_path import normal_prefix, public_path
from gateway.settings import Network
from servicekit.errors import Rejected

_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class Origins:
    """Finds the public address of this gateway for each request."""

    def __init__(self, trusted_proxies: Sequence[Network], path_prefix: str = "") -> None:
        self._addresses = ClientAddresses(trusted_proxies)
        self._forwards = bool(trusted_proxies)
        self._path_prefix = path_prefix

    def prefix(self, scope: Scope) -> str:
        """Return what a proxy has taken off the path: the X-Forwarded-Prefix of a trusted one, else the setting's.

        One that is no prefix counts for nothing.
        """
        if self._forwards and self._addresses.from_proxy(scope):
            named = _last(_header(scope, b"x-forwarded-prefix"))
            return (normal_prefix(named) if named else None) or self._path_prefix
        return self._path_prefix

    def socket_url(self, scope: Scope, path: str) -> str:
        """Return ws://host/path or wss://host/path, for the host and under the prefix that the client used.

        Forwarded headers count when they come from a trusted proxy. A host that is not one is never echoed: the
        address that the connection came in on stands in.
        """
        secure = scope.get("scheme") in ("https", "wss")
        host = self._host(scope)
        if self._addresses.from_proxy(scope):
            forwarded = _last(_header(scope, b"x-forwarded-proto")).lower()
            secure = forwarded in ("https", "wss") if forwarded else secure
        if not _HOST.fullmatch(host):
            host = _own_address(scope)
        return f"{'wss' if secure else 'ws'}://{host}{public_path(scope, path)}"

    def check_page(self, scope: Scope, allowed: Collection[str]) -> None:
        """Raise Rejected("ORIGIN_REFUSED") for an upgrade that a page of a foreign origin asks for.

        Browsers name the page's origin and let it through whatever it is; programs that are no browsers name none.
        A page may connect to its own host, and one of an origin in `allowed` (as `normal_origin` writes it) to ours.
        """
        named = _header(scope, b"origin")
        if not named:
            return
        origin = normal_origin(named)
        scheme, _, host = origin.partition("://")
        own_host = _without_default_port(self._host(scope).lower(), scheme)
        if not origin or (origin not in allowed and host != own_host):
            raise Rejected("ORIGIN_REFUSED")

    def _host(self, scope: Scope) -> str:
        host = _header(scope, b"host")
        if self._addresses.from_proxy(scope):
            return _last(_header(scope, b"x-forwarded-host")) or host
        return host


def normal_origin(written: str) -> str:
    """Return scheme://host[:port] in lower case, without the scheme's own port; empty for what is no origin."""
    scheme, separator, host = written.strip().lower().partition("://")
    if not separator or scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        return ""
    return f"{scheme}://{_without_default_port(host, scheme)}"


def _without_default_port(host: str, scheme: str) -> str:
    return host.removesuffix(_DEFAULT_PORTS.get(scheme, ""))


def _header(scope: Scope, name: bytes) -> str:
    for found, value in scope["headers"]:
        if found == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def _last(values: str) -> str:
    """Return the entry that the nearest proxy wrote: entries before it may be the client's invention."""
    return values.rsplit(",", 1)[-1].strip()


def _own_address(scope: Scope) -> str:
    host, port = scope.get("server") or ("127.0.0.1", None)
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port else shown
