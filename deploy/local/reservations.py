"""Ports promised to one stack, so that two stacks starting at the same moment do not choose the same one."""

import errno
import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

from deploy.local.ports import bind_error, free_port, is_free
from deploy.local.refusal import Refusal


class Reservations:
    """Locks on port numbers, held until the process ends. A port is ours if we hold its lock and nobody listens."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep the locks in `folder`, by default one folder a user in the system's temporary folder."""
        self._folder = folder or Path(tempfile.gettempdir()) / f"tradewind-ports-{os.geteuid()}"
        self._held: list[IO[bytes]] = []
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def claim(self, name: str, port: int, *, host: str) -> int:
        """Reserve the port that the variable `name` asks for. Raises Refusal when it is taken or cannot be used."""
        error = bind_error(port, host)
        if error is not None and error.errno != errno.EADDRINUSE:
            raise Refusal(f"cannot listen on {host} port {port} ({name}): {error.strerror}")
        if error is not None or not self._lock(port):
            raise Refusal(f"port {port} is in use: stop what listens there, or set {name} to another port")
        return port

    def choose(self, preferred: int) -> int:
        """Reserve the preferred port, or any free one when it is taken."""
        port = preferred
        while not (self._lock(port) and is_free(port)):
            port = free_port()
        return port

    def _lock(self, port: int) -> bool:
        file = (self._folder / str(port)).open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held.append(file)
        return True

    def release(self) -> None:
        """Give all ports back."""
        while self._held:
            self._held.pop().close()
