"""Trace, duration and status code of every unary call."""

import time
from typing import Any

import grpc

from servicekit.rpc_metrics import call_ended
from servicekit.traces.trace_context import HEADER, current_trace


class ClientCalls(grpc.aio.UnaryUnaryClientInterceptor):
    """Measures every unary call of a channel, and sends the current trace with it.

    A batched call serves many items: the call has no trace, each item has its own.
    """

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Make the call and record how it ended; its result or error goes to the caller unchanged."""
        trace = current_trace.get()
        if trace is not None:
            metadata = grpc.aio.Metadata(*(client_call_details.metadata or ()), (HEADER, trace.traceparent))
            client_call_details = client_call_details._replace(metadata=metadata)
        began = time.perf_counter()
        call = await continuation(client_call_details, request)
        try:
            code = await call.code()
        except BaseException:
            # The caller has left, so the call must end too.
            call.cancel()
            raise
        call_ended(client_call_details.method, code.name, time.perf_counter() - began)
        return call
