"""An order's events over a WebSocket that comes back by itself: each event once, in order, none left out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tradewind_client.errors import Problem, StreamGap, Unreachable
from tradewind_client.json_values import decode
from tradewind_client.orders import Order, OrderEvent
from tradewind_client.problems import PASSING, refusal, retry_after_seconds
from tradewind_client.retry import Patience, RetryPolicy

FINISHED: Final = 1000
# Asked again, the gateway would say the same: it did not understand us, or the order is not ours to see.
FINAL_CLOSES: Final[Mapping[int, str]] = {
    4400: "bad_message",
    4401: "unauthenticated",
    4403: "forbidden",
    4404: "order_not_found",
}
GAPS_MAX: Final = 3

_TROUBLE: Final = (OSError, TimeoutError, EOFError, ConnectionClosed, InvalidHandshake)


class Watcher:
    """Watches orders of one gateway."""

    def __init__(
        self,
        socket_origin: str,
        *,
        headers: Mapping[str, str],
        policy: RetryPolicy,
        order: Callable[[str], Awaitable[Order]],
    ) -> None:
        """`order` reads an order's snapshot: it settles whether a stream that says it is finished has told it all."""
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
            trouble, wait = "an event was missing", 0.0
            try:
                async with self._connection(order_id, last) as socket:
                    async for message in socket:
                        event = decode(message, OrderEvent)
                        if event.sequence <= last:
                            continue
                        if event.sequence > last + 1:
                            gaps = _counted(gaps, event, last)
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
            except _TROUBLE as error:
                trouble, wait = _meaning(error)
            if not await patience.again(wait):
                raise Unreachable(f"{self._origin}: the stream of order {order_id} does not come back: {trouble}.")

    @asynccontextmanager
    async def _connection(self, order_id: str, last: int) -> AsyncGenerator[ClientConnection, None]:
        url = f"{self._origin}/api/orders/{order_id}/events?after={last}"
        socket = await connect(url, additional_headers=self._headers)
        try:
            yield socket
        finally:
            try:
                await socket.close()
            finally:
                # Who leaves during the closing handshake would leave an open line behind.
                socket.transport.abort()

    async def _told_all(self, order_id: str, last: int) -> bool:
        """True when the order ended with the event `last`, or before what the caller already had."""
        order = await self._order(order_id)
        return order.is_terminal and order.version <= last


def _counted(gaps: int, event: OrderEvent, last: int) -> int:
    """Return one gap more. Raises StreamGap when asking again has not healed it."""
    if gaps + 1 >= GAPS_MAX:
        raise StreamGap(event.order_id, last=last, found=event.sequence)
    return gaps + 1


def _meaning(error: Exception) -> tuple[str, float]:
    """Return what to call a failure that may pass, and the seconds to wait. Raises what it means when it will not."""
    match error:
        case InvalidStatus(response=response):
            if response.status_code not in PASSING:
                raise refusal(response.status_code, bytes(response.body)) from error
            return f"HTTP {response.status_code}", retry_after_seconds(response.headers)
        case ConnectionClosed(rcvd=close) if close is not None:
            if close.code in FINAL_CLOSES:
                title = f"The gateway closed the stream with {close.code}"
                code, detail = FINAL_CLOSES[close.code], close.reason
                raise Problem(status=close.code - 4000, code=code, title=title, detail=detail) from error
            return f"closed with {close.code}", 0.0
    return str(error) or type(error).__name__, 0.0


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
