"""`python -m deploy.container.worker`: the worker, which writes a file when it is ready.

A worker has no port to ask. It writes one line to a descriptor that it is handed; here that is a file, which the
readiness probe reads. The process becomes the worker, so that signals and exit codes are the worker's own.
"""

import os
import sys

from deploy.container.probe import ready_file

_READY_FD = "TRADEWIND_READY_FD"


def main() -> None:
    """Open the file and become the worker."""
    # O_TRUNC empties the file: /tmp outlives a container that is started again.
    descriptor = os.open(ready_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.set_inheritable(descriptor, True)
    os.environ[_READY_FD] = str(descriptor)
    os.execv(sys.executable, [sys.executable, "-m", "executor_service", "worker"])  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
