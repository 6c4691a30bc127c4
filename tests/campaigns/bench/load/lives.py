"""What one watcher saw of an order: when it was sent, answered, and when each event arrived."""

import time
from typing import Final

import msgspec

from tradewind_client.orders import TERMINAL


class Frame(msgspec.Struct):
    """The part of a frame that is looked at."""

    status: str = ""
    sequence: int = 0
    orderId: str = ""  # noqa: N815 - the wire's name


class Life(msgspec.Struct):
    """Times are seconds since the epoch. A frame is (sequence, status, arrival)."""

    began: float = 0.0
    answered: float = 0.0
    code: int = 0
    order_id: str = ""
    frames: list[tuple[int, str, float]] = msgspec.field(default_factory=list)
    close_code: int = 0

    def hear(self, text: bytes) -> None:
        """Note an event."""
        arrived = time.time()
        frame = FRAMES.decode(text)
        self.frames.append((frame.sequence, frame.status, arrived))

    @property
    def is_over(self) -> bool:
        """True once the last event has arrived."""
        return bool(self.frames) and self.frames[-1][1] in TERMINAL

    @property
    def is_whole(self) -> bool:
        """True when every event came once, in order, to the end."""
        return self.is_over and [frame[0] for frame in self.frames] == list(range(1, len(self.frames) + 1))


class LoadReport(msgspec.Struct):
    """What the load generator did. `cpu_seconds` is its own, from first to last request."""

    began: float
    ended: float
    cpu_seconds: float
    codes: dict[str, int] = msgspec.field(default_factory=dict)
    latencies_ms: list[float] = msgspec.field(default_factory=list)
    lives: list[Life] = msgspec.field(default_factory=list)
    refused: int = 0

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    @property
    def accepted(self) -> int:
        """Number of requests answered with success."""
        return sum(count for code, count in self.codes.items() if code.startswith("2"))


FRAMES: Final = msgspec.json.Decoder(Frame)
