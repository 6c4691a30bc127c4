"""Named orders on one socket: each event once, in order, until each order has ended."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

from websockets.asyncio.client import ClientConnection

from tradewind_client.json_values import encode
from tradewind_client.orders import OrderEvent
from tradewind_client.stream import Answer, AskAgain, Stream, heard
from tradewind_client.watching import counted

# The most orders that a gateway takes on one socket, and that fit into one command.
ORDERS_PER_SOCKET: Final = 5_000
ORDERS_PER_COMMAND: Final = 150


def watch_named(stream: Stream, after: Mapping[str, int]) -> AsyncGenerator[OrderEvent, None]:
    """Yield the events of the orders, each after its sequence, until each has ended; 5,000 orders share a socket."""
    stories = [NamedOrders(dict(part)) for part in _parts(list(after.items()), ORDERS_PER_SOCKET)]
    streams = [stream.tell(story) for story in stories]
    return streams[0] if len(streams) == 1 else merged(streams)


class NamedOrders:
    """Keeps the last event of each order that has not ended."""

    def __init__(self, after: Mapping[str, int]) -> None:
        self._last = dict(after)
        self._gaps: Counter[str] = Counter()

    async def told(self, socket: ClientConnection) -> AsyncGenerator[OrderEvent, None]:
        """Subscribe to the orders that have not ended, each command after the last one's answer; yield new events."""
        commands = deque(_subscriptions(self._last))
        await socket.send(commands.popleft())
        while self._last:
            match await heard(socket):
                case OrderEvent() as event if self._is_new(event):
                    yield event
                case Answer(op="subscribed") if commands:
                    await socket.send(commands.popleft())
                case Answer(op="ended", order_id=order_id, sequence=sequence):
                    self._ended(order_id, sequence)

    def _is_new(self, event: OrderEvent) -> bool:
        last = self._last.get(event.order_id)
        if last is None or event.sequence <= last:
            return False
        if event.sequence > last + 1:
            self._gaps[event.order_id] = counted(self._gaps[event.order_id], event, last)
            raise AskAgain("an event was missing")
        self._last[event.order_id] = event.sequence
        del self._gaps[event.order_id]
        if event.is_terminal:
            del self._last[event.order_id]
        return True

    def _ended(self, order_id: str, sequence: int) -> None:
        last = self._last.get(order_id)
        if last is None:
            return
        if sequence > last:
            raise AskAgain("the end came before the last event")
        del self._last[order_id]


def _subscriptions(after: Mapping[str, int]) -> Iterator[str]:
    for part in _parts(list(after.items()), ORDERS_PER_COMMAND):
        known = {order_id: sequence for order_id, sequence in part if sequence}
        command = {"op": "subscribe", "orderIds": [order_id for order_id, _ in part], "after": known}
        yield encode(command).decode()


def _parts(pairs: list[tuple[str, int]], size: int) -> Iterator[list[tuple[str, int]]]:
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]


async def merged(streams: Sequence[AsyncGenerator[OrderEvent, None]]) -> AsyncGenerator[OrderEvent, None]:
    """Yield the events of all streams as they come, until each has ended. Raises the first error of any.

    The order of events holds within a stream, not between streams.
    """
    arrived: asyncio.Queue[OrderEvent | Exception | None] = asyncio.Queue(maxsize=256)
    tasks = [asyncio.create_task(_forward(stream, arrived)) for stream in streams]
    left = len(tasks)
    try:
        while left:
            match await arrived.get():
                case OrderEvent() as event:
                    yield event
                case None:
                    left -= 1
                case Exception() as error:
                    raise error
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward(
    stream: AsyncGenerator[OrderEvent, None], arrived: "asyncio.Queue[OrderEvent | Exception | None]"
) -> None:
    try:
        async with aclosing(stream):
            async for event in stream:
                await arrived.put(event)
        await arrived.put(None)
    except Exception as error:
        await arrived.put(error)
