"""The gRPC server of every service: health, reflection, errors from the table, drain on SIGTERM."""

import asyncio
import inspect
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
import structlog
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_status import rpc_status

from servicekit.errors import DomainError, Rejected
from servicekit.grpc_client import MESSAGE_BYTES_MAX
from servicekit.grpc_errors import status_of
from servicekit.reflection import add_reflection
from servicekit.rpc_metrics import MetricsInterceptor, call_refused
from servicekit.traces.trace_interceptor import TraceInterceptor

log = structlog.get_logger()

_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    # Otherwise two processes on one port would share its calls without an error.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    # On a busy machine our clients' pings come closer together; the server must not disconnect them for that.
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.bdp_probe", 0),
)

LIVENESS: Final = "liveness"

AddServicer = Callable[[grpc.aio.Server], None]


@dataclass(slots=True)
class Service:
    """The services of a process: their full gRPC names, a function that adds them, and one that ends their streams."""

    names: Sequence[str]
    add: AddServicer
    on_drain: Callable[[], Awaitable[None]] | None = None


@dataclass(slots=True)
class RunningServer:
    """A started server. `stop` drains it: it takes no new calls, ends the streams, and gives other calls some time."""

    server: grpc.aio.Server
    port: int
    service: Service
    health: health_aio.HealthServicer
    _stopped: bool = field(default=False)

    async def set_serving(self, serving: bool) -> None:
        """Set the health of the full service names; `""` and liveness stay as they are."""
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        if not self._stopped:
            for name in self.service.names:
                await self.health.set(name, status)

    async def stop(self, grace_seconds: float = 3.0) -> None:
        """Drain and stop. Safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        await self.health.enter_graceful_shutdown()
        if self.service.on_drain is not None:
            await self.service.on_drain()
        await self.server.stop(grace_seconds)


async def start_server(
    service: Service,
    *,
    host: str,
    port: int,
    reflection_enabled: bool = True,
    calls_max: int = 4_000,
    connection_age_max_ms: int | None = None,
    healthy: bool = True,
) -> RunningServer:
    """Start serving and return at once; port 0 takes a free one. Raises OSError when the port is taken.

    With `healthy` False the health service says NOT_SERVING until the caller changes it.
    """
    options: list[tuple[str, int]] = list(_OPTIONS)
    if connection_age_max_ms is not None:
        options += [
            ("grpc.max_connection_age_ms", connection_age_max_ms),
            ("grpc.max_connection_age_grace_ms", 10_000),
        ]
    server = grpc.aio.server(
        interceptors=[TraceInterceptor(), MetricsInterceptor(), ErrorInterceptor()],
        options=options,
        maximum_concurrent_rpcs=calls_max,
    )
    service.add(server)
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    if reflection_enabled:
        names = (*service.names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name)
        add_reflection(names, server)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        raise OSError(f"port {port} on {host} is in use or not allowed") from error
    await server.start()
    status = health_pb2.HealthCheckResponse.SERVING if healthy else health_pb2.HealthCheckResponse.NOT_SERVING
    # Liveness is not "": that one may show an outage of a dependency, and a restart does not help against it.
    await health.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
    for name in ("", *service.names):
        await health.set(name, status)
    return RunningServer(server=server, port=bound, service=service, health=health)


async def serve_until_signal(running: RunningServer) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    await wait_for_signal()
    await running.stop()


async def wait_for_signal() -> None:
    """Return when SIGTERM or SIGINT arrives."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Turns DomainError into its status, and any other exception into INTERNAL without its text."""

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Wrap the handler of the call, whatever its kind."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        if not handler.request_streaming:
            handler = handler._replace(request_deserializer=_decoding(handler.request_deserializer))
        if handler.unary_unary:
            return handler._replace(unary_unary=_guarded_unary(handler.unary_unary, method))
        if handler.stream_unary:
            return handler._replace(stream_unary=_guarded_unary(handler.stream_unary, method))
        if handler.unary_stream:
            return handler._replace(unary_stream=_guarded_stream(handler.unary_stream, method))
        return handler._replace(stream_stream=_guarded_stream(handler.stream_stream, method))


class _NotAMessage:
    """Stands for bytes that are no message of the rpc, until a guard refuses them."""


def _decoding(deserializer: Any) -> Any:
    """Return a deserializer that never raises DecodeError, which the library answers with UNKNOWN and its own text."""

    def decode(data: bytes) -> Any:
        try:
            return deserializer(data)
        except DecodeError:
            return _NotAMessage()

    return decode


def _readable(request: Any) -> Any:
    if isinstance(request, _NotAMessage):
        raise Rejected("MALFORMED_REQUEST", "The bytes of the request are no message of this rpc.")
    return request


def _guarded_unary(behaviour: Any, method: str) -> Any:
    if not inspect.iscoroutinefunction(behaviour):
        # Our handlers are coroutines. A plain function is the generated placeholder of an rpc that does not exist yet.
        return _not_implemented(method)

    async def guarded(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            return await behaviour(_readable(request), context)
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:
            await _abort(context, error, method)

    return guarded


def _guarded_stream(behaviour: Any, method: str) -> Any:
    if inspect.iscoroutinefunction(behaviour):
        # A handler that writes by itself instead of yielding.
        return _guarded_unary(behaviour, method)
    if not inspect.isasyncgenfunction(behaviour):
        return _not_implemented(method)

    async def guarded(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            async for response in behaviour(_readable(request), context):
                yield response
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:
            await _abort(context, error, method)

    return guarded


def _not_implemented(method: str) -> Any:
    async def refuse(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        name = method.rsplit("/", 1)[-1]
        await _abort(context, Rejected("NOT_IMPLEMENTED", f"{name} is not available in this version"), method)

    return refuse


async def _abort(context: grpc.aio.ServicerContext[Any, Any], error: Exception, method: str) -> None:
    if not isinstance(error, DomainError):
        log.error("rpc.crashed", method=method, exc_info=error)
        error = Rejected("INTERNAL")
    elif error.retryable:
        log.warning("rpc.failed", method=method, reason=error.reason)
    call_refused(method, error.row.grpc_code)
    await context.abort_with_status(rpc_status.to_status(status_of(error)))
