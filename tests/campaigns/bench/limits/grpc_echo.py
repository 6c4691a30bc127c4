"""`python -m tests.campaigns.bench.limits.grpc_echo PORT` serves an echo of bytes; `echo_rate` measures it."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import uvloop

METHOD = "/bench.Echo/Echo"
PAYLOAD = b"x" * 300
IN_FLIGHT = 64


async def echo_rate(port: int, seconds: float) -> float:
    """Return unary calls a second, 64 in flight on one channel."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Callable[..., Awaitable[Any]] = channel.unary_unary(METHOD)
        await call(PAYLOAD, wait_for_ready=True, timeout=20)
        began, done = time.perf_counter(), 0

        async def keep_calling() -> None:
            nonlocal done
            while time.perf_counter() - began < seconds:
                await call(PAYLOAD, timeout=10)
                done += 1

        await asyncio.gather(*(keep_calling() for _ in range(IN_FLIGHT)))
        return done / (time.perf_counter() - began)


async def _serve(port: int) -> None:
    async def echo(request: bytes, context: object) -> bytes:
        return request

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", {"Echo": handler}),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
