"""One watch of a whole account: its open orders from their newest event, and every later order.

The executor sends each event once and in order while its stream lasts. A new stream begins at the present; the watch
reads missed events order by order, from the last one that it sent.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from gateway.streams.watch import End, Event
from servicekit.errors import DomainError

# How far the clocks of two servers may differ, and how long an order may take from its creation to its first event.
OVERLAP_MS: Final = 5_000
# How far back the executor can search for new orders.
MEMORY_MS: Final = 65_000
_OVER_MIN: Final = 1_000


class Heal(Protocol):
    """Begins to read the missed events of an order."""

    def __call__(self, watch: "AccountWatch", order_id: str, after_sequence: int) -> Callable[[], None]:
        """Pass the order's events after a sequence to the watch, until the returned function is called."""
        ...


class AccountWatch:
    """Passes events on as they come. `positions` holds the newest sequence of each open order."""

    def __init__(
        self,
        account_id: str,
        *,
        forward: Callable[[str, str], None],
        heal: Heal,
        on_end: Callable[["AccountWatch"], None],
    ) -> None:
        """`forward` takes an order id and a frame of the order; `heal` begins to read missed events."""
        self.watch_id = 0
        self.account_id = account_id
        self.positions: dict[str, int] = {}
        self.ended: End | None = None
        # How long the watch pauses after a temporary refusal of the executor.
        self.pause_seconds = 0.0
        # The open orders and their sequences in the executor's first answer, or its refusal.
        self.standing: asyncio.Future[Mapping[str, int]] = asyncio.get_running_loop().create_future()
        self._forward = forward
        self._heal = heal
        self._on_end = on_end
        self._healing: dict[str, Callable[[], None]] = {}
        self._over: set[str] = set()
        self._over_max = _OVER_MIN
        self._started_ms = self._heard_ms = _now_ms()

    @property
    def since_ms(self) -> int | None:
        """The time from which orders may be unknown here; None before the executor's first answer."""
        return max(self._started_ms, self._heard_ms - OVERLAP_MS) if self.standing.done() else None

    def stands(self, positions: Mapping[str, int]) -> None:
        """Take the positions from which the executor continues."""
        self._heard_ms = _now_ms()
        if not self.standing.done():
            self.positions = dict(positions)
            self.standing.set_result(positions)
            return
        for order_id, last in list(self.positions.items()):
            # The order has later events than the last one sent, or it has ended meanwhile.
            if positions.get(order_id, last + 1) > last:
                self._missed(order_id, last)
        for order_id, position in positions.items():
            if order_id not in self._over:
                self.positions.setdefault(order_id, position)

    def put(self, order_id: str, event: Event, *, is_last: bool) -> None:
        """Pass on an event that continues its order; drop one that was sent before, and read missing ones first."""
        self._heard_ms = _now_ms()
        last = self.positions.get(order_id, 0)
        if self.ended or order_id in self._over or event.sequence <= last:
            return
        if event.sequence != last + 1:
            self._missed(order_id, last)
            return
        self.positions[order_id] = event.sequence
        self._forward(order_id, event.payload)
        if is_last:
            self.told_all(order_id)

    def told_all(self, order_id: str) -> None:
        """Record that an order has ended and that its last event was sent."""
        self.positions.pop(order_id, None)
        self._over.add(order_id)
        self._stop_healing(order_id)
        if len(self._over) > self._over_max:
            oldest_ms = _now_ms() - MEMORY_MS
            self._over = {order_id for order_id in self._over if _born_ms(order_id) >= oldest_ms}
            self._over_max = max(_OVER_MIN, 2 * len(self._over))

    def end(self, why: End) -> None:
        """End the watch. The first reason stands."""
        if self.ended:
            return
        self.ended = why
        for order_id in list(self._healing):
            self._stop_healing(order_id)
        self._on_end(self)

    def refuse(self, error: DomainError) -> None:
        """End a watch that the executor refuses."""
        if not self.standing.done():
            self.standing.set_exception(error)
        self.end("broken")

    def _missed(self, order_id: str, last: int) -> None:
        if order_id not in self._healing:
            self._healing[order_id] = self._heal(self, order_id, last)

    def _stop_healing(self, order_id: str) -> None:
        stop = self._healing.pop(order_id, None)
        if stop is not None:
            stop()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _born_ms(order_id: str) -> int:
    """Return when an identity (UUID version 7) was made."""
    return int(order_id.replace("-", "")[:12], 16)
