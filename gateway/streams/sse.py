"""Server-sent events: an order's events for clients that read plain HTTP."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway import telemetry
from gateway.access.identity import account_of
from gateway.access.turnstile import Turnstile
from gateway.edge import event_stream
from gateway.edge.query import sequence_after, sequence_in
from gateway.orders.orders import Orders, order_id_of
from gateway.streams.order_watches import OrderWatches
from gateway.streams.watch import Event, Watch

# An order that has ended answers within this time; a live order may have no event for long.
FIRST_SIGN_SECONDS: Final = 0.5


class OrderHistory:
    """GET /api/orders/{id}/events: the history as JSON, or by Accept header a stream: replay first, then live."""

    def __init__(self, orders: Orders, watches: OrderWatches, turnstile: Turnstile) -> None:
        self._orders = orders
        self._watches = watches
        self._turnstile = turnstile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with JSON or with server-sent events, by the Accept header."""
        if not event_stream.wants_stream(scope):
            response = await self._orders.history(Request(scope))
            await response(scope, receive, send)
            return
        order_id = order_id_of(scope["path_params"]["order_id"])
        after = _resume_point(scope)
        with self._turnstile.passage(scope) as passage:
            watch = await self._watches.open(account_of(scope), order_id, after)
            passage.on_revoked(lambda: watch.end("unauthenticated"))
            try:
                async with event_stream.on_leave(receive, lambda: watch.end("away")):
                    await _stream(watch, scope, receive, send)
            finally:
                watch.end("away")


async def _stream(watch: Watch, scope: Scope, receive: Receive, send: Send) -> None:
    events = await _next(watch, FIRST_SIGN_SECONDS)
    if events == [] and watch.ended == "finished":
        # No event will follow: after 204 an EventSource does not connect again.
        await Response(status_code=204)(scope, receive, send)
        return
    await event_stream.begin(send)
    while events != []:
        await event_stream.write(send, _text(events))
        if events is not None and watch.is_live(events[0]):
            telemetry.delivered(events[0].payload)
        events = await _next(watch, event_stream.KEEP_ALIVE_SECONDS)
    await event_stream.end(send)


async def _next(watch: Watch, seconds: float) -> list[Event] | None:
    """Return the next events, an empty list at the end of the watch, None when no event came in time."""
    try:
        async with asyncio.timeout(seconds):
            return await watch.take()
    except TimeoutError:
        return None


def _text(events: list[Event] | None) -> bytes:
    if events is None:
        return event_stream.KEEP_ALIVE
    return "".join(f"id: {event.sequence}\ndata: {event.payload}\n\n" for event in events).encode()


def _resume_point(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value:
            return sequence_in(value.decode("latin-1"), "Last-Event-ID")
    return sequence_after(scope)
