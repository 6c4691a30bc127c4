"""Connections without a client library: nothing is read, answered or closed unless a crowd wants it."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Final

from tests.hostile.wire import UPGRADE, frame, request

DIAL_SECONDS: Final = 20.0
PATIENT_BYTES: Final = 4_096
TEXT: Final = 1
PING: Final = 9
_ESTABLISHED_ON_LINUX: Final = b"\x01"
_ESTABLISHED_ON_MACOS: Final = b"\x04"
_TCP_CONNECTION_INFO: Final = 0x106  # macOS' netinet/tcp.h


async def dial(port: int, *, receives_bytes: int | None = None) -> socket.socket:
    """Return a connection to the gateway. Raises OSError or TimeoutError; a small buffer fills after little."""
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setblocking(False)
    if receives_bytes is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives_bytes)
    try:
        async with asyncio.timeout(DIAL_SECONDS):
            await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    except BaseException:
        line.close()
        raise
    return line


async def say(line: socket.socket, data: bytes) -> None:
    """Send bytes, as far as the other side takes them within the time. Raises OSError or TimeoutError."""
    async with asyncio.timeout(DIAL_SECONDS):
        await asyncio.get_running_loop().sock_sendall(line, data)


async def upgrade(port: int, path: str, *, receives_bytes: int | None = None) -> socket.socket:
    """Return a WebSocket whose handshake is done and whose frames nobody reads. Raises OSError when it is refused."""
    line = await dial(port, receives_bytes=receives_bytes)
    try:
        await say(line, get(path, UPGRADE))
        async with asyncio.timeout(DIAL_SECONDS):
            head = await asyncio.get_running_loop().sock_recv(line, 16)
    except BaseException:
        line.close()
        raise
    if not head.startswith(b"HTTP/1.1 101"):
        line.close()
        raise ConnectionRefusedError(head.decode("latin-1"))
    return line


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """Return a GET."""
    return request("GET", path, headers=dict(headers))


def text(said: str) -> bytes:
    """Return a text frame."""
    return frame(TEXT, said.encode())


def reset(line: socket.socket) -> None:
    """Hang up without a goodbye: the other side gets a reset."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def is_up(line: socket.socket) -> bool:
    """Return whether the connection still stands, as the kernel says: its answer begins with the state."""
    if hasattr(socket, "TCP_INFO"):
        return line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == _ESTABLISHED_ON_LINUX
    return line.getsockopt(socket.IPPROTO_TCP, _TCP_CONNECTION_INFO, 1) == _ESTABLISHED_ON_MACOS
