"""Watching orders: replay from the database, then live, each event once and in order.

The feed is only a hint. What continues a watch's sequence is passed on as it comes; a gap, a silence or a reconnected
feed sends the hub to the database, once for all watches that need it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from executor_service.application.ports import EventFeed, OrderDesk, OrderHead, StoredEvent
from executor_service.domain.lifecycle import TERMINAL
from servicekit.batching import Batcher
from servicekit.errors import Rejected, Unavailable

SILENCE_SECONDS: Final = 1.0
OUTBOX_EVENTS_MAX: Final = 20_000


@dataclass(slots=True)
class Delivery:
    """What a stream has to pass on next: watches that stand, events by watch, watches that are over and why."""

    added: list[tuple[int, int]] = field(default_factory=list)
    events: dict[int, list[StoredEvent]] = field(default_factory=dict)
    ended: list[tuple[int, str]] = field(default_factory=list)


class Outbox:
    """Gathers deliveries for one stream. A reader too slow for it is told so instead of being buffered for ever."""

    def __init__(self) -> None:
        self._next = Delivery()
        self._events_waiting = 0
        self._ready = asyncio.Event()
        self._closed: Exception | None = None

    def add(self, watch_id: int, version: int) -> None:
        """Say that a watch stands."""
        self._next.added.append((watch_id, version))
        self._ready.set()

    def event(self, watch_id: int, event: StoredEvent) -> None:
        """Pass an event on."""
        self._next.events.setdefault(watch_id, []).append(event)
        self._events_waiting += 1
        if self._events_waiting > OUTBOX_EVENTS_MAX:
            self.close(Unavailable("SLOW_READER"))
        self._ready.set()

    def end(self, watch_id: int, reason: str = "") -> None:
        """Say that a watch is over."""
        self._next.ended.append((watch_id, reason))
        self._ready.set()

    def close(self, error: Exception) -> None:
        """End the stream with an error, at once."""
        self._closed = self._closed or error
        self._ready.set()

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Yield what has gathered, as soon as there is something."""
        while True:
            await self._ready.wait()
            if self._closed is not None:
                raise self._closed
            self._ready.clear()
            delivery, self._next, self._events_waiting = self._next, Delivery(), 0
            yield delivery


@dataclass(slots=True, eq=False)
class Watch:
    """One watch of one order: the last sequence it passed on, and where it passes events to."""

    watch_id: int
    order_id: UUID
    last: int
    outbox: Outbox
    heard_at: float = 0.0


class WatchHub:
    """All watches of this process on one feed."""

    def __init__(self, *, desk: OrderDesk, feed: EventFeed) -> None:
        self._desk = desk
        self._feed = feed
        self._watches: dict[UUID, list[Watch]] = defaultdict(list)
        self._behind: set[Watch] = set()
        self._behind_is_due = asyncio.Event()
        self._outboxes: set[Outbox] = set()
        self._heads: Batcher[UUID, OrderHead | None] = Batcher(self._read_heads, batch_max=256, in_flight_max=2)

    async def run(self) -> None:
        """Follow the feed, and read the database for whoever is behind, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_feed())
            tasks.create_task(self._catch_up())
            tasks.create_task(self._break_silence())

    def open_outbox(self) -> Outbox:
        """Return the outbox of a new stream; close it with `close_outbox`."""
        outbox = Outbox()
        self._outboxes.add(outbox)
        return outbox

    def close_outbox(self, outbox: Outbox, watches: Sequence[Watch]) -> None:
        """Forget a stream and its watches."""
        self._outboxes.discard(outbox)
        for watch in watches:
            self.remove(watch)

    def drain(self) -> None:
        """Ask every reader to connect again elsewhere."""
        for outbox in self._outboxes:
            outbox.close(Unavailable("SHUTTING_DOWN"))

    async def add(self, outbox: Outbox, watch_id: int, account_id: str, order_id: UUID, after: int) -> Watch | None:
        """Start a watch behind `after`; None when it is over already. Raises ORDER_NOT_FOUND, Unavailable."""
        head = await self._heads.submit(order_id)
        if head is None or account_id not in ("", head.account_id):
            raise Rejected("ORDER_NOT_FOUND")
        outbox.add(watch_id, head.version)
        if head.is_terminal and after >= head.version:
            outbox.end(watch_id)
            return None
        watch = Watch(watch_id, order_id, after, outbox, self._now())
        self._watches[order_id].append(watch)
        if head.version > after:
            self._is_behind(watch)
        return watch

    def remove(self, watch: Watch) -> None:
        """End a watch quietly."""
        self._behind.discard(watch)
        watches = self._watches.get(watch.order_id)
        if watches is None or watch not in watches:
            return
        watches.remove(watch)
        if not watches:
            del self._watches[watch.order_id]

    async def _follow_feed(self) -> None:
        async for batch in self._feed.batches():
            if not batch:
                self._all_are_behind()
            for event in batch:
                for watch in tuple(self._watches.get(event.order_id, ())):
                    self._pass_on(watch, event)

    def _pass_on(self, watch: Watch, event: StoredEvent) -> None:
        if event.sequence > watch.last + 1:
            self._is_behind(watch)
        if event.sequence != watch.last + 1:
            return
        watch.last = event.sequence
        watch.heard_at = self._now()
        watch.outbox.event(watch.watch_id, event)
        if event.status in TERMINAL:
            watch.outbox.end(watch.watch_id)
            self.remove(watch)

    async def _catch_up(self) -> None:
        while True:
            await self._behind_is_due.wait()
            self._behind_is_due.clear()
            behind, self._behind = self._behind, set()
            try:
                await self._read_for(behind)
            except Unavailable:
                # The silence that follows brings them back here.
                continue

    async def _read_for(self, behind: set[Watch]) -> None:
        cursors: dict[UUID, int] = {}
        for watch in behind:
            watch.heard_at = self._now()
            cursors[watch.order_id] = min(watch.last, cursors.get(watch.order_id, watch.last))
        for event in await self._desk.events_after(list(cursors.items())):
            for watch in tuple(self._watches.get(event.order_id, ())):
                self._pass_on(watch, event)

    async def _break_silence(self) -> None:
        while True:
            await asyncio.sleep(SILENCE_SECONDS)
            quiet_since = self._now() - SILENCE_SECONDS
            for watches in self._watches.values():
                for watch in watches:
                    if watch.heard_at <= quiet_since:
                        self._is_behind(watch)

    def _is_behind(self, watch: Watch) -> None:
        self._behind.add(watch)
        self._behind_is_due.set()

    def _all_are_behind(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                self._is_behind(watch)

    async def _read_heads(self, order_ids: Sequence[UUID]) -> Sequence[OrderHead | None]:
        heads = {head.order_id: head for head in await self._desk.heads(order_ids)}
        return [heads.get(order_id) for order_id in order_ids]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
