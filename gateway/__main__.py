"""`python -m gateway`: serve until SIGTERM or SIGINT."""

import sys

import uvloop
from pydantic import ValidationError

from gateway import telemetry
from gateway.server import running_gateway
from gateway.settings import Settings
from servicekit.garbage import calm_garbage_collector
from servicekit.grpc_server import wait_for_signal
from servicekit.telemetry import configure_logging
from servicekit.tracing import tracing


async def serve(settings: Settings) -> None:
    """Serve until the process is asked to end, then drain."""
    async with running_gateway(settings) as (_, port):
        telemetry.started(settings.host, port)
        await wait_for_signal()
    telemetry.stopped()


def main() -> int:
    """Return the exit code: 0 after a clean stop, 2 when the environment cannot be right."""
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(step) for step in fault["loc"]).upper()
            sys.stderr.write(f"gateway: {name + ': ' if name else ''}{fault['msg'].removeprefix('Value error, ')}\n")
        return 2
    configure_logging("gateway", level=settings.log_level)
    calm_garbage_collector()
    try:
        with tracing("gateway"):
            uvloop.run(serve(settings))
    except OSError as error:
        sys.stderr.write(f"gateway: cannot listen on {settings.host}:{settings.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
