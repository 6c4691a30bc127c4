"""The address of a request's client, from the connection or from the headers of a trusted proxy."""

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
# One internet subscriber usually has a whole network of this size.
_SUBSCRIBER_PREFIX: Final = 64


class ClientAddresses:
    """Finds the address of a request's client. It reads X-Forwarded-For from trusted proxies, and no other header."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted_proxies = tuple(trusted_proxies)

    def of(self, scope: Scope) -> str:
        """Return the peer's address; when the peer is a trusted proxy, the rightmost forwarded one that is none.

        Entries further left may be the client's invention. A list that cannot be read, or that names only proxies, is
        ignored. Empty for a peer without an address.
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
        """True when the peer is a trusted proxy, whose forwarded headers are used."""
        address = _address_in(_peer(scope)) if self._trusted_proxies else None
        return address is not None and self._is_trusted(address)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted_proxies)


def subscriber_of(address: str) -> str:
    """Return the subject that limits count: an address of version 4, or the /64 network of one of version 6."""
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
        # An address with a zone has a meaning on one machine only.
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
