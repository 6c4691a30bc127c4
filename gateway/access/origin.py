"""Where clients reach this gateway: scheme, host and prefix of a request, as far as they can be believed."""

import re
from collections.abc import Sequence
from typing import Final

from starlette.types import Scope

from gateway.access.client_address import ClientAddresses
from gateway.edge.public_path import normal_prefix, public_path
from gateway.settings import Network

_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Origins:
    """Finds the public address of this gateway for each request."""

    def __init__(self, trusted_proxies: Sequence[Network], path_prefix: str = "") -> None:
        self._addresses = ClientAddresses(trusted_proxies)
        self._forwards = bool(trusted_proxies)
        self._path_prefix = path_prefix

    def prefix(self, scope: Scope) -> str:
        """Return the prefix that a proxy removed from the path: X-Forwarded-Prefix of a trusted one, else the setting.

        A header that is no prefix is ignored.
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
        host = self.host(scope)
        if self._addresses.from_proxy(scope):
            forwarded = _last(_header(scope, b"x-forwarded-proto")).lower()
            secure = forwarded in ("https", "wss") if forwarded else secure
        if not _HOST.fullmatch(host):
            host = _own_address(scope)
        return f"{'wss' if secure else 'ws'}://{host}{public_path(scope, path)}"

    def host(self, scope: Scope) -> str:
        """Return the host that the client used, as it is written; empty when none is named."""
        return self.forwarded_host(scope) or _header(scope, b"host")

    def forwarded_host(self, scope: Scope) -> str:
        """Return the client's host as a trusted proxy forwards it, empty without one."""
        return _last(_header(scope, b"x-forwarded-host")) if self._addresses.from_proxy(scope) else ""


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
