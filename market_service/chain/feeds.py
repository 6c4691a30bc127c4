"""Passes published items to watchers. Each watcher has a bounded queue; a full queue ends its subscription."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Generic, TypeVar

from servicekit.errors import Unavailable
from servicekit.metrics import slow_reader_dropped

Item = TypeVar("Item")
QUEUE_MAX: Final = 128


class Subscription(Generic[Item]):
    """The items that one watcher still has to read."""

    def __init__(self, queue_max: int) -> None:
        """Begin with nothing to read."""
        self._queue: asyncio.Queue[Item] = asyncio.Queue(queue_max)
        self._ended: asyncio.Future[Unavailable] = asyncio.get_running_loop().create_future()

    def offer(self, item: Item) -> bool:
        """Queue an item and return True; a full queue ends the subscription instead."""
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            slow_reader_dropped()
            self.end(Unavailable("SLOW_READER"))
            return False
        return True

    def end(self, error: Unavailable) -> None:
        """End the subscription with an error, at once."""
        if not self._ended.done():
            self._ended.set_result(error)

    async def items(self) -> AsyncIterator[Item]:
        """Yield items as they come. Raises the error the subscription was ended with."""
        while True:
            if self._ended.done():
                raise self._ended.result()
            if self._queue.empty():
                getter = asyncio.ensure_future(self._queue.get())
                try:
                    await asyncio.wait((getter, self._ended), return_when=asyncio.FIRST_COMPLETED)
                    if not getter.done():
                        continue
                    item = getter.result()
                finally:
                    getter.cancel()
                yield item
            else:
                yield self._queue.get_nowait()


class Feed(Generic[Item]):
    """All watchers of one kind of item."""

    def __init__(self, *, queue_max: int = QUEUE_MAX) -> None:
        """Begin without watchers."""
        self._queue_max = queue_max
        self._subscriptions: set[Subscription[Item]] = set()

    def __len__(self) -> int:
        """Return how many watch."""
        return len(self._subscriptions)

    def subscribe(self) -> Subscription[Item]:
        """Return a subscription to the items from now on. Pass it to `unsubscribe` at the end."""
        subscription: Subscription[Item] = Subscription(self._queue_max)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription[Item]) -> None:
        """Forget a watcher."""
        self._subscriptions.discard(subscription)

    def publish(self, item: Item) -> None:
        """Queue an item for every watcher, and end those whose queue is full. Never waits."""
        lagging = [subscription for subscription in self._subscriptions if not subscription.offer(item)]
        self._subscriptions.difference_update(lagging)

    def end(self, error: Unavailable) -> None:
        """End every subscription."""
        for subscription in self._subscriptions:
            subscription.end(error)
