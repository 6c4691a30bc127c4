"""The sending side of one request, observed: when its answer began and with what, and how long its stream was open."""

import time
from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Message, Scope, Send

from gateway.edge.event_stream import EVENT_STREAM
from gateway.edge.trace import request_id_of, trace_of
from servicekit.bulk_metrics import counted_in_bulk, in_bulk
from servicekit.metrics import SECONDS_BUCKETS
from servicekit.traces.tracing import Span, is_recording, record

_ANSWERS: Final = Counter("tradewind_http_answers", "HTTP answers begun, by method and status.", ["method", "status"])
_SECONDS: Final = Histogram(
    "tradewind_http_seconds",
    "Time from a request's headers to the beginning of its answer.",
    ["method", "route"],
    buckets=SECONDS_BUCKETS,
)
_STREAMS: Final = Gauge("tradewind_streams_open", "WebSockets and server-sent event streams open now.", ["kind"])
# An answer, and the refusal of an upgrade.
_BEGINNINGS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
REQUEST_ID: Final = b"x-request-id"
# Where a route notes its path in the scope.
ROUTE: Final = "tradewind.route"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_KINDS: Final = ("order_socket", "order_sse", "stream_socket", "prices_sse")
_ORDERS: Final = b"/api/orders/"
_MANY: Final = {"websocket": "/api/stream", "http": "/api/prices"}

_answer_counted: Final = cache(lambda method, status: counted_in_bulk(_ANSWERS.labels(method, str(status)).inc))
_answer_timed: Final = cache(lambda method, route: in_bulk(_SECONDS.labels(method, route).observe))

for _kind in _KINDS:
    _STREAMS.labels(_kind).set(0)


class Answering:
    """Passes on what is sent, and counts. `ended` belongs in a `finally`.

    Only routes are labels, so that no caller can make new ones; `none` is for what no route took.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        # An upgrade is asked for with GET.
        self._method: str = scope.get("method", "GET")
        self._began = time.perf_counter()
        self._stream = ""
        self._status = 0
        self._location = b""

    async def __call__(self, message: Message) -> None:
        """Send a message."""
        if message["type"] in _BEGINNINGS:
            self._begun(message)
        elif message["type"] == "websocket.accept":
            self._opened()
            self._name_request(message)
        await self._send(message)

    def ended(self) -> None:
        """The request is over."""
        if self._stream:
            _STREAMS.labels(self._stream).dec()
        elif self._status and is_recording() and trace_of(self._scope).context.sampled:
            self._record()

    def _name_request(self, message: Message) -> None:
        message["headers"] = [*message.get("headers", ()), (REQUEST_ID, request_id_of(self._scope).encode("latin-1"))]

    def _begun(self, message: Message) -> None:
        self._name_request(message)
        method = self._method if self._method in _METHODS else "other"
        route = self._scope.get(ROUTE, "none")
        _answer_counted(method, message["status"])(1)
        _answer_timed(method, route)(time.perf_counter() - self._began)
        self._status = message["status"]
        self._location = next((value for name, value in message["headers"] if name == b"location"), b"")
        if (b"content-type", EVENT_STREAM) in message["headers"]:
            self._opened()

    def _opened(self) -> None:
        kind = self._scope["type"]
        self._stream = _stream_kind(kind, self._scope["path"])
        _STREAMS.labels(self._stream).inc()

    def _record(self) -> None:
        ended_ns, trace = time.time_ns(), trace_of(self._scope)
        method, route = self._method, self._scope.get(ROUTE, "none")
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": self._status,
        }
        _, made, order_id = self._location.partition(_ORDERS)
        if made:
            attributes["tradewind.order_id"] = order_id.decode()
        began_ns = ended_ns - int((time.perf_counter() - self._began) * 1e9)
        error = str(self._status) if self._status >= 500 else ""
        name = f"{method} {route}"
        record(Span(name, trace.context, trace.parent_span_id, "server", began_ns, ended_ns, attributes, error=error))


def _stream_kind(protocol: str, path: str) -> str:
    if protocol == "websocket":
        return "stream_socket" if path == _MANY[protocol] else "order_socket"
    return "prices_sse" if path == _MANY[protocol] else "order_sse"
