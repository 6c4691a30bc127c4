"""HTTP/1.1 and WebSocket by hand: bytes out as given, answers in as they came. No client library repairs anything."""

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_SECONDS = 15.0
_MASK = b"\x01\x02\x03\x04"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `status` is 0 when the server hung up without one."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


def request(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """Return a request that ends its connection; `headers` replace the usual ones, an empty value leaves one out."""
    usual = {"host": "localhost", "connection": "close"}
    if body or method in ("POST", "PUT", "PATCH"):
        usual |= {"content-type": "application/json", "content-length": str(len(body))}
    lines = [f"{name}: {value}\r\n" for name, value in {**usual, **(headers or {})}.items() if value]
    return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1") + body


def exchange(port: int, data: bytes, *, hang_up: bool = False) -> Answer:
    """Send bytes and return the first final answer; with `hang_up` say first that nothing follows."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        try:
            connection.sendall(data)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server may have answered and closed before it read everything.
        return _answer(connection)


def _answer(connection: socket.socket) -> Answer:
    head, rest = _until(connection, b"", b"\r\n\r\n")
    if not head:
        return Answer()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    wanted = int(headers.get("content-length", 0))
    while len(rest) < wanted and (more := _receive(connection)):
        rest += more
    return Answer(int(first.split(" ")[1]), headers, rest)


def _until(connection: socket.socket, data: bytes, mark: bytes) -> tuple[bytes, bytes]:
    while mark not in data:
        more = _receive(connection)
        if not more:
            return b"", data
        data += more
    head, _, rest = data.partition(mark)
    return head, rest


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


class RawSocket:
    """A WebSocket whose frames are written byte by byte."""

    def __init__(self, port: int, path: str) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self._connection.sendall(request("GET", path, headers=UPGRADE))
        head, self._rest = _until(self._connection, b"", b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def shut(self) -> None:
        """Say that nothing follows."""
        self._connection.shutdown(socket.SHUT_WR)

    def close_code(self) -> int:
        """Read to the close frame and return its code; 1005 when it has none, 1006 when there is no close frame."""
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == 8:
                return int(struct.unpack("!H", payload[:2])[0]) if payload else 1005
        return 1006

    def text(self) -> str:
        """Return the next text frame. Raises AssertionError when something else comes."""
        got = self._frame()
        assert got is not None
        assert got[0] == 1, got
        return got[1].decode()

    def pongs(self, payload: bytes) -> bool:
        """Ping, and return True when the answer comes."""
        self.send(frame(9, payload))
        while (got := self._frame()) is not None:
            if got == (10, payload):
                return True
        return False

    def _frame(self) -> tuple[int, bytes] | None:
        head = self._take(2)
        if head is None:
            return None
        size = head[1] & 127
        if size >= 126:
            extended = self._take(2 if size == 126 else 8)
            size = int.from_bytes(extended or b"", "big")
        payload = self._take(size)
        return None if payload is None else (head[0] & 15, payload)

    def _take(self, size: int) -> bytes | None:
        while len(self._rest) < size:
            more = _receive(self._connection)
            if not more:
                return None
            self._rest += more
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def frame(opcode: int, payload: bytes = b"", *, last: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """Return one frame as a client sends it, or as it must not."""
    head = bytes([(0x80 if last else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", len(payload))
    if not masked:
        return head + payload
    return head + _MASK + bytes(byte ^ _MASK[index % 4] for index, byte in enumerate(payload))
