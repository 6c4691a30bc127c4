"""Every order of an account: those on their way, and those that come while one watches."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final, Protocol

from tradewind_client.orders import TERMINAL, Order, OrderEvent

LOOK_SECONDS: Final = 0.5
# An order may become visible later than its time says: it is stamped before it is stored.
OVERLAP: Final = timedelta(seconds=5)
UNFINISHED: Final = ("open", "pending", "routing", "routing_complete", "building", "submitted", "retrying")


class Listing(Protocol):
    """What lists orders, newest first."""

    def __call__(self, *, status: tuple[str, ...] = (), since: datetime | None = None) -> AsyncGenerator[Order, None]:
        """Yield them."""


class Newcomers:
    """Finds the orders that were not there at the last look. Times are the server's."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._seen: dict[str, datetime] = {}
        self._newest: datetime | None = None

    async def first(self) -> list[str]:
        """Return the orders on their way, oldest first; what has ended by now does not count as new."""
        self._newest = await self._newest_now()
        if self._newest is not None:
            async for order in self._listing(since=self._newest - OVERLAP):
                # What was created since is new, even if it has ended already.
                if order.status in TERMINAL and order.created_at <= self._newest:
                    self._seen[order.order_id] = order.created_at
        return self._new([order async for order in self._listing(status=UNFINISHED)])

    async def _newest_now(self) -> datetime | None:
        async with aclosing(self._listing()) as orders:
            async for order in orders:
                return order.created_at
        return None

    async def next(self) -> list[str]:
        """Return the orders that have come since, oldest first."""
        since = self._newest - OVERLAP if self._newest is not None else None
        return self._new([order async for order in self._listing(since=since)])

    def _new(self, orders: list[Order]) -> list[str]:
        new = [order for order in reversed(orders) if order.order_id not in self._seen]
        for order in new:
            self._seen[order.order_id] = order.created_at
            self._newest = max(self._newest or order.created_at, order.created_at)
        if self._newest is not None:
            oldest = self._newest - 2 * OVERLAP
            self._seen = {order_id: at for order_id, at in self._seen.items() if at >= oldest}
        return [order.order_id for order in new]


async def watch_newcomers(
    newcomers: Newcomers, watch: Callable[[str], AsyncGenerator[OrderEvent, None]]
) -> AsyncGenerator[OrderEvent, None]:
    """Yield the events of all orders, for ever. Raises the first error of any."""
    arrived: asyncio.Queue[OrderEvent | Exception] = asyncio.Queue(maxsize=256)
    tasks: set[asyncio.Task[None]] = set()

    def begin(work: "asyncio.Task[None]") -> None:
        tasks.add(work)
        work.add_done_callback(tasks.discard)

    async def follow(order_id: str) -> None:
        try:
            async with aclosing(watch(order_id)) as events:
                async for event in events:
                    await arrived.put(event)
        except Exception as error:
            await arrived.put(error)

    async def look() -> None:
        try:
            found = await newcomers.first()
            while True:
                for order_id in found:
                    begin(asyncio.create_task(follow(order_id)))
                await asyncio.sleep(LOOK_SECONDS)
                found = await newcomers.next()
        except Exception as error:
            await arrived.put(error)

    begin(asyncio.create_task(look()))
    try:
        while True:
            item = await arrived.get()
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
