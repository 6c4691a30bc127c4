"""Ports promised to one stack, so that two stacks starting at the same moment do not choose the same one."""

import errno
import fcntl
import os
import socket
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from deploy.local.ports import LOOPBACK, bind_error, bound_socket, free_port, is_free
from deploy.local.refusal import Refusal
from servicekit.settings.sentences import sentence

_OURS: Final = "an address of this machine, such as 127.0.0.1"
_TAKEN: Final = {errno.EADDRINUSE, errno.EAGAIN}


class Reservations:
    """Locks on port numbers, held until they are released or the process ends, however it ends.

    A port is ours if we hold its lock and nobody listens.

    Under Linux a socket that is bound and never listens stays on each port besides: the server that the port is for
    can still listen there, also again after a crash, but the kernel does not give the number to an outgoing
    connection in between. The usual gRPC ports lie in the range that it takes from.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Keep the locks in `folder`, by default one folder a user in the system's temporary folder."""
        self._folder = folder or Path(tempfile.gettempdir()) / f"tradewind-ports-{os.geteuid()}"
        self._held = ExitStack()
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def claim(self, name: str, port: int, *, host: str) -> int:
        """Reserve the port that the variable `name` asks for. Raises Refusal when it is taken or cannot be used."""
        error = bind_error(port, host)
        if error is not None and error.errno != errno.EADDRINUSE:
            if isinstance(error, socket.gaierror):
                raise Refusal(sentence(["HOST"], {"HOST": host}, f"does not resolve; allowed: {_OURS}"))
            if error.errno == errno.EADDRNOTAVAIL:
                raise Refusal(sentence(["HOST"], {"HOST": host}, f"no address of this machine; allowed: {_OURS}"))
            why = f"cannot listen there on {host} ({error.strerror}); allowed: a port that this user may listen on"
            raise Refusal(sentence([name], {name: str(port)}, why))
        if error is not None or not self._reserve(port, host):
            why = f"port {port} is in use; allowed: another port, or this one when nothing listens there"
            raise Refusal(sentence([name], {name: str(port)}, why))
        return port

    def choose(self, preferred: int) -> int:
        """Reserve the preferred port, or any free one when it is taken."""
        port = preferred
        while not (is_free(port) and self._reserve(port, LOOPBACK)):
            port = free_port()
        return port

    def _reserve(self, port: int, host: str) -> bool:
        with ExitStack() as held:
            file = held.enter_context((self._folder / str(port)).open("ab"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if sys.platform == "linux":
                    held.enter_context(bound_socket(port, host))
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
                return False
            self._held.push(held.pop_all())
        return True

    def release(self) -> None:
        """Give all ports back."""
        self._held.close()
