"""GET /api/prices: mid prices now, or as server-sent events slot by slot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from gateway import telemetry
from gateway.access.turnstile import Turnstile
from gateway.edge import event_stream
from gateway.edge.json_out import encode, instant
from gateway.market.market_data import MarketData
from gateway.orders.router_client import RouterClient
from servicekit.errors import DomainError, Unavailable
from tradewind.router.v1 import router_pb2 as pb

Messages = AsyncGenerator[pb.WatchPricesResponse, None]


class Prices:
    """One stream for each reader: the first event holds all prices, later ones the prices that changed in a slot."""

    def __init__(
        self, router: RouterClient, market: MarketData, turnstile: Turnstile, *, first_answer_seconds: float
    ) -> None:
        self._router = router
        self._market = market
        self._turnstile = turnstile
        self._first_answer_seconds = first_answer_seconds
        self._readers: set[asyncio.Event] = set()
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with JSON or with server-sent events, by the Accept header."""
        request = Request(scope, receive)
        if not event_stream.wants_stream(scope):
            await (await self._market.prices(request))(scope, receive, send)
            return
        mint = self._market.mint_asked(request)
        if self._draining:
            raise Unavailable("SHUTTING_DOWN")
        gone = asyncio.Event()
        self._readers.add(gone)
        try:
            with self._turnstile.passage(scope) as passage:
                passage.on_revoked(gone.set)
                async with event_stream.on_leave(receive, gone.set), aclosing(self._router.prices(mint)) as messages:
                    await self._tell(messages, gone, send)
        finally:
            self._readers.discard(gone)

    def drain(self) -> None:
        """End every stream and open no new one."""
        self._draining = True
        for gone in self._readers:
            gone.set()

    async def _tell(self, messages: Messages, gone: asyncio.Event, send: Send) -> None:
        try:
            async with asyncio.timeout(self._first_answer_seconds):
                message = await _next(messages, gone)
        except TimeoutError:
            raise Unavailable("DEADLINE") from None
        await event_stream.begin(send)
        while message is not None:
            await event_stream.write(send, self._text(message))
            try:
                message = await _next(messages, gone)
            except DomainError as error:
                # The client connects again by itself, and the first event then holds all prices.
                telemetry.prices_stream_broken(error.reason)
                break
        await event_stream.end(send)

    def _text(self, message: pb.WatchPricesResponse) -> bytes:
        prices = [self._market.price(price) for price in message.prices]
        data = encode({"slot": message.slot, "slotTime": instant(message.slot_time), "prices": prices})
        return b"data: " + data + b"\n\n"


async def _next(messages: Messages, gone: asyncio.Event) -> pb.WatchPricesResponse | None:
    """Return the next message; None when the stream has ended or the reader has gone."""
    following = asyncio.ensure_future(anext(messages, None))
    leaving = asyncio.ensure_future(gone.wait())
    try:
        await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await following if following.done() else None
    finally:
        for task in (following, leaving):
            task.cancel()
        await asyncio.gather(following, leaving, return_exceptions=True)
