"""Every order of an account on one socket: the open ones, and those that come later.

The socket sends events while it stands. When it stands again, the client reads the events of the time between from the
histories: those of the orders that were on their way, and those of the orders that have come since.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from websockets.asyncio.client import ClientConnection

from tradewind_client.errors import Problem, StreamGap
from tradewind_client.json_values import encode
from tradewind_client.orders import Order, OrderEvent
from tradewind_client.problems import PASSING
from tradewind_client.stream import Answer, AskAgain, heard

# An order may become visible later than its time says: it is stamped before it is stored.
OVERLAP: Final = timedelta(seconds=10)
# An order that ended earlier than this, by the server's times, is not reported again.
MEMORY: Final = timedelta(seconds=60)
HISTORIES_AT_ONCE: Final = 16

_SUBSCRIBE: Final = encode({"op": "subscribe", "all": True}).decode()
# Up to this number the client keeps ended orders without checking which are old.
OVER_MIN: Final = 1_000

T = TypeVar("T")
History = Callable[[str, int], Awaitable[list[OrderEvent]]]


class Listing(Protocol):
    """What lists orders, newest first."""

    def __call__(self, *, since: datetime | None = None) -> AsyncGenerator[Order, None]:
        """Yield them."""


class WholeAccount:
    """Keeps the last event of each order on its way, and for a while which have ended. Times are the server's."""

    def __init__(self, listing: Listing, history: History) -> None:
        """`history` returns an order's events behind a sequence."""
        self._listing = listing
        self._history = history
        self._last: dict[str, int] = {}
        self._over: dict[str, datetime] = {}
        self._over_max = OVER_MIN
        # When the newest known order was created.
        self._youngest: datetime | None = None
        self._begun = False

    async def told(self, socket: ClientConnection) -> AsyncGenerator[OrderEvent, None]:
        """Subscribe, yield the missed events, then the live ones; it ends with the socket."""
        if not self._begun:
            await self._begin()
        await socket.send(_SUBSCRIBE)
        async with aclosing(self._caught_up(await _positions(socket))) as missed:
            async for event in missed:
                yield event
        while True:
            frame = await heard(socket)
            if isinstance(frame, OrderEvent):
                for event in await self._up_to(frame):
                    yield event
                self._forget(frame.timestamp)

    async def _begin(self) -> None:
        """Record the orders that ended before: their events are not yielded."""
        self._youngest = youngest = await _asked(self._newest())
        if youngest is not None:
            for order in await _asked(self._since(youngest - OVERLAP)):
                # An order created later is new, even if it has ended already.
                if order.is_terminal and order.created_at <= youngest:
                    self._over[order.order_id] = order.updated_at
        self._begun = True

    async def _newest(self) -> datetime | None:
        async with aclosing(self._listing()) as orders:
            async for order in orders:
                return order.created_at
        return None

    async def _since(self, moment: datetime | None) -> list[Order]:
        return [order async for order in self._listing(since=moment)]

    async def _caught_up(self, positions: Mapping[str, int]) -> AsyncGenerator[OrderEvent, None]:
        for order_id in positions.keys() - self._over.keys():
            self._last.setdefault(order_id, 0)
        # An order that is no longer among the open ones has ended meanwhile.
        behind = [order_id for order_id, last in self._last.items() if positions.get(order_id, last + 1) > last]
        behind += await self._newcomers()
        for start in range(0, len(behind), HISTORIES_AT_ONCE):
            for event in await self._read(behind[start : start + HISTORIES_AT_ONCE]):
                yield event

    async def _newcomers(self) -> list[str]:
        """Return the orders that no socket has reported, oldest first."""
        since = self._youngest - OVERLAP if self._youngest is not None else None
        found = await _asked(self._since(since))
        new = [order.order_id for order in reversed(found) if not self._knows(order.order_id)]
        for order in found:
            self._youngest = max(self._youngest or order.created_at, order.created_at)
        return new

    def _knows(self, order_id: str) -> bool:
        return order_id in self._last or order_id in self._over

    async def _up_to(self, event: OrderEvent) -> Sequence[OrderEvent]:
        """Return the events that lead to an event, and the event itself; nothing when it was yielded before."""
        last = self._last.get(event.order_id, 0)
        if event.sequence == last + 1 or event.order_id in self._over:
            return list(self._new([event]))
        if event.sequence <= last:
            return ()
        missed = await self._read([event.order_id])
        if not missed or missed[-1].sequence < event.sequence:
            raise StreamGap(event.order_id, last=last, found=event.sequence)
        return missed

    async def _read(self, order_ids: Sequence[str]) -> Sequence[OrderEvent]:
        histories = await _asked(self._histories(order_ids))
        return [event for history in histories for event in self._new(history)]

    async def _histories(self, order_ids: Sequence[str]) -> Sequence[Sequence[OrderEvent]]:
        return await asyncio.gather(*(self._history(each, self._last.get(each, 0)) for each in order_ids))

    def _new(self, events: Iterable[OrderEvent]) -> Iterator[OrderEvent]:
        for event in events:
            last = self._last.get(event.order_id, 0)
            if event.order_id in self._over or event.sequence <= last:
                continue
            if event.sequence != last + 1:
                raise StreamGap(event.order_id, last=last, found=event.sequence)
            self._count(event)
            yield event

    def _count(self, event: OrderEvent) -> None:
        if event.sequence == 1:
            self._youngest = max(self._youngest or event.timestamp, event.timestamp)
        if not event.is_terminal:
            self._last[event.order_id] = event.sequence
            return
        self._last.pop(event.order_id, None)
        self._over[event.order_id] = event.timestamp

    def _forget(self, heard: datetime) -> None:
        """Forget what ended long before the newest frame from the socket, which may lag, and the youngest order."""
        if len(self._over) > self._over_max:
            oldest = min(heard, self._youngest or heard) - MEMORY
            self._over = {order_id: ended for order_id, ended in self._over.items() if ended >= oldest}
            self._over_max = max(OVER_MIN, 2 * len(self._over))


async def _positions(socket: ClientConnection) -> Mapping[str, int]:
    """Return the open orders and the sequence from which this socket continues each."""
    frame = await heard(socket)
    if not isinstance(frame, Answer) or frame.op != "subscribed":
        raise AskAgain("the gateway did not say that it tells all orders")
    return frame.positions


async def _asked(answer: Awaitable[T]) -> T:
    """Return an answer over HTTP. Raises AskAgain when it is refused for a passing reason."""
    try:
        return await answer
    except Problem as problem:
        if problem.status in PASSING:
            raise AskAgain(str(problem)) from problem
        raise
