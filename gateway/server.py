"""uvicorn as this gateway runs it: its limits, and a shutdown that sends every socket its resume point."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn

from gateway.bootstrap import Gateway, open_gateway
from gateway.edge.http_protocol import ConnectionLimits, limited_http
from gateway.edge.socket_limits import limited_sockets
from gateway.settings import GatewaySettings
from servicekit.open_files import open_files_max

DRAIN_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 2
# For what is no client: channels, logs, the listener.
FILES_SPARE: Final = 200


class DrainingServer(uvicorn.Server):
    """Stops in order: no new connections, streams ended with their resume point, requests finished."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self.gateway = gateway
        self.listening = asyncio.Event()
        self._asked_to_stop = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process: uvicorn would raise them again at the end instead of exiting with 0."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.listening.set()

    def stop(self) -> None:
        """Have `serve` shut down and return."""
        self.should_exit = True
        self._asked_to_stop.set()

    async def main_loop(self) -> None:
        """Tick once a second, which renews the Date header, until asked to stop."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._asked_to_stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, drain, then close what is left."""
        for server in self.servers:
            server.close()
        self.gateway.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.gateway.turnstile.wait_empty()
        await super().shutdown(sockets)


@asynccontextmanager
async def running_gateway(settings: GatewaySettings) -> AsyncIterator[tuple[DrainingServer, int]]:
    """Yield a serving gateway and its port; stop it at the end. Raises OSError when the port is taken."""
    listener = _listen(settings)
    async with open_gateway(settings) as gateway:
        server = DrainingServer(_config(gateway, settings), gateway)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await server.listening.wait()
            yield server, listener.getsockname()[1]
        finally:
            server.stop()
            await serving


def _listen(settings: GatewaySettings) -> socket.socket:
    host = settings.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    listener = socket.create_server((host, settings.port), family=family, backlog=2048, dualstack_ipv6=both)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Every connection inherits it: the system cuts off a client that takes nothing for so long.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(settings.stall_seconds * 1000))
    listener.setblocking(False)
    return listener


def _connections_max(settings: GatewaySettings) -> int:
    """Return how many connections leave files for everything else."""
    files = open_files_max()
    if files is None:
        return settings.connections_max
    return max(1, min(settings.connections_max, files - FILES_SPARE))


def _config(gateway: Gateway, settings: GatewaySettings) -> uvicorn.Config:
    return uvicorn.Config(
        gateway.app,
        http=limited_http(
            ConnectionLimits(
                header_bytes_max=settings.header_bytes_max,
                header_read_seconds=settings.header_read_seconds,
                body_read_seconds=settings.body_read_seconds,
                connections_max=_connections_max(settings),
                path_prefix=settings.path_prefix,
                refusal_headers=gateway.app.cross_origin.headers_for,
            )
        ),
        ws=limited_sockets(path_prefix=settings.path_prefix),
        ws_max_size=16 * 1024,
        ws_per_message_deflate=False,
        ws_ping_interval=settings.ping_seconds,
        ws_ping_timeout=settings.ping_seconds,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=round(settings.keep_alive_seconds),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
