"""What every unary call of ours carries and reports: the trace it belongs to, how long it took, how it ended."""

import time
from typing import Any

import grpc

from servicekit.rpc_metrics import call_ended
from servicekit.trace_context import HEADER, current_trace


class ClientCalls(grpc.aio.UnaryUnaryClientInterceptor):
    """Measures every unary call of a channel, and sends the trace along that it is made for.

    A batched call is made for many: it has no trace of its own, its items have theirs.
    """

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Make the call and note how it ended; its result or error goes to the caller untouched."""
        trace = current_trace.get()
        if trace is not None:
            metadata = grpc.aio.Metadata(*(client_call_details.metadata or ()), (HEADER, trace.traceparent))
            client_call_details = client_call_details._replace(metadata=metadata)
        began = time.perf_counter()
        call = await continuation(client_call_details, request)
        try:
            code = await call.code()
        except BaseException:
            # Whoever waited has gone: the call must not run on for nobody.
            call.cancel()
            raise
        call_ended(client_call_details.method, code.name, time.perf_counter() - began)
        return call
