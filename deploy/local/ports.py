"""Free TCP ports on the loopback address."""

import secrets
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"

# Below the range from which kernels take the local ports of outgoing connections, so that a port chosen here is
# still free when its server starts again after a crash.
_LOWEST: Final = 15_000
_HIGHEST: Final = 30_000
_TRIES: Final = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on the port at this moment."""
    return bind_error(port, host) is None


def bind_error(port: int, host: str = LOOPBACK) -> OSError | None:
    """Return why a server could not listen there at this moment, or None when it could."""
    try:
        with bound_socket(port, host) as probe:
            probe.listen(1)
    except OSError as error:
        return error
    return None


def bound_socket(port: int, host: str = LOOPBACK, *, alone: bool = False) -> socket.socket:
    """Return a socket that is bound and does not listen. Raises OSError when a server could not be bound there.

    With `alone` it is refused too where another socket is bound that does not listen, or a connection has just ended.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0 if alone else 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def free_port(*, preferred: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """Return a port that no process listens on: the preferred one if possible, and none of `taken`.

    A port other than the preferred one is not reserved by another stack either: reserved ports are bound.
    Raises OSError when no port is found.
    """
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    for _ in range(_TRIES):
        # Not from the global generator: processes that seed it alike would choose alike.
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        if port not in taken and _is_unbound(port):
            return port
    raise OSError(f"no free TCP port found between {_LOWEST} and {_HIGHEST}")


def _is_unbound(port: int) -> bool:
    try:
        bound_socket(port, alone=True).close()
    except OSError:
        return False
    return True
