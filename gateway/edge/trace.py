"""W3C trace context: one for each request, taken over from the caller or made here."""

import functools
import os
import re
from typing import Final, NamedTuple

from starlette.types import Scope

from servicekit.traces.trace_context import Sampler, TraceContext, new_span_id, new_trace, parse_traceparent, sampler_of
from servicekit.traces.tracing import is_recording

_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
# What asks every few seconds whether this process lives, and what it counts, is nobody's request.
_PROBES: Final = frozenset({"/health", "/healthz", "/livez", "/readyz", "/metrics"})


class Trace(NamedTuple):
    """The context of this request's own span, and the span it is a child of; empty: it began the trace."""

    context: TraceContext
    parent_span_id: str = ""

    @property
    def trace_id(self) -> str:
        """The id shown to people."""
        return self.context.trace_id

    @property
    def traceparent(self) -> str:
        """The header handed on to the next service."""
        return self.context.traceparent


def trace_from(scope: Scope) -> Trace:
    """Return the trace of a request: its `traceparent` when that is valid, else a new one.

    Whoever records a span here hands its own id on; else the caller's stays, and the next span is its child.
    """
    for name, value in scope["headers"]:
        if name == b"traceparent" and (caller := parse_traceparent(value.decode("latin-1"))):
            sampled = _sampler(_reads(scope))(caller.trace_id, caller.sampled)
            if sampled and is_recording():
                return Trace(TraceContext(caller.trace_id, new_span_id(), sampled), caller.span_id)
            return Trace(caller._replace(sampled=sampled))
    return Trace(new_trace(_never if scope.get("path") in _PROBES else _sampler(_reads(scope))))


def trace_of(scope: Scope) -> Trace:
    """Return the trace that the edge gave to this request."""
    trace: Trace = scope["tradewind.trace"]
    return trace


def begin_trace(scope: Scope) -> Trace:
    """Give the request its trace and its id, and return the trace."""
    trace = trace_from(scope)
    scope["tradewind.trace"] = trace
    scope["tradewind.request_id"] = _given_id(scope) or trace.trace_id
    return trace


def request_id_of(scope: Scope) -> str:
    """Return what this request is called in its answer: the id that the client sent, else that of the trace."""
    request_id: str = scope["tradewind.request_id"]
    return request_id


def _given_id(scope: Scope) -> str:
    """Return the X-Request-Id that a client sent; one that could not stand in a header or a log counts for nothing."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            return text if _REQUEST_ID.fullmatch(text) else ""
    return ""


def _reads(scope: Scope) -> bool:
    return scope.get("method", "GET") in {"GET", "HEAD"}


def _never(trace_id: str, caller: bool | None) -> bool:
    return False


@functools.cache
def _sampler(reads: bool) -> Sampler:
    """Return one for requests that read and one for the others: who polls takes no order's place among the traces."""
    return sampler_of(os.environ)
