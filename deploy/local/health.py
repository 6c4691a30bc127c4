"""The supervisor's readiness checks: gRPC health, HTTP, or a line that the process writes itself."""

import asyncio
import os
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.local.process import Check

_ASK_S: Final = 1.0
# A proxy of the caller (http_proxy) must not be used for a process on this machine.
_OPTIONS: Final = (("grpc.enable_http_proxy", 0),)


def grpc_serving(address: str) -> Check:
    """Return a check: the server at the address says SERVING for the service named ""."""

    async def serving() -> bool:
        async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
            try:
                answer = await health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(service=""), timeout=_ASK_S
                )
            except grpc.aio.AioRpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return serving


def http_ok(host: str, port: int, path: str) -> Check:
    """Return a check: a GET of the path answers 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii")

    async def answers() -> bool:
        try:
            async with asyncio.timeout(_ASK_S):
                reader, writer = await asyncio.open_connection(host.strip("[]"), port)
                try:
                    writer.write(request)
                    status_line = await reader.readline()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False
        return status_line.split(b" ")[1:2] == [b"200"]

    return answers


async def said_ready(descriptor: int) -> bool:
    """Return whether the process writes a `ready` line on the pipe before it closes it; closes our end."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        return (await reader.readline()).strip() == b"ready"
    finally:
        transport.close()
