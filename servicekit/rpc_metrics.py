"""The duration and outcome of gRPC calls, measured by the server and by the caller."""

import time
from typing import Any, Final

import grpc
from prometheus_client import Counter, Histogram

from servicekit.metrics import SECONDS_BUCKETS

_ANSWER_SECONDS: Final = Histogram(
    "tradewind_rpc_seconds", "Time to answer a unary gRPC call.", ["method"], buckets=SECONDS_BUCKETS
)
_REFUSED: Final = Counter("tradewind_rpc_refused", "gRPC calls answered with an error.", ["method", "code"])
_CALL_SECONDS: Final = Histogram(
    "tradewind_rpc_client_seconds",
    "Time a unary gRPC call took its caller, retries included.",
    ["method", "code"],
    buckets=SECONDS_BUCKETS,
)


def method_name(method: str | bytes) -> str:
    """Return the bare name of a method: SubmitOrders for /tradewind.orders.v1.OrderService/SubmitOrders."""
    text = method.decode() if isinstance(method, bytes) else method
    return text.rsplit("/", 1)[-1]


def call_ended(method: str | bytes, code: str, seconds: float) -> None:
    """A unary call of this process has ended."""
    _CALL_SECONDS.labels(method=method_name(method), code=code).observe(seconds)


def call_refused(method: str, code: str) -> None:
    """A call was answered with an error."""
    _REFUSED.labels(method=method_name(method), code=code).inc()


class MetricsInterceptor(grpc.aio.ServerInterceptor):
    """Measures unary calls by method. Streams are counted elsewhere: their readers decide how long they last."""

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Wrap a unary handler."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler.unary_unary:
            return handler
        return handler._replace(unary_unary=_timed(handler.unary_unary, handler_call_details.method))


def _timed(behaviour: Any, method: str) -> Any:
    observe = _ANSWER_SECONDS.labels(method=method_name(method)).observe

    async def timed(request: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return await behaviour(request, context)
        finally:
            observe(time.perf_counter() - began)

    return timed
