"""Where a request comes from, as far as that can be believed."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from starlette.types import Scope

from gateway.settings import Network

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# A proxy may write the port beside the address; an address of version 6 then stands in brackets.
_WITH_PORT: Final = re.compile(
    r"\[(?P<six>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\](?::[0-9]{1,5})?|(?P<four>[0-9.]+):[0-9]{1,5}"
)
# One subscriber usually has all of such a network for himself.
_SUBSCRIBER_PREFIX: Final = 64


class ClientAddresses:
    """Finds the address of a request's client. It reads X-Forwarded-For from trusted proxies, and no other header."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted_proxies = tuple(trusted_proxies)

    def of(self, scope: Scope) -> str:
        """Return the rightmost forwarded address that is no trusted proxy when the peer is one, else the peer's.

        Further left a client may write what it likes. A list that cannot be read, or names proxies only, counts for
        nothing. Empty for a peer without an address.
        """
        peer = _peer(scope)
        if not self._trusted_proxies or not self.from_proxy(scope):
            return peer
        for entry in reversed(_forwarded(scope)):
            address = _address_in(entry)
            if address is None:
                return peer
            if not self._is_trusted(address):
                return str(address)
        return peer

    def from_proxy(self, scope: Scope) -> bool:
        """True when the peer is a proxy whose forwarded headers are believed."""
        address = _address_in(_peer(scope)) if self._trusted_proxies else None
        return address is not None and self._is_trusted(address)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted_proxies)


def subscriber_of(address: str) -> str:
    """Return what limits count together: an address of version 4, or the /64 network of one of version 6."""
    if ":" not in address:
        return address
    network = ipaddress.IPv6Network((address, _SUBSCRIBER_PREFIX), strict=False)
    return str(network)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    if not client:
        return ""
    address = _address_in(client[0])
    return str(address) if address is not None else ""


def _forwarded(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return ",".join(values).split(",") if values else []


def _address_in(entry: str) -> Address | None:
    text = entry.strip()
    match = _WITH_PORT.fullmatch(text)
    if match:
        text = match["six"] if match["six"] is not None else match["four"]
    if "%" in text:
        # A zone means something on one machine only.
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
