"""What a stream sends next, gathered while its reader is busy."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from executor_service.application.ports import StoredEvent
from servicekit.errors import Unavailable
from servicekit.metrics import slow_reader_dropped

OUTBOX_EVENTS_MAX: Final = 20_000


@dataclass(slots=True)
class Delivery:
    """What a stream sends next: new watches, events by watch, and ended watches with the reason.

    `added` holds (watch id, version of its order, and for an account each open order with the last sequence sent).
    """

    added: list[tuple[int, int, Sequence[tuple[UUID, int]]]] = field(default_factory=list)
    events: dict[int, list[StoredEvent]] = field(default_factory=dict)
    ended: list[tuple[int, str]] = field(default_factory=list)


class Outbox:
    """Gathers deliveries for one stream, up to a bound. A slower reader gets an error.

    A stream that is stuck in a write learns of the error after that write. Until then the outbox gathers nothing.
    """

    def __init__(self) -> None:
        self._next = Delivery()
        self._events_waiting = 0
        self._ready = asyncio.Event()
        self._closed: Exception | None = None

    def add_watch(self, watch_id: int, version: int, positions: Sequence[tuple[UUID, int]] = ()) -> None:
        """Announce that a watch has begun."""
        if self._closed is not None:
            return
        self._next.added.append((watch_id, version, positions))
        self._ready.set()

    def add_event(self, watch_id: int, event: StoredEvent) -> None:
        """Add an event of a watch."""
        if self._closed is not None:
            return
        self._next.events.setdefault(watch_id, []).append(event)
        self._events_waiting += 1
        if self._events_waiting > OUTBOX_EVENTS_MAX:
            self.close(Unavailable("SLOW_READER"))
            slow_reader_dropped()
        self._ready.set()

    def end_watch(self, watch_id: int, reason: str = "") -> None:
        """Announce that a watch has ended."""
        if self._closed is not None:
            return
        self._next.ended.append((watch_id, reason))
        self._ready.set()

    def close(self, error: Exception) -> None:
        """End the stream with an error now, and drop what has gathered."""
        self._closed = self._closed or error
        self._next = Delivery()
        self._ready.set()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Yield what has gathered, as soon as there is anything."""
        while True:
            await self._ready.wait()
            if self._closed is not None:
                raise self._closed
            self._ready.clear()
            delivery, self._next, self._events_waiting = self._next, Delivery(), 0
            yield delivery
