"""Watching whole accounts: every open order as a watch of its own, and a look-out for orders to come.

An order to come is seen by its first event on the feed, or, when that was lost, by looking for young orders in the
database. Identities carry the time they were made (UUID version 7), so an order too old to be new is known by its
identity alone, and those that have ended need to be remembered for a while only.
"""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from executor_service.application.outbox import Outbox
from executor_service.application.ports import OrderDesk
from executor_service.application.watch import Watch
from servicekit.errors import Unavailable

LOOK_SECONDS: Final = 1.0
# How long an order may take from its identity to its commit, and how far the clocks of two servers may differ.
OVERLAP_MS: Final = 5_000
# How long after its birth a lost first event is still believed, and an order that has ended remembered.
MEMORY_MS: Final = 60_000
OPEN_ORDERS_MAX: Final = 10_000


@dataclass(slots=True, eq=False)
class AccountWatch:
    """One watch of one account, or of all when `account_id` is empty. Orders born before `new_from_ms` are not new."""

    watch_id: int
    account_id: str
    outbox: Outbox
    new_from_ms: int
    following: dict[UUID, Watch] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)

    def is_new(self, order_id: UUID) -> bool:
        """True for an order that this watch has not heard of and should."""
        return born_ms(order_id) >= self.new_from_ms and order_id not in self.following and order_id not in self.over

    def ended(self, order_id: UUID) -> None:
        """Remember that everything was told of an order."""
        self.following.pop(order_id, None)
        self.over.add(order_id)

    def forget_before(self, moment_ms: int) -> None:
        """Forget orders that have ended and are too old to be taken for new."""
        if moment_ms > self.new_from_ms:
            self.new_from_ms = moment_ms
            self.over = {order_id for order_id in self.over if born_ms(order_id) >= moment_ms}


class Follow(Protocol):
    """Begins to tell an order, behind a sequence, to the watch of its account."""

    def __call__(self, watch: AccountWatch, order_id: UUID, after: int, *, is_behind: bool) -> Watch:
        """Follow the order; `is_behind` when it is known to have more events."""
        ...


class AccountWatches:
    """The account watches of this process."""

    def __init__(self, desk: OrderDesk, follow: Follow) -> None:
        self._desk = desk
        self._follow = follow
        self._watches: dict[str, list[AccountWatch]] = defaultdict(list)
        self._looked_at_ms = 0
        self._is_due = asyncio.Event()

    async def add(self, outbox: Outbox, watch_id: int, account_id: str, since_ms: int | None) -> AccountWatch | None:
        """Start a watch; None when the account has too many open orders. Raises Unavailable.

        Orders born since `since_ms` are told from their first event, those that have ended too.
        """
        now_ms = _now_ms()
        young_from_ms = now_ms - OVERLAP_MS
        told_from_ms = None if since_ms is None else max(since_ms, now_ms - MEMORY_MS)
        opened = await self._desk.open_orders(account_id or None)
        young = [] if told_from_ms is not None else await self._desk.heads_since(first_id(young_from_ms))
        if len(opened) >= OPEN_ORDERS_MAX:
            outbox.end(watch_id, "OVERLOADED")
            return None
        watch = AccountWatch(watch_id, account_id, outbox, young_from_ms if told_from_ms is None else told_from_ms)
        watch.over = {head.order_id for head in young if head.is_terminal}
        positions = [(order_id, _told_until(order_id, version, told_from_ms)) for order_id, version in opened]
        outbox.add(watch_id, 0, positions)
        for order_id, sequence in positions:
            self._take_up(watch, order_id, sequence, is_behind=True)
        self._register(watch, now_ms if told_from_ms is None else told_from_ms)
        return watch

    def remove(self, watch: AccountWatch) -> None:
        """Forget a watch; its orders are the caller's to forget."""
        watches = self._watches.get(watch.account_id, [])
        if watch in watches:
            watches.remove(watch)
        if not watches:
            self._watches.pop(watch.account_id, None)

    def notice(self, order_id: UUID, account_id: str, *, is_behind: bool = False) -> None:
        """Have the watches of an account follow an order that is new to them."""
        for name in {account_id, ""}:
            for watch in self._watches.get(name, ()):
                if watch.is_new(order_id):
                    self._take_up(watch, order_id, 0, is_behind=is_behind)

    def look_now(self) -> None:
        """Look for new orders at once: the feed may have lost some."""
        self._is_due.set()

    async def run(self) -> None:
        """Look for new orders again and again, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._is_due.wait()
            self._is_due.clear()
            if self._watches:
                # While the database is away the next look reaches further back.
                with contextlib.suppress(Unavailable):
                    await self._look()

    async def _look(self) -> None:
        now_ms, from_ms = _now_ms(), self._looked_at_ms - OVERLAP_MS
        for head in await self._desk.heads_since(first_id(from_ms)):
            self.notice(head.order_id, head.account_id, is_behind=True)
        self._looked_at_ms = max(self._looked_at_ms, now_ms)
        for watches in self._watches.values():
            for watch in watches:
                watch.forget_before(now_ms - MEMORY_MS)

    def _register(self, watch: AccountWatch, seen_until_ms: int) -> None:
        # The next look has to reach back to where the youngest of all watches began.
        self._looked_at_ms = min(self._looked_at_ms, seen_until_ms) if self._watches else seen_until_ms
        self._watches[watch.account_id].append(watch)
        self.look_now()

    def _take_up(self, watch: AccountWatch, order_id: UUID, after: int, *, is_behind: bool) -> None:
        watch.following[order_id] = self._follow(watch, order_id, after, is_behind=is_behind)


def _told_until(order_id: UUID, version: int, told_from_ms: int | None) -> int:
    """Return the sequence behind which an open order is told to a new watch."""
    return 0 if told_from_ms is not None and born_ms(order_id) >= told_from_ms else version


def born_ms(order_id: UUID) -> int:
    """Return when an identity was made, in milliseconds since 1970."""
    return order_id.int >> 80


def first_id(moment_ms: int) -> UUID:
    """Return the smallest identity of a millisecond."""
    return UUID(int=max(0, moment_ms) << 80)


def _now_ms() -> int:
    # The clock that identities are made by.
    return born_ms(uuid7())
