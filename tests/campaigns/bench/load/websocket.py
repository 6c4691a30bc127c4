"""One WebSocket: the handshake, the server's frames, and as little of RFC 6455 as a client needs for them."""

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import Final, cast

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10


class WebSocket(asyncio.Protocol):
    """A client socket: `heard` gets each text as it comes; `opened` tells the HTTP status, `ended` the close code."""

    def __init__(self, host: str, path: str, heard: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self._host = host
        self._path = path
        self._heard = heard
        self._buffer = b""
        self._fragments = b""
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[int] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Read the handshake's answer, then frames."""
        self._buffer += data
        if not self.opened.done():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.opened.set_result(int(self._buffer[9:12]))
            self._buffer = self._buffer[end + 4 :]
        if self.opened.result() == 101:
            self._read_frames()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits; 1006 is a connection that ended without a word."""
        if not self.opened.done():
            self.opened.set_result(0)
        if not self.ended.done():
            self.ended.set_result(1006)

    def send(self, text: str) -> None:
        """Send a text."""
        self._write(TEXT, text.encode())

    def close(self) -> None:
        """Leave without ceremony."""
        if self._transport is not None:
            self._transport.close()

    def _read_frames(self) -> None:
        while (frame := self._next_frame()) is not None:
            opcode, final, payload = frame
            if opcode == CLOSE:
                self._closed(payload)
            elif opcode == PING:
                self._write(PONG, payload)
            elif opcode <= TEXT:
                self._fragments += payload
                if final:
                    text, self._fragments = self._fragments, b""
                    self._heard(text)

    def _next_frame(self) -> tuple[int, bool, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        start, size = 2, buffer[1] & 0x7F
        if size == 126 and len(buffer) >= 4:
            start, size = 4, int.from_bytes(buffer[2:4], "big")
        elif size == 127 and len(buffer) >= 10:
            start, size = 10, int.from_bytes(buffer[2:10], "big")
        elif size >= 126:
            return None
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 0x0F, bool(buffer[0] & 0x80), buffer[start : start + size]

    def _closed(self, payload: bytes) -> None:
        if not self.ended.done():
            self.ended.set_result(struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005)
        self._write(CLOSE, payload[:2])
        self.close()

    def _write(self, opcode: int, payload: bytes) -> None:
        # A mask of zeros is a mask: the bytes stay as they are.
        assert self._transport is not None
        size = len(payload)
        head = bytes([0x80 | opcode, 0x80 | size]) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        if size > 0xFFFF:
            head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
        self._transport.write(head + b"\0\0\0\0" + payload)
