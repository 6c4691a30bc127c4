"""Running one embedded server for as long as a block of code needs it."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.redis import EmbeddedRedis
from deploy.local.spawn import spawn
from deploy.local.surroundings import made_environ

EmbeddedServer = EmbeddedPostgres | EmbeddedRedis

_START_S: Final = 60.0
_STOP_S: Final = 20.0
_STEP_S: Final = 0.02


@contextmanager
def running(server: EmbeddedServer, *, log: Path) -> Iterator[None]:
    """Start a server, yield once it answers, stop it at the end.

    Raises RuntimeError with the end of its log when it does not come up.
    """
    server.prepare()
    with log.open("ab") as output:
        process = spawn(
            server.command,
            env=made_environ(os.environ, own_postgres=False),
            output=output,
            cwd=server.cwd,
            account=server.account,
            death_signal=server.death_signal,
        )
    try:
        _await_answer(server, process, log)
        server.provision()
        yield
    finally:
        _stop(server, process)


def _await_answer(server: EmbeddedServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise RuntimeError(f"{type(server).__name__} did not start; its log ends:\n{tail}")
        time.sleep(_STEP_S)


def _stop(server: EmbeddedServer, process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(server.stop_signal)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
