"""Watching orders: replay from the database, then live, each event once and in order.

The feed is only a hint. The hub sends an event that continues a watch's sequence. After a gap, a silence or a
reconnection of the feed it reads the database, once for all watches that need it. A watch of a very new order is
replayed from memory.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from executor_service.application.outbox import Outbox
from executor_service.application.ports import EventFeed, OrderHead, OrderStore, StoredEvent
from executor_service.application.recent_events import RecentEvents, head_of
from executor_service.application.watch import Watch
from executor_service.application.watch_accounts import AccountWatch, AccountWatches
from executor_service.domain.lifecycle import TERMINAL
from servicekit.batching import Batcher
from servicekit.errors import Rejected, Unavailable

SILENCE_SECONDS: Final = 1.0


class WatchHub:
    """All watches of this process on one feed."""

    def __init__(self, *, store: OrderStore, feed: EventFeed) -> None:
        self._store = store
        self._feed = feed
        self._watches: dict[UUID, list[Watch]] = defaultdict(list)
        self._behind: set[Watch] = set()
        self._behind_is_due = asyncio.Event()
        self._outboxes: set[Outbox] = set()
        self._recent = RecentEvents()
        self._accounts = AccountWatches(store, self._follow)
        self._heads: Batcher[UUID, OrderHead | None] = Batcher(
            self._read_heads, batch_max=256, in_flight_max=2, name="heads"
        )

    @property
    def standing(self) -> int:
        """Number of watches that are open now."""
        return sum(map(len, self._watches.values()))

    async def run(self) -> None:
        """Follow the feed, and read the database for the watches that are behind, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_feed())
            tasks.create_task(self._catch_up())
            tasks.create_task(self._break_silence())
            tasks.create_task(self._accounts.run())

    def open_outbox(self) -> Outbox:
        """Return the outbox of a new stream; close it with `close_outbox`."""
        outbox = Outbox()
        self._outboxes.add(outbox)
        return outbox

    def close_outbox(self, outbox: Outbox, watches: Sequence[Watch | AccountWatch]) -> None:
        """Forget a stream and its watches."""
        self._outboxes.discard(outbox)
        for watch in watches:
            self.remove(watch)

    def drain(self) -> None:
        """End every stream with SHUTTING_DOWN, so that its reader connects again elsewhere."""
        for outbox in self._outboxes:
            outbox.close(Unavailable("SHUTTING_DOWN"))

    async def add(self, outbox: Outbox, watch_id: int, account_id: str, order_id: UUID, after: int) -> Watch | None:
        """Start a watch after sequence `after`; None when nothing follows it. Raises ORDER_NOT_FOUND, Unavailable."""
        known = self._recent.behind(after, order_id)
        head = head_of(known) or await self._heads.submit(order_id)
        if head is None or account_id not in ("", head.account_id):
            raise Rejected("ORDER_NOT_FOUND")
        outbox.add_watch(watch_id, head.version)
        if head.is_terminal and after >= head.version:
            outbox.end_watch(watch_id)
            return None
        watch = Watch(watch_id, order_id, after, outbox, partial(outbox.end_watch, watch_id), self._now())
        self._watches[order_id].append(watch)
        for event in known:
            self._pass_on(watch, event)
        if head.version > watch.last:
            self._mark_behind(watch)
        return watch

    async def add_account(
        self, outbox: Outbox, watch_id: int, account_id: str, since_ms: int | None
    ) -> AccountWatch | None:
        """Start a watch of an account; None when it was refused. Raises Unavailable."""
        return await self._accounts.add(outbox, watch_id, account_id, since_ms)

    def remove(self, watch: Watch | AccountWatch) -> None:
        """Remove a watch without a word to its reader."""
        if isinstance(watch, AccountWatch):
            self._accounts.remove(watch)
            for followed in watch.following.values():
                self._forget(followed)
            return
        self._forget(watch)

    def _forget(self, watch: Watch) -> None:
        self._behind.discard(watch)
        watches = self._watches.get(watch.order_id)
        if watches is None or watch not in watches:
            return
        watches.remove(watch)
        if not watches:
            del self._watches[watch.order_id]

    def _follow(self, watch: AccountWatch, order_id: UUID, after: int, *, is_behind: bool) -> Watch:
        on_end = partial(watch.mark_ended, order_id)
        followed = Watch(watch.watch_id, order_id, after, watch.outbox, on_end, self._now())
        self._watches[order_id].append(followed)
        if is_behind:
            self._mark_behind(followed)
        return followed

    async def _follow_feed(self) -> None:
        async for batch in self._feed.batches():
            if not batch:
                self._recent.forget()
                self._mark_all_behind()
                self._accounts.look_now()
            for event in batch:
                self._recent.note(event)
                self._accounts.notice(event.order_id, event.account_id)
                for watch in tuple(self._watches.get(event.order_id, ())):
                    self._pass_on(watch, event)

    def _pass_on(self, watch: Watch, event: StoredEvent) -> None:
        if event.sequence > watch.last + 1:
            self._mark_behind(watch)
        if event.sequence != watch.last + 1:
            return
        watch.last = event.sequence
        watch.heard_at = self._now()
        watch.outbox.add_event(watch.watch_id, event)
        if event.status in TERMINAL:
            watch.on_end()
            self._forget(watch)

    async def _catch_up(self) -> None:
        while True:
            await self._behind_is_due.wait()
            self._behind_is_due.clear()
            behind, self._behind = self._behind, set()
            try:
                await self._read_for(behind)
            except Unavailable:
                # These watches stay silent, so `_break_silence` marks them again.
                continue

    async def _read_for(self, behind: set[Watch]) -> None:
        cursors: dict[UUID, int] = {}
        for watch in behind:
            watch.heard_at = self._now()
            cursors[watch.order_id] = min(watch.last, cursors.get(watch.order_id, watch.last))
        for event in await self._store.events_after(list(cursors.items())):
            for watch in tuple(self._watches.get(event.order_id, ())):
                self._pass_on(watch, event)

    async def _break_silence(self) -> None:
        while True:
            await asyncio.sleep(SILENCE_SECONDS)
            quiet_since = self._now() - SILENCE_SECONDS
            for watches in self._watches.values():
                for watch in watches:
                    if watch.heard_at <= quiet_since:
                        self._mark_behind(watch)

    def _mark_behind(self, watch: Watch) -> None:
        self._behind.add(watch)
        self._behind_is_due.set()

    def _mark_all_behind(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                self._mark_behind(watch)

    async def _read_heads(self, order_ids: Sequence[UUID]) -> Sequence[OrderHead | None]:
        heads = {head.order_id: head for head in await self._store.heads(order_ids)}
        return [heads.get(order_id) for order_id in order_ids]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
