"""Probes that run inside a container: `python -I -S probe.py ready | alive | http PATH`, `python probe.py grpc PORT`.

Kubernetes asks gRPC and HTTP servers itself and needs only the two for workers; compose needs the rest. Run with
`-I -S` a probe costs some 15 ms of processor time; only `grpc` needs installed packages.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_MAIN_THREAD = Path("/proc/1/task/1/status")
_SWITCHES = "voluntary_ctxt_switches:"
# A worker renews its lease and sweeps once a second, whether or not Postgres answers.
_WAKES_WITHIN_S = 4.0
_LOOK_AGAIN_S = 0.2
_ASK_S = 2.0


def ready_file() -> Path:
    """Return the file that a worker writes when it is ready."""
    return Path(tempfile.gettempdir()) / "ready"


def is_ready(file: Path) -> bool:
    """Return whether the worker has taken its first lease."""
    return file.is_file() and file.read_text() == "ready\n"


def is_alive(status_file: Path = _MAIN_THREAD, within_s: float = _WAKES_WITHIN_S) -> bool:
    """Return whether the main thread sleeps and wakes: the thread of a stuck or spinning event loop does not.

    It asks no other process, so an outage of Postgres or Redis never looks like a dead worker.
    """
    before, deadline = _switches(status_file), time.monotonic() + within_s
    while time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)
        if _switches(status_file) != before:
            return True
    return False


def http_ok(path: str, port: int) -> bool:
    """Return whether a GET on this machine answers 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_ASK_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def grpc_serving(port: int) -> bool:
    """Return whether the gRPC server on this machine says SERVING."""
    import grpc  # noqa: PLC0415 - the other probes run without installed packages
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415 - as above

    # An http_proxy in the container's environment must not be used for the container itself.
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=(("grpc.enable_http_proxy", 0),)) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=_ASK_S)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _switches(status_file: Path) -> str:
    return next(line for line in status_file.read_text().splitlines() if line.startswith(_SWITCHES))


_PROBES: Mapping[str, Callable[..., bool]] = {
    "ready": lambda: is_ready(ready_file()),
    "alive": is_alive,
    "http": lambda path: http_ok(path, int(os.environ.get("PORT", "3000"))),
    "grpc": lambda port: grpc_serving(int(port)),
}


def main(arguments: Sequence[str]) -> int:
    """Return 0 when all is well and 1 when it is not."""
    name, *rest = arguments
    return 0 if _PROBES[name](*rest) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
