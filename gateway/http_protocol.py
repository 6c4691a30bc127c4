"""HTTP/1.1 with limits that uvicorn leaves to a proxy: header size, time to send headers, bytes after the answer."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# What a refused body may still bring before the connection is cut.
DROPPED_BYTES_MAX: Final = 32 * 1024 * 1024

_BAD_REQUEST: Final = (
    b'{"type":"/problems/malformed_request","title":"The request cannot be read","status":400,'
    b'"detail":"%s","code":"malformed_request","retryable":false}'
)


def limited_http(*, header_bytes_max: int, header_read_seconds: float) -> type[HttpToolsProtocol]:
    """Return the protocol class with these limits, for uvicorn's configuration."""

    class LimitedHttp(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._header_bytes = 0
            self._dropped_bytes = 0
            self._headers_due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it the same way
            super().connection_made(transport)
            self._expect_headers()

        def connection_lost(self, exc: Exception | None) -> None:
            self._forget_headers()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._header_bytes = 0
            self._dropped_bytes = 0
            self._expect_headers()

        def on_url(self, url: bytes) -> None:
            super().on_url(url)
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
            if self.cycle is not None:
                super().on_message_complete()

        def send_400_response(self, msg: str) -> None:
            _refuse(self.transport, msg.encode())

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
                _refuse(self.transport, b"The headers are too long.")

        def _drop(self, size: int) -> None:
            self._dropped_bytes += size
            if self._dropped_bytes > DROPPED_BYTES_MAX:
                self.transport.close()

    return LimitedHttp


def _refuse(transport: asyncio.Transport, detail: bytes) -> None:
    body = _BAD_REQUEST % detail
    head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    transport.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
    transport.close()
