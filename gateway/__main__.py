"""`python -m gateway`: serve until SIGTERM or SIGINT."""

import os
import sys

import uvloop

from gateway import telemetry
from gateway.server import running_gateway
from gateway.settings import GatewaySettings
from servicekit.garbage import calm_garbage_collector
from servicekit.grpc_server import wait_for_signal
from servicekit.setting_types import SettingsError, read_settings
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing


async def serve(settings: GatewaySettings) -> None:
    """Serve until the process is asked to end, then drain."""
    async with running_gateway(settings) as (_, port):
        telemetry.started(settings.host, port)
        await wait_for_signal()
    telemetry.stopped()


def main() -> int:
    """Return the exit code: 0 after a clean stop, 2 when the environment cannot be right."""
    try:
        settings = read_settings(GatewaySettings, os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
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
