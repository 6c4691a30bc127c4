"""The shared watches of accounts: one for each account, however many sockets follow it.

The executor sends an account's events once to this process. A new reader continues from the shared watch's positions.
Older events that one socket asks for go to that socket alone.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from gateway.streams.account_watch import AccountWatch
from gateway.streams.order_watches import OrderWatches
from gateway.streams.watch import End, Event, ForwardedWatch, Watch
from servicekit.errors import Unavailable


class AccountReader:
    """One socket's reader of a shared watch: it gets all events, except of orders that the socket follows by name."""

    def __init__(self, *, forward: Callable[[str], None], on_end: Callable[[End], None]) -> None:
        self._forward = forward
        self._on_end = on_end
        self.alone: dict[str, ForwardedWatch] = {}

    def tell(self, order_id: str, payload: str) -> None:
        """Pass on an event of the shared watch."""
        if order_id not in self.alone:
            self._forward(payload)

    def tell_alone(self, event: Event) -> None:
        """Pass on an event of a watch that belongs to this reader alone."""
        self._forward(event.payload)

    def end(self, why: End) -> None:
        """Tell the reader that the shared watch has ended."""
        self.close()
        self._on_end(why)

    def close(self) -> None:
        """End the watches that belong to this reader alone."""
        for watch in list(self.alone.values()):
            watch.end("away")


class SharedWatch:
    """The watch of one account and its readers. It ends when the last reader leaves."""

    def __init__(self, account_id: str, watches: OrderWatches, on_end: Callable[["SharedWatch"], None]) -> None:
        self.account_id = account_id
        self.readers: set[AccountReader] = set()
        self.waiting = 0
        self._watches = watches
        self._on_end = on_end
        self.watch = AccountWatch(account_id, forward=self._tell, heal=self._heal, on_end=self._ended)
        self.standing = asyncio.create_task(watches.stand(self.watch))
        # The waiting callers may have left: read the error here, so that asyncio does not report it as unread.
        self.standing.add_done_callback(lambda task: task.cancelled() or task.exception())

    def end_if_unused(self) -> None:
        """End the watch when it has no reader and no caller waits for it."""
        if not self.readers and not self.waiting:
            self.watch.end("away")

    def _tell(self, order_id: str, payload: str) -> None:
        for reader in self.readers:
            reader.tell(order_id, payload)

    def _ended(self, watch: AccountWatch) -> None:
        assert watch.ended is not None
        self._watches.remove(watch)
        self._on_end(self)
        readers, self.readers = self.readers, set()
        for reader in readers:
            reader.end(watch.ended)

    def _heal(self, watch: AccountWatch, order_id: str, after_sequence: int) -> Callable[[], None]:
        def passed_on(event: Event) -> None:
            watch.put(order_id, event, is_last=False)

        def ended(healing: Watch) -> None:
            self._watches.remove(healing)
            if healing.ended == "finished":
                watch.told_all(order_id)

        healing = ForwardedWatch(self.account_id, order_id, after_sequence, forward=passed_on, on_end=ended)
        self._watches.begin(healing)
        return partial(healing.end, "away")


class AccountHub:
    """Lets readers join the watch of their account and leave it."""

    def __init__(self, watches: OrderWatches) -> None:
        self._watches = watches
        self._shared: dict[str, SharedWatch] = {}

    async def join(self, account_id: str, reader: AccountReader, after: Mapping[str, int]) -> Mapping[str, int]:
        """Return the open orders and the sequence from which each continues; the reader gets all later events.

        The orders named in `after` continue from there. Raises DomainError when the account cannot be watched.
        """
        shared = self._shared.get(account_id)
        if shared is None:
            shared = self._shared[account_id] = SharedWatch(account_id, self._watches, self._forget)
        shared.waiting += 1
        try:
            await asyncio.shield(shared.standing)
            if shared.watch.ended:
                raise Unavailable("UNAVAILABLE", "The orders' events cannot be had at the moment.")
            # Positions and readers change without an await between, so that no event is sent between the two.
            positions = {**shared.watch.positions, **after}
            shared.readers.add(reader)
        finally:
            shared.waiting -= 1
            shared.end_if_unused()
        for order_id, sequence in after.items():
            self._tell_alone(account_id, reader, order_id, sequence)
        return positions

    def leave(self, account_id: str, reader: AccountReader) -> None:
        """Remove the reader: it gets no further events."""
        reader.close()
        shared = self._shared.get(account_id)
        if shared is not None:
            shared.readers.discard(reader)
            shared.end_if_unused()

    def _tell_alone(self, account_id: str, reader: AccountReader, order_id: str, after_sequence: int) -> None:
        watch = ForwardedWatch(
            account_id, order_id, after_sequence, forward=reader.tell_alone, on_end=self._watches.remove
        )
        reader.alone[order_id] = watch
        self._watches.begin(watch)

    def _forget(self, shared: SharedWatch) -> None:
        if self._shared.get(shared.account_id) is shared:
            del self._shared[shared.account_id]
