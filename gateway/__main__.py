"""`python -m gateway`: serve until SIGTERM or SIGINT."""

import os
import sys

import uvloop

from gateway import telemetry
from gateway.server import running_gateway
from gateway.settings import GatewaySettings
from servicekit.garbage import calm_garbage_collector
from servicekit.grpc_server import wait_for_signal
from servicekit.settings.reading import read_settings
from servicekit.settings.redis_server import cluster_sentences
from servicekit.settings.sentences import SettingsError, sentence
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing


async def serve(settings: GatewaySettings) -> None:
    """Serve until the process is asked to end, then drain."""
    async with running_gateway(settings) as (_, port):
        telemetry.started(settings.host, port)
        await wait_for_signal()
    telemetry.stopped()


def _check_redis(settings: GatewaySettings) -> None:
    """Raise SettingsError when what the gateway would ask is a Redis Cluster."""
    if settings.redis_url is None or not (settings.auth or settings.has_rate_limits):
        return
    if refused := cluster_sentences(os.environ, {"REDIS_URL": settings.redis_url.get_secret_value()}):
        raise SettingsError("\n".join(refused))


def main() -> int:
    """Return the exit code: 0 after a clean stop, 2 when the environment cannot be right."""
    try:
        settings = read_settings(GatewaySettings, os.environ)
        _check_redis(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging("gateway", level=settings.log_level)
    calm_garbage_collector()
    try:
        with tracing("gateway"):
            uvloop.run(serve(settings))
    except OSError as error:
        told = {"HOST": settings.host, "PORT": str(settings.port)}
        why = f"cannot listen there ({error.strerror}); allowed: an address of this machine and a port that is free"
        sys.stderr.write(f"{sentence(told, told, why)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
