"""Prometheus metrics: one page a process, and what every gRPC server measures of itself."""

import time
from typing import Any, Final

import grpc
from prometheus_client import Histogram, start_http_server

RPC_SECONDS: Final = Histogram(
    "tradewind_rpc_seconds",
    "Time to answer a unary gRPC call.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def serve_metrics(port: int, host: str = "127.0.0.1") -> None:
    """Serve /metrics on a thread of its own until the process ends; port 0 serves nothing. Raises OSError."""
    if port:
        start_http_server(port, addr=host)


class MetricsInterceptor(grpc.aio.ServerInterceptor):
    """Measures unary calls by method. Streams last as long as their readers like and are counted elsewhere."""

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Wrap a unary handler."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler.unary_unary:
            return handler
        return handler._replace(unary_unary=_timed(handler.unary_unary, handler_call_details.method))


def _timed(behaviour: Any, method: str) -> Any:
    observe = RPC_SECONDS.labels(method=method.rsplit("/", 1)[-1]).observe

    async def timed(request: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return await behaviour(request, context)
        finally:
            observe(time.perf_counter() - began)

    return timed
