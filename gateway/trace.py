"""W3C trace context: one for each request, taken over from the caller or made here."""

import os
import re
from typing import Final, NamedTuple

from starlette.types import Scope

_TRACEPARENT: Final = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class Trace(NamedTuple):
    """The id shown to people and the header handed on to the next service."""

    trace_id: str
    traceparent: str


def trace_from(scope: Scope) -> Trace:
    """Return the trace of a request: its `traceparent` when that is valid, else a new one."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            match = _TRACEPARENT.fullmatch(value)
            if match and match[1] != b"0" * 32 and match[2] != b"0" * 16:
                return Trace(match[1].decode(), value.decode())
    random = os.urandom(24).hex()
    return Trace(random[:32], f"00-{random[:32]}-{random[32:]}-01")


def trace_of(scope: Scope) -> Trace:
    """Return the trace that the edge gave to this request."""
    trace: Trace = scope["tradewind.trace"]
    return trace


def begin_trace(scope: Scope) -> Trace:
    """Give the request its trace and return it."""
    trace = trace_from(scope)
    scope["tradewind.trace"] = trace
    return trace
