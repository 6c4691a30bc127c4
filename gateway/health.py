"""Alive and ready. Alive asks nobody; ready asks the services behind this one and names who is missing."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.json_out import json_response
from gateway.edge.problems import problem_response
from gateway.orders.tokens import TokenDirectory
from servicekit.errors import Unavailable

CHECK_SECONDS: Final = 1.0
# A good result is worth more time than a bad one, which may be over at any moment.
KEPT_SECONDS: Final = {True: 1.0, False: 0.2}


class Health:
    """The health endpoints. A check's result is kept for a moment, so that probes cost the services nothing."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], tokens: TokenDirectory) -> None:
        self._stubs = {name: health_pb2_grpc.HealthStub(channel) for name, channel in channels.items()}
        self._tokens = tokens
        self._checks: dict[str, str] = {}
        self._checked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def alive(self, request: Request) -> Response:
        """GET /health, /healthz, /livez: the process answers."""
        return json_response({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """GET /readyz: 200 when every service behind is ready, else 503 naming those that are not."""
        async with self._lock:
            kept_seconds = KEPT_SECONDS[set(self._checks.values()) == {"ok"}]
            if time.monotonic() - self._checked_at > kept_seconds:
                self._checks = await self._check()
                self._checked_at = time.monotonic()
        missing = [name for name, state in self._checks.items() if state != "ok"]
        if not missing:
            return json_response({"status": "ok", "checks": self._checks})
        error = Unavailable("UNAVAILABLE", f"Not ready: {', '.join(missing)}.")
        return problem_response(error, request.scope, extra={"checks": self._checks, "notReady": missing})

    async def _check(self) -> dict[str, str]:
        states = await asyncio.gather(*(_state(stub) for stub in self._stubs.values()))
        checks = dict(zip(self._stubs, states, strict=True))
        checks["tokens"] = "ok" if self._tokens.known else "not_loaded"
        return checks


async def _state(stub: health_pb2_grpc.HealthStub) -> str:
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=CHECK_SECONDS)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code.name.lower()
    serving: bool = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "ok" if serving else "not_serving"
