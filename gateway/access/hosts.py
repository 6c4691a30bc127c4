"""The hosts that this gateway is served as.

A page of evil.example can have that name point to 127.0.0.1 (DNS rebinding). Its requests then reach a gateway on
loopback as requests of the page's own origin, which no rule about origins stops. The Host header still says the name.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from starlette.types import Scope

from gateway.access.host_names import ANY_HOST, host_in, normal_host
from gateway.access.origin import Origins
from servicekit.errors import Rejected

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# Addresses on which a socket listens to all. No client names them as a host.
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound here
_SHOWN_CHARACTERS_MAX: Final = 300


class Hosts:
    """Checks the names by which requests reach us.

    Always ours: the names of loopback, HOST, and the address that the connection came in on. Probes call pods by that
    address, and only a page that we serve ourselves has it for its origin. `allowed` (as `hosts_in` writes them) adds
    names; None means that any will do.
    """

    def __init__(self, allowed: Sequence[str] | None, own_host: str, origins: Origins) -> None:
        listed = tuple(allowed or ())
        self._any = allowed is None or ANY_HOST in listed
        self._names = frozenset({normal_host(own_host)} - _EVERYWHERE) | {*_LOOPBACK, *listed}
        self._endings = (".localhost", *(name.removeprefix("*") for name in listed if name.startswith("*.")))
        self._origins = origins

    def check(self, scope: Scope) -> None:
        """Raise Rejected("HOST_REFUSED") for a request to a host that this gateway is not served as.

        What a trusted proxy forwards as the client's host counts beside Host, never in its place: a page whose name
        points to us from the proxy's own machine can write that header as well. A program may name no host at all.
        """
        if self._any:
            return
        for header, written in self._written(scope):
            name = host_in(written)
            if name not in self._names and not name.endswith(self._endings) and name != _own_address(scope):
                raise _refused(header, written, name)

    def _written(self, scope: Scope) -> Iterator[tuple[str, str]]:
        for header, value in scope["headers"]:
            if header == b"host":
                yield "Host", value.decode("latin-1")
        forwarded = self._origins.forwarded_host(scope)
        if forwarded:
            yield "X-Forwarded-Host", forwarded


def _own_address(scope: Scope) -> str:
    server = scope.get("server")
    return normal_host(server[0]) if server else ""


def _refused(header: str, written: str, name: str) -> Rejected:
    shown = ascii(written[:_SHOWN_CHARACTERS_MAX])[1:-1]
    if not name:
        return Rejected("HOST_REFUSED", f"{header}: {shown} is no host. Send the name that you connect to.")
    return Rejected(
        "HOST_REFUSED",
        f"{header} is {shown}, a name that this gateway does not have. Use one that it has, such as localhost on its "
        f"own machine; or, if the name is the gateway's own, add {name} to ALLOWED_HOSTS and restart the gateway.",
    )
