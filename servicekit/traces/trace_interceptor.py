"""The trace of a call: read from its metadata, put into its log lines, and recorded as a span when it is sampled."""

import time
from typing import Any

import grpc
import structlog

from servicekit.traces.trace_context import HEADER, TraceContext, current_trace, new_span_id, parse_traceparent
from servicekit.traces.tracing import Span, is_recording, record


class TraceInterceptor(grpc.aio.ServerInterceptor):
    """Must be the first interceptor. Each call runs in its own task, so context set here holds until its handler ends.

    This works for all four kinds of calls. Only unary calls have spans: a stream belongs to no single request.
    """

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Adopt the caller's trace, if it sent one."""
        caller = _context_in(handler_call_details.invocation_metadata)
        if caller is None:
            return await continuation(handler_call_details)
        structlog.contextvars.bind_contextvars(trace_id=caller.trace_id)
        current_trace.set(caller)
        handler = await continuation(handler_call_details)
        if handler is None or not handler.unary_unary or not caller.sampled or not is_recording():
            return handler
        return handler._replace(unary_unary=_spanned(handler.unary_unary, handler_call_details.method, caller))


def _context_in(metadata: Any) -> TraceContext | None:
    for key, value in metadata or ():
        if key == HEADER:
            return parse_traceparent(value)
    return None


def _spanned(behaviour: Any, method: str, caller: TraceContext) -> Any:
    name = method.lstrip("/")

    async def spanned(request: Any, context: Any) -> Any:
        own = caller.child(new_span_id())
        current_trace.set(own)
        began_ns, failed = time.time_ns(), True
        try:
            answer = await behaviour(request, context)
            failed = False
            return answer
        finally:
            error = _code_of(context) if failed else ""
            attributes = {"rpc.system.name": "grpc", "rpc.method": name}
            record(Span(name, own, caller.span_id, "server", began_ns, time.time_ns(), attributes, error=error))

    return spanned


def _code_of(context: Any) -> str:
    """Return the status code of a failed call: CANCELLED when its caller left or its deadline passed."""
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else grpc.StatusCode.CANCELLED.name
