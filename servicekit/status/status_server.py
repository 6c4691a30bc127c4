"""gRPC in: StatusService, which every service runs beside its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.grpc_server import Service
from servicekit.metrics import release
from tradewind.status.v1 import status_pb2 as pb
from tradewind.status.v1 import status_pb2_grpc as rpc

SERVICE_NAME: Final = pb.DESCRIPTOR.services_by_name["StatusService"].full_name
# The stores are checked at most once in this time, however many callers ask.
KEPT_SECONDS: Final = 1.0

Collect = Callable[[], Awaitable[pb.GetStatusResponse]]


class StatusServicer(rpc.StatusServiceServicer):
    """Implements tradewind.status.v1.StatusService."""

    def __init__(self, service: str, collect: Collect) -> None:
        """`collect` returns the stores and facts of this process, within a second; it never raises for an outage."""
        self._service = service
        self._collect = collect
        self._started_at = Timestamp()
        self._started_at.GetCurrentTime()
        self._kept: pb.GetStatusResponse | None = None
        self._kept_until = float("-inf")
        self._lock = asyncio.Lock()

    async def GetStatus(  # noqa: N802 - the name of the rpc
        self, request: pb.GetStatusRequest, context: "grpc.aio.ServicerContext[Any, Any]"
    ) -> pb.GetStatusResponse:
        """Return the status of the process, at most a second old."""
        async with self._lock:
            if self._kept is None or time.monotonic() >= self._kept_until:
                self._kept = await self._collect()
                self._kept.service = self._service
                self._kept.version = release()
                self._kept.started_at.CopyFrom(self._started_at)
                self._kept_until = time.monotonic() + KEPT_SECONDS
            return self._kept


def with_status(service: Service, name: str, collect: Collect) -> Service:
    """Return a service that also serves StatusService."""
    servicer, own = StatusServicer(name, collect), service.add

    def add(server: grpc.aio.Server) -> None:
        own(server)
        rpc.add_StatusServiceServicer_to_server(servicer, server)

    return replace(service, names=[*service.names, SERVICE_NAME], add=add)
