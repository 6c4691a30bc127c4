"""One watch: the events of one order that wait for one reader, in order, without gap, bounded."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

from servicekit.metrics import slow_reader_dropped

# finished: every event was sent. slow: the reader is too slow. away: the reader has left. bad_message: it sent a
# message that cannot be read. too_many: it sent too many messages. unauthenticated: its key is no longer valid.
# draining: this process shuts down. broken: the events cannot be read any more.
End = Literal["finished", "slow", "away", "bad_message", "too_many", "unauthenticated", "draining", "broken"]


class Event(NamedTuple):
    """A stored event: its sequence, and the frame as it was stored."""

    sequence: int
    payload: str


class Watch:
    """A mailbox with one reader. `last_sequence` is the newest event received, `taken_sequence` the newest taken."""

    def __init__(
        self, account_id: str, order_id: str, after_sequence: int, *, events_max: int, on_end: Callable[["Watch"], None]
    ) -> None:
        self.watch_id = 0
        self.account_id = account_id
        self.order_id = order_id
        self.last_sequence = after_sequence
        self.taken_sequence = after_sequence
        self.ended: End | None = None
        # How long the watch pauses after a temporary refusal of the executor.
        self.pause_seconds = 0.0
        # The order's version in the executor's first answer, or its refusal.
        self.standing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._events: deque[Event] = deque()
        self._events_max = events_max
        self._on_end = on_end
        self._reader: asyncio.Future[None] | None = None

    def is_live(self, event: Event) -> bool:
        """Return whether an event happened while this watch was open: replayed events say nothing about delays."""
        return self.standing.done() and event.sequence > self.standing.result()

    async def take(self) -> list[Event]:
        """Wait for events and return all. An empty list means that the watch has ended; `ended` holds the reason."""
        while not self._events:
            if self.ended:
                return []
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if self.ended not in (None, "finished"):
            return []
        taken = list(self._events)
        self._events.clear()
        self.taken_sequence = taken[-1].sequence
        return taken

    def put(self, event: Event) -> bool:
        """Add the next event and drop one already seen. Return False when events before it are missing."""
        if self.ended or event.sequence <= self.last_sequence:
            return True
        if event.sequence != self.last_sequence + 1:
            return False
        if self._accept(event):
            self.last_sequence = event.sequence
        return True

    def _accept(self, event: Event) -> bool:
        if len(self._events) >= self._events_max:
            slow_reader_dropped()
            self.end("slow")
            return False
        self._events.append(event)
        self._wake()
        return True

    def end(self, why: End) -> None:
        """End the watch. The first reason stands."""
        if self.ended:
            return
        self.ended = why
        self._on_end(self)
        self._wake()

    def refuse(self, error: Exception) -> None:
        """End a watch that the executor refuses."""
        if not self.standing.done():
            self.standing.set_exception(error)
        self.end("broken")

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class ForwardedWatch(Watch):
    """A watch that keeps no events: it passes them on to a mailbox that several watches share."""

    def __init__(
        self,
        account_id: str,
        order_id: str,
        after_sequence: int,
        *,
        forward: Callable[[Event], None],
        on_end: Callable[[Watch], None],
    ) -> None:
        super().__init__(account_id, order_id, after_sequence, events_max=1, on_end=on_end)
        self._forward = forward

    def _accept(self, event: Event) -> bool:
        self._forward(event)
        return True
