"""The sending side of one request, observed: when its answer began and with what, and how long its stream was open."""

import time
from collections.abc import Callable
from typing import Any, Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Message, Scope, Send

from gateway.event_stream import EVENT_STREAM
from servicekit.metrics import SECONDS_BUCKETS

_ANSWERS: Final = Counter("tradewind_http_answers", "HTTP answers begun, by method and status.", ["method", "status"])
_SECONDS: Final = Histogram(
    "tradewind_http_seconds",
    "Time from a request's headers to the beginning of its answer.",
    ["method", "route"],
    buckets=SECONDS_BUCKETS,
)
_STREAMS: Final = Gauge("tradewind_streams_open", "WebSockets and server-sent event streams open now.", ["kind"])
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_KINDS: Final = ("order_socket", "order_sse", "stream_socket", "prices_sse")
_MANY: Final = {"websocket": "/api/stream", "http": "/api/prices"}

for _kind in _KINDS:
    _STREAMS.labels(_kind).set(0)


class Answering:
    """Passes on what is sent, and counts. `ended` belongs in a `finally`.

    `route_of` names the route that took the request; only routes are labels, so that no caller can make new ones.
    """

    def __init__(self, scope: Scope, send: Send, route_of: Callable[[Any], str]) -> None:
        self._scope = scope
        self._send = send
        self._route_of = route_of
        self._began = time.perf_counter()
        self._stream = ""

    async def __call__(self, message: Message) -> None:
        """Send a message."""
        if message["type"] == "http.response.start":
            self._begun(message)
        elif message["type"] == "websocket.accept":
            self._opened()
        await self._send(message)

    def ended(self) -> None:
        """The request is over."""
        if self._stream:
            _STREAMS.labels(self._stream).dec()

    def _begun(self, message: Message) -> None:
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        _ANSWERS.labels(method, str(message["status"])).inc()
        _SECONDS.labels(method, self._route_of(self._scope.get("endpoint"))).observe(time.perf_counter() - self._began)
        if (b"content-type", EVENT_STREAM) in message["headers"]:
            self._opened()

    def _opened(self) -> None:
        kind = self._scope["type"]
        self._stream = _stream_kind(kind, self._scope["path"])
        _STREAMS.labels(self._stream).inc()


def _stream_kind(protocol: str, path: str) -> str:
    if protocol == "websocket":
        return "stream_socket" if path == _MANY[protocol] else "order_socket"
    return "prices_sse" if path == _MANY[protocol] else "order_sse"
