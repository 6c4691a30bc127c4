"""Watching whole accounts: every open order as a watch of its own, and new orders as they come.

A new order shows by its first event on the feed. If the feed lost that event, a search for young orders in the database
finds it. Identities carry their creation time (UUID version 7), so an identity alone shows that an order is too old to
be new, and ended orders are remembered only for a while.
"""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from executor_service.application.outbox import Outbox
from executor_service.application.ports import OrderStore
from executor_service.application.watch import Watch
from servicekit.errors import Unavailable

LOOK_SECONDS: Final = 1.0
# The most time between an order's identity and its commit, and the most that the clocks of two servers differ.
OVERLAP_MS: Final = 5_000
# How long after its creation an order can still count as new, and how long an ended order is remembered.
MEMORY_MS: Final = 60_000
OPEN_ORDERS_MAX: Final = 10_000


@dataclass(slots=True, eq=False)
class AccountWatch:
    """One watch of one account, or of all when `account_id` is empty. Orders from before `new_from_ms` are not new."""

    watch_id: int
    account_id: str
    outbox: Outbox
    new_from_ms: int
    following: dict[UUID, Watch] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)

    def is_new(self, order_id: UUID) -> bool:
        """True for an order that this watch does not follow yet and should."""
        return born_ms(order_id) >= self.new_from_ms and order_id not in self.following and order_id not in self.over

    def mark_ended(self, order_id: UUID) -> None:
        """Remember that all events of the order have been sent."""
        self.following.pop(order_id, None)
        self.over.add(order_id)

    def forget_before(self, moment_ms: int) -> None:
        """Forget ended orders that are too old to count as new."""
        if moment_ms > self.new_from_ms:
            self.new_from_ms = moment_ms
            self.over = {order_id for order_id in self.over if born_ms(order_id) >= moment_ms}


class Follow(Protocol):
    """Starts to send an order's events, after a sequence, to the watch of its account."""

    def __call__(self, watch: AccountWatch, order_id: UUID, after: int, *, is_behind: bool) -> Watch:
        """Follow the order; `is_behind` when it is known to have more events."""
        ...


class AccountWatches:
    """The account watches of this process."""

    def __init__(self, store: OrderStore, follow: Follow) -> None:
        self._store = store
        self._follow = follow
        self._watches: dict[str, list[AccountWatch]] = defaultdict(list)
        self._looked_at_ms = 0
        self._is_due = asyncio.Event()

    async def add(self, outbox: Outbox, watch_id: int, account_id: str, since_ms: int | None) -> AccountWatch | None:
        """Start a watch; None when the account has too many open orders. Raises Unavailable.

        Orders created since `since_ms` are sent from their first event, ended orders too.
        """
        now_ms = _now_ms()
        young_from_ms = now_ms - OVERLAP_MS
        told_from_ms = None if since_ms is None else max(since_ms, now_ms - MEMORY_MS)
        opened = await self._store.open_orders(account_id or None)
        young = [] if told_from_ms is not None else await self._store.heads_since(first_id(young_from_ms))
        if len(opened) >= OPEN_ORDERS_MAX:
            outbox.end_watch(watch_id, "OVERLOADED")
            return None
        watch = AccountWatch(watch_id, account_id, outbox, young_from_ms if told_from_ms is None else told_from_ms)
        watch.over = {head.order_id for head in young if head.is_terminal}
        positions = [(order_id, _told_until(order_id, version, told_from_ms)) for order_id, version in opened]
        outbox.add_watch(watch_id, 0, positions)
        for order_id, sequence in positions:
            self._take_up(watch, order_id, sequence, is_behind=True)
        self._register(watch, now_ms if told_from_ms is None else told_from_ms)
        return watch

    def remove(self, watch: AccountWatch) -> None:
        """Forget a watch; the caller forgets its orders."""
        watches = self._watches.get(watch.account_id, [])
        if watch in watches:
            watches.remove(watch)
        if not watches:
            self._watches.pop(watch.account_id, None)

    def notice(self, order_id: UUID, account_id: str, *, is_behind: bool = False) -> None:
        """Make the watches of an account follow an order that is new to them."""
        for name in {account_id, ""}:
            for watch in self._watches.get(name, ()):
                if watch.is_new(order_id):
                    self._take_up(watch, order_id, 0, is_behind=is_behind)

    def look_now(self) -> None:
        """Search for new orders now: the feed may have lost some."""
        self._is_due.set()

    async def run(self) -> None:
        """Search for new orders every second, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._is_due.wait()
            self._is_due.clear()
            if self._watches:
                # After a failure the next search reaches further back.
                with contextlib.suppress(Unavailable):
                    await self._look()

    async def _look(self) -> None:
        now_ms, from_ms = _now_ms(), self._looked_at_ms - OVERLAP_MS
        for head in await self._store.heads_since(first_id(from_ms)):
            self.notice(head.order_id, head.account_id, is_behind=True)
        self._looked_at_ms = max(self._looked_at_ms, now_ms)
        for watches in self._watches.values():
            for watch in watches:
                watch.forget_before(now_ms - MEMORY_MS)

    def _register(self, watch: AccountWatch, seen_until_ms: int) -> None:
        # The next search must reach back to the start of this watch.
        self._looked_at_ms = min(self._looked_at_ms, seen_until_ms) if self._watches else seen_until_ms
        self._watches[watch.account_id].append(watch)
        self.look_now()

    def _take_up(self, watch: AccountWatch, order_id: UUID, after: int, *, is_behind: bool) -> None:
        watch.following[order_id] = self._follow(watch, order_id, after, is_behind=is_behind)


def _told_until(order_id: UUID, version: int, told_from_ms: int | None) -> int:
    """Return the sequence after which a new watch gets an open order's events."""
    return 0 if told_from_ms is not None and born_ms(order_id) >= told_from_ms else version


def born_ms(order_id: UUID) -> int:
    """Return when an identity was created, in milliseconds since 1970."""
    return order_id.int >> 80


def first_id(moment_ms: int) -> UUID:
    """Return the smallest identity of a millisecond."""
    return UUID(int=max(0, moment_ms) << 80)


def _now_ms() -> int:
    # The clock that identities take their time from.
    return born_ms(uuid7())
