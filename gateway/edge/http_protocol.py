"""HTTP/1.1 with limits that uvicorn leaves to a proxy: connections, header size, and the time that each part takes.

A connection is in one of four phases, and all but the third end by the clock, whatever the client sends:

1. idle: until a request's first byte; line ends between requests are none.
2. its headers arrive.
3. its answer is made: the application's own deadlines hold.
4. its body arrives, before, beside or after the answer, whether anybody reads it or not.
"""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.edge.plain_http import PlainHttp
from gateway.edge.problems import PROBLEM_TYPE, unrouted_problem
from servicekit.errors import DomainError, Rejected, Unavailable

Headers = Sequence[tuple[bytes, bytes]]

# What a refused body may still bring before the connection is cut.
DROPPED_BYTES_MAX: Final = 32 * 1024 * 1024
# How long a refused client may go on sending before the connection is cut. Closed at once, with its bytes unread, the
# system would answer them with a reset, which takes the refusal away from the client.
LINGER_SECONDS: Final = 1.0
# Connections above the limit that are heard and refused; any more are cut at once.
TURNED_AWAY_MAX: Final = 100


class ConnectionLimits(NamedTuple):
    """What one connection may take, and how many there may be."""

    header_bytes_max: int
    header_read_seconds: float
    body_read_seconds: float
    connections_max: int
    # Of a request's scope: what a refusal carries beside its own, so that a page of another origin can read it.
    refusal_headers: Callable[[Scope], Headers]
    # What stands before our paths in a refusal.
    path_prefix: str = ""


class LimitedHttp(PlainHttp):
    """One connection."""

    limits: ConnectionLimits

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes = 0
        self._dropped_bytes = 0
        self._path = b""
        # What arrives now, counted, and how long it may take; None: nothing has to arrive.
        self._part = 0
        self._part_seconds: float | None = self.limits.header_read_seconds
        self._timed_part = -1
        self._due: asyncio.TimerHandle | None = None
        self._is_one_too_many = False
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it the same way
        """Count the connection, and wait for its headers."""
        super().connection_made(transport)
        self._time_the_part()
        above = len(self.connections) - self.limits.connections_max
        self._is_one_too_many = above > 0
        if above > TURNED_AWAY_MAX:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._expect(None)
        self._time_the_part()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Count a new request from nothing: the connection is no longer idle."""
        super().on_message_begin()
        self._unset_keepalive_if_required()
        self._header_bytes = 0
        self._dropped_bytes = 0
        self._path = b""
        if self._part > 0:  # A connection's first request has its time from the connection on.
            self._expect(self.limits.header_read_seconds)

    def on_url(self, url: bytes) -> None:
        """Note the path for refusals."""
        super().on_url(url)
        self._path = self.url.partition(b"?")[0]
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count what the headers weigh."""
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        """Begin to answer and wait for the body, or refuse one connection too many."""
        # The application answers a body that it reads and that is late; then there is time to take the answer in.
        self._expect(self.limits.body_read_seconds + LINGER_SECONDS)
        if self._is_one_too_many:
            self._refuse(Unavailable("OVERLOADED", f"At most {self.limits.connections_max} connections."))
        elif not self._is_refused and not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a body on; drop what nobody reads."""
        if self.cycle is None or self.cycle.response_complete:
            self._drop(len(body))
            return
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        if not self._offers_in_vain():
            self._expect(None)
        self._path = b""
        if self.cycle is not None:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no HTTP."""
        self._refuse(Rejected("MALFORMED_REQUEST", msg))

    def data_received(self, data: bytes) -> None:
        """Parse what has come; drop it after a refusal."""
        if self._is_refused:
            self._drop(len(data))
        else:
            super().data_received(data)
            self._time_the_part()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, unless it was refused."""
        self._expect(None)
        if not self._is_refused:
            super().handle_websocket_upgrade()

    def eof_received(self) -> None:
        """Close a refused connection when its client has."""
        # What follows a refusal was waited for; now there is no more.
        if self._is_refused:
            self.transport.close()

    def _refuse(self, error: DomainError) -> None:
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        # Before a first line there is no request, and no page that asks.
        told = self.limits.refusal_headers(dict(self.scope)) if self.scope else ()
        self.transport.write(_refusal(error, self._path, self.limits.path_prefix, told))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _expect(self, seconds: float | None) -> None:
        """Note that the next part begins: it must arrive within that time."""
        self._part += 1
        self._part_seconds = seconds

    def _time_the_part(self) -> None:
        """Set the clock for what has not arrived yet: once for all that came together, so mostly not at all."""
        if self._timed_part == self._part:
            return
        self._timed_part = self._part
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._part_seconds is not None:
            self._due = self.loop.call_later(self._part_seconds, self._late)

    def _late(self) -> None:
        self._due = None
        self.transport.close()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self.limits.header_bytes_max:
            self._refuse(Rejected("MALFORMED_REQUEST", "The headers are too long."))

    def _drop(self, size: int) -> None:
        self._dropped_bytes += size
        if self._dropped_bytes > DROPPED_BYTES_MAX:
            self.transport.close()


def limited_http(limits: ConnectionLimits) -> type[HttpToolsProtocol]:
    """Return the protocol class with these limits, for uvicorn's configuration."""
    return type("LimitedHttp", (LimitedHttp,), {"limits": limits})


def _refusal(error: DomainError, path: bytes, prefix: str, told: Headers) -> bytes:
    request_id, body = unrouted_problem(error, path, prefix)
    status = HTTPStatus(error.row.http_status or HTTPStatus.INTERNAL_SERVER_ERROR)
    again = "retry-after: 1\r\n" if error.retryable else ""
    more = b"".join(b"%s: %s\r\n" % header for header in (*told, (b"x-request-id", request_id)))
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_TYPE}\r\ncache-control: no-store\r\n"
        f"content-length: {len(body)}\r\n{again}vary: Origin\r\nconnection: close\r\n"
    )
    return head.encode() + more + b"\r\n" + body
