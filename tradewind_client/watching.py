"""An order's events over a WebSocket that comes back by itself: each event once, in order, none left out."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Final

from tradewind_client.errors import StreamGap, Unreachable
from tradewind_client.json_values import decode
from tradewind_client.orders import Order, OrderEvent
from tradewind_client.retry import Patience, RetryPolicy
from tradewind_client.sockets import TROUBLE, meaning, opened

FINISHED: Final = 1000
GAPS_MAX: Final = 3


class Watcher:
    """Watches single orders of one gateway."""

    def __init__(
        self,
        socket_origin: str,
        *,
        headers: Mapping[str, str],
        policy: RetryPolicy,
        order: Callable[[str], Awaitable[Order]],
    ) -> None:
        """`order` reads an order's snapshot: it settles whether a stream that ended has sent all events."""
        self._origin = socket_origin
        self._headers = headers
        self._policy = policy
        self._order = order

    async def watch(self, order_id: str, after: int) -> AsyncGenerator[OrderEvent, None]:
        """Yield the events after the sequence `after`, until the order's last.

        Raises Problem when the gateway refuses, StreamGap, Unreachable when nothing came of it for too long.
        """
        patience, last, gaps = Patience(self._policy), after, 0
        while True:
            trouble, wait, began = "an event was missing", 0.0, time.monotonic()
            try:
                url = f"{self._origin}/api/orders/{order_id}/events?after={last}"
                async with opened(url, self._headers) as socket:
                    async for message in socket:
                        event = decode(message, OrderEvent)
                        if event.sequence <= last:
                            continue
                        if event.sequence > last + 1:
                            gaps = counted(gaps, event, last)
                            break
                        last, gaps = event.sequence, 0
                        patience.progress()
                        yield event
                        if event.is_terminal:
                            return
                    else:
                        trouble = f"closed with {socket.close_code}"
                        if socket.close_code == FINISHED and await self._told_all(order_id, last):
                            return
            except TROUBLE as error:
                trouble, wait = meaning(error)
            patience.stood(time.monotonic() - began)
            if not await patience.again(wait):
                raise Unreachable(f"{self._origin}: the stream of order {order_id} does not come back: {trouble}.")

    async def _told_all(self, order_id: str, last: int) -> bool:
        """True when the order ended with the event `last`, or before what the caller already had."""
        order = await self._order(order_id)
        return order.is_terminal and order.version <= last


def counted(gaps: int, event: OrderEvent, last: int) -> int:
    """Return the number of gaps plus one. Raises StreamGap when the gap is still there after repeated attempts."""
    if gaps + 1 >= GAPS_MAX:
        raise StreamGap(event.order_id, last=last, found=event.sequence)
    return gaps + 1
