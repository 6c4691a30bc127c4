"""Follows the market's stream of pools, for as long as the process lives, through every break of the connection."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Final

import grpc

from router_service import telemetry
from router_service.adapters.market_messages import first_view, next_view
from router_service.application.market_view import MarketView
from router_service.application.ports import Monotonic
from servicekit.errors import Unavailable
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc
from tradewind.status.v1 import status_pb2

_RETRY_FIRST_SECONDS: Final = 0.1
_RETRY_MAX_SECONDS: Final = 2.0


class MarketFeed:
    """The newest view of the market, kept up to date by `run`.

    `newest` refuses a view that is older than `age_max_ms`. When the stream brings no message for that long, `run`
    opens a new one.
    """

    def __init__(self, channel: grpc.aio.Channel, *, age_max_ms: int, monotonic: Monotonic) -> None:
        self._stub = rpc.MarketServiceStub(channel)
        self._age_max_ms = age_max_ms
        self._monotonic = monotonic
        self._view: MarketView | None = None
        self._changed = asyncio.Event()
        telemetry.watch_state_age(self._age_seconds)

    def _age_seconds(self) -> float:
        """Return the age of the view; not a number before the first view."""
        return math.nan if self._view is None else self._view.age_ms(self._monotonic()) / 1000

    async def status(self) -> status_pb2.GetStatusResponse:
        """Return whether the market's state is known, and how old it is."""
        view = self._view
        if view is None:
            return status_pb2.GetStatusResponse(router=status_pb2.RouterFacts(is_stale=True))
        age_ms = int(view.age_ms(self._monotonic()))
        facts = status_pb2.RouterFacts(
            slot=view.slot,
            state_age_ms=min(age_ms, 2**32 - 1),
            is_stale=age_ms > self._age_max_ms,
            pools=len(view.pools),
            tokens=len(view.tokens),
        )
        return status_pb2.GetStatusResponse(router=facts)

    def newest(self) -> MarketView:
        """Return the newest view. Raises Unavailable: UNAVAILABLE before the first, STALE_STATE when it is too old."""
        view = self._view
        if view is None:
            raise Unavailable("UNAVAILABLE", "The market's state has not arrived yet.")
        if view.age_ms(self._monotonic()) > self._age_max_ms:
            raise Unavailable("STALE_STATE", retry_after_ms=self._age_max_ms)
        return view

    async def newer_than(self, view: MarketView | None) -> MarketView:
        """Wait for a view that differs from `view`, and return the newest."""
        while self._view is None or self._view is view:
            await self._changed.wait()
        return self._view

    async def run(self) -> None:
        """Follow the market until cancelled."""
        retry_seconds = _RETRY_FIRST_SECONDS
        while True:
            begun_with = self._view
            reason = await self._follow()
            if self._view is not begun_with:
                retry_seconds = _RETRY_FIRST_SECONDS
            telemetry.feed_lost(reason, round(retry_seconds * 1000))
            await asyncio.sleep(retry_seconds)
            retry_seconds = min(retry_seconds * 2, _RETRY_MAX_SECONDS)

    async def _follow(self) -> str:
        """Follow one stream to its end and return why it ended."""
        call = self._stub.WatchPools(pb.WatchPoolsRequest())
        try:
            async for message in _with_silence_limit(call, self._age_max_ms / 1000):
                self._take(message)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        except TimeoutError:
            return "SILENCE"
        finally:
            call.cancel()
        return "ENDED"

    def _take(self, message: pb.WatchPoolsResponse) -> None:
        received_at = self._monotonic()
        if message.snapshot:
            view = first_view(message, received_at=received_at)
            telemetry.snapshot_received(view.slot, len(view.pools), len(view.tokens))
        elif self._view is not None:
            view = next_view(self._view, message, received_at=received_at)
        else:
            # The contract promises a snapshot first; changes alone mean nothing.
            return
        self._view = view
        self._changed.set()
        self._changed = asyncio.Event()


async def _with_silence_limit(
    call: grpc.aio.UnaryStreamCall[pb.WatchPoolsRequest, pb.WatchPoolsResponse], seconds: float
) -> AsyncIterator[pb.WatchPoolsResponse]:
    """Yield the stream's messages. Raises TimeoutError after a silence of `seconds`."""
    while True:
        async with asyncio.timeout(seconds):
            message = await call.read()
        if not isinstance(message, pb.WatchPoolsResponse):
            # The end of the stream is an object of its own.
            return
        yield message
