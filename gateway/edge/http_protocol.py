"""HTTP/1.1 with limits that uvicorn does not have: connections, header size, and the time that each part takes.

A connection is in one of four phases, and all but the third end by the clock, whatever the client sends:

1. idle: until a request's first byte. A line end between requests is not a first byte.
2. its headers arrive.
3. its answer is made: the application's own deadlines apply.
4. its body arrives, before, during or after the answer, whether or not the application reads it.
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

# The bytes of a refused body that a client may still send before the connection is closed.
DROPPED_BYTES_MAX: Final = 32 * 1024 * 1024
# How long a refused client may go on sending before the connection is closed. If it were closed at once with unread
# bytes, the system would send a reset, and the client would not see the refusal.
LINGER_SECONDS: Final = 1.0
# Connections above the limit that get a refusal; further ones are closed at once.
TURNED_AWAY_MAX: Final = 100


class ConnectionLimits(NamedTuple):
    """The limits of one connection, and the number of connections."""

    header_bytes_max: int
    header_read_seconds: float
    body_read_seconds: float
    connections_max: int
    # Returns, for a request's scope, the CORS headers of a refusal, so that a page of another origin can read it.
    refusal_headers: Callable[[Scope], Headers]
    # The prefix of this gateway's paths in a refusal.
    path_prefix: str = ""


class LimitedHttp(PlainHttp):
    """One connection."""

    limits: ConnectionLimits

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_bytes = 0
        self._dropped_bytes = 0
        self._path = b""
        # The number of the part that must arrive now, and how long it may take; None: nothing has to arrive.
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
        """Forget the connection."""
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
        """Count the bytes of the headers."""
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        """Begin to answer and wait for the body, or refuse one connection too many."""
        # The application answers a late body that it reads. The extra time lets the client read that answer.
        self._expect(self.limits.body_read_seconds + LINGER_SECONDS)
        if self._is_one_too_many:
            self._refuse(Unavailable("OVERLOADED", f"At most {self.limits.connections_max} connections."))
        elif not self._is_refused and not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a body on; drop it when the application does not read it."""
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
        """Parse the bytes; drop them after a refusal."""
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
        """Close a refused connection when its client has closed its side."""
        # After a refusal the connection stays open for the client's remaining bytes; now there are none.
        if self._is_refused:
            self.transport.close()

    def _refuse(self, error: DomainError) -> None:
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        # Before the first line there is no request, so there are no CORS headers to send.
        told = self.limits.refusal_headers(dict(self.scope)) if self.scope else ()
        self.transport.write(_refusal(error, self._path, self.limits.path_prefix, told))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _expect(self, seconds: float | None) -> None:
        """Begin the next part: it must arrive within that time."""
        self._part += 1
        self._part_seconds = seconds

    def _time_the_part(self) -> None:
        """Set a timer for a part that has not arrived yet. Parts that arrived together need none, so it is rare."""
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
