"""HTTP/1.1 with limits that uvicorn leaves to a proxy: connections, header size and time, bytes after the answer."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.edge.plain_http import PlainHttp
from gateway.edge.problems import PROBLEM_TYPE, unrouted_problem
from servicekit.errors import DomainError, Rejected, Unavailable

# What a refused body may still bring before the connection is cut.
DROPPED_BYTES_MAX: Final = 32 * 1024 * 1024


def limited_http(*, header_bytes_max: int, header_read_seconds: float, connections_max: int) -> type[HttpToolsProtocol]:
    """Return the protocol class with these limits, for uvicorn's configuration."""

    class LimitedHttp(PlainHttp):
        """One connection."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._header_bytes = 0
            self._dropped_bytes = 0
            self._path = b""
            self._headers_due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it the same way
            super().connection_made(transport)
            self._expect_headers()
            if len(self.connections) > connections_max:
                self._refuse(Unavailable("OVERLOADED", f"At most {connections_max} connections."))

        def connection_lost(self, exc: Exception | None) -> None:
            self._forget_headers()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._header_bytes = 0
            self._dropped_bytes = 0
            self._path = b""
            self._expect_headers()

        def on_url(self, url: bytes) -> None:
            super().on_url(url)
            self._path = self.url.partition(b"?")[0]
            self._count(len(url))

        def on_header(self, name: bytes, value: bytes) -> None:
            super().on_header(name, value)
            self._count(len(name) + len(value) + 4)

        def on_headers_complete(self) -> None:
            self._forget_headers()
            if not self.transport.is_closing():
                super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            if self.cycle is None or self.cycle.response_complete:
                self._drop(len(body))
                return
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._path = b""
            if self.cycle is not None:
                super().on_message_complete()

        def send_400_response(self, msg: str) -> None:
            self._refuse(Rejected("MALFORMED_REQUEST", msg))

        def _refuse(self, error: DomainError) -> None:
            self.transport.write(_refusal(error, self._path))
            self.transport.close()

        def _expect_headers(self) -> None:
            if self._headers_due is None:
                self._headers_due = self.loop.call_later(header_read_seconds, self._headers_late)

        def _forget_headers(self) -> None:
            if self._headers_due is not None:
                self._headers_due.cancel()
                self._headers_due = None

        def _headers_late(self) -> None:
            self._headers_due = None
            self.transport.close()

        def _count(self, size: int) -> None:
            self._header_bytes += size
            if self._header_bytes > header_bytes_max and not self.transport.is_closing():
                self._refuse(Rejected("MALFORMED_REQUEST", "The headers are too long."))

        def _drop(self, size: int) -> None:
            self._dropped_bytes += size
            if self._dropped_bytes > DROPPED_BYTES_MAX:
                self.transport.close()

    return LimitedHttp


def _refusal(error: DomainError, path: bytes) -> bytes:
    body = unrouted_problem(error, path)
    status = HTTPStatus(error.row.http_status or HTTPStatus.INTERNAL_SERVER_ERROR)
    again = "retry-after: 1\r\n" if error.retryable else ""
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_TYPE}\r\ncache-control: no-store\r\n"
        f"content-length: {len(body)}\r\n{again}connection: close\r\n\r\n"
    ).encode() + body
