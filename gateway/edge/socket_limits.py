"""WebSocket limits that uvicorn does not have: the rate of frames from one client."""

from typing import Any, Final

from websockets.frames import Frame

from gateway.edge.command_meter import CommandMeter
from gateway.edge.socket_protocol import ProblemSockets

# A client sends a ping now and then to keep its connection. The gateway answers each, even if the client never reads.
CONTROL_FRAMES_PER_SECOND_MAX: Final = 100
# Messages and their parts.
PARTS_PER_SECOND_MAX: Final = 2_000
# The bytes that are parsed between two checks of the limits.
SLICE_BYTES: Final = 8 * 1024
TOO_MANY: Final = 4429


class LimitedSockets(ProblemSockets):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._control_frames = CommandMeter(CONTROL_FRAMES_PER_SECOND_MAX)
        self._parts = CommandMeter(PARTS_PER_SECOND_MAX)

    def data_received(self, data: bytes) -> None:
        """Parse the bytes until the connection has ended."""
        if not self.handshake_initiated or len(data) <= SLICE_BYTES:
            super().data_received(data)
            return
        for start in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def handle_ping(self) -> None:
        """Answer a ping; end the connection after too many."""
        if self._may_go_on(self._control_frames):
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Count a pong; end the connection after too many."""
        if self._may_go_on(self._control_frames):
            super().handle_pong(event)

    def handle_text(self, event: Frame) -> None:
        """Take a message or its first part."""
        if self._may_go_on(self._parts):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Take a message or its first part."""
        if self._may_go_on(self._parts):
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a further part of a message."""
        if self._may_go_on(self._parts):
            super().handle_cont(event)

    def _may_go_on(self, meter: CommandMeter) -> bool:
        if self.transport.is_closing():
            return False
        if meter.count():
            return True
        if not self.close_sent:
            self.conn.fail(TOO_MANY, "too many frames")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        return False


def limited_sockets(*, path_prefix: str) -> type[LimitedSockets]:
    """Return the protocol class, for uvicorn's configuration."""
    return type("LimitedSockets", (LimitedSockets,), {"path_prefix": path_prefix})
