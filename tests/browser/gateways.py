"""Further gateways before a running stack's services, with settings of a test's own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from deploy.local.ports import free_port
from tests.stack import REPOSITORY, Stack

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 20.0


@contextmanager
def gateway_beside(stack: Stack, **settings: str) -> Iterator[str]:
    """Yield the address of a gateway on loopback that shares the stack's services; end it with the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **stack.env(), "PORT": str(port), **settings}
    process = subprocess.Popen([sys.executable, "-m", "gateway"], env=environ, cwd=REPOSITORY)
    try:
        _wait_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def make_key(stack: Stack, account: str) -> str:
    """Return a new key of an account, for a gateway with AUTH=on."""
    command = [sys.executable, "-m", "executor_service", "keys", "create", f"--account={account}", "--scopes=trade"]
    environ = {**os.environ, **stack.env()}
    done = subprocess.run(command, env=environ, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        assert process.poll() is None, f"the gateway ended with {process.returncode}"
        assert time.monotonic() < deadline, "the gateway is not ready in time"
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
