"""One kept-alive HTTP connection: a request at a time, and answers that say their length."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, cast

import msgspec


class Answer(NamedTuple):
    """Status and body of a response."""

    status: int
    body: bytes

    @property
    def order_id(self) -> str:
        """The identity of the accepted order."""
        return _RECEIPT.decode(self.body).orderId


class _Receipt(msgspec.Struct):
    orderId: str  # noqa: N815 - the wire's name


_RECEIPT = msgspec.json.Decoder(_Receipt)


class HttpConnection(asyncio.Protocol):
    """A client connection. `ask` raises ConnectionError when the server closes it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> "HttpConnection":
        """Return an open connection."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, host, port)
        return connection

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return its answer."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise ConnectionError("the server closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Gather until the answer is whole."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        whole = end + 4 + _content_length(self._buffer[:end])
        if len(self._buffer) < whole:
            return
        answer = Answer(int(self._buffer[9:12]), self._buffer[end + 4 : whole])
        self._buffer = self._buffer[whole:]
        if not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


class EventStream(asyncio.Protocol):
    """One server-sent event stream: `heard` gets each event's data as it comes; `ended` is done at its end."""

    def __init__(self, request: bytes, heard: Callable[[bytes], None]) -> None:
        self._request = request
        self._heard = heard
        self._buffer = b""
        self._head_is_read = False
        self.status = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Pass on what is whole."""
        self._buffer += data
        if not self._head_is_read:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.status, self._head_is_read = int(self._buffer[9:12]), True
            self._buffer = self._buffer[end + 4 :]
        while (chunk := self._next_chunk()) is not None:
            if not chunk:
                self.close()
                return
            for line in chunk.split(b"\n"):
                if line.startswith(b"data: "):
                    self._heard(line[6:])

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the stream is over."""
        if not self.ended.done():
            self.ended.set_result(None)

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()

    def _next_chunk(self) -> bytes | None:
        line_end = self._buffer.find(b"\r\n")
        if line_end < 0:
            return None
        start = line_end + 2
        size = int(self._buffer[:line_end], 16)
        if len(self._buffer) < start + size + 2:
            return None
        chunk, self._buffer = self._buffer[start : start + size], self._buffer[start + size + 2 :]
        return chunk
