# ruff: noqa: N802
"""A MarketService in memory that streams the pools it is told to, and knows nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from pools.kinds import PoolKind
from pools.pool_json import state_to_json
from router_service.domain.trading_pool import TradingPool
from servicekit.grpc_server import RunningServer, Service, start_server
from tests.pools import NOW, SOL, USDC, USDT
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc

_KINDS: Final = {kind: pb.PoolKind.Value(f"POOL_KIND_{kind.name}") for kind in PoolKind}
TOKENS: Final = (
    pb.Token(mint=SOL, symbol="SOL", name="Wrapped SOL", decimals=9),
    pb.Token(mint=USDC, symbol="USDC", name="USD Coin", decimals=6),
    pb.Token(mint=USDT, symbol="USDT", name="Tether USD", decimals=6),
)


def pool_message(pool: TradingPool) -> pb.Pool:
    """The market's message of a pool."""
    return pb.Pool(
        pool_id=pool.pool_id,
        venue=pool.venue,
        kind=_KINDS[pool.kind],
        mint_0=pool.mint_0,
        mint_1=pool.mint_1,
        state_json=json.dumps(state_to_json(pool.state)),
        slot=pool.slot,
        reserve_0=1_000,
        reserve_1=2_000,
    )


def conditions(venue: str, latency_ms: int = 0, *, available: bool = True) -> pb.VenueConditions:
    """How a venue behaves."""
    return pb.VenueConditions(
        venue=venue, available=available, quote_latency_min_ms=latency_ms, quote_latency_max_ms=latency_ms
    )


class FakeMarket(rpc.MarketServiceServicer):
    """Streams a snapshot as soon as there are pools, then what `tell` is given."""

    def __init__(self) -> None:
        self.port = 0
        self.slot = 100
        self.seconds = NOW
        self.watches = 0
        self._pools: dict[str, pb.Pool] = {}
        self._venues = {venue: conditions(venue) for venue in ("raydium", "meteora")}
        self._readers: set[asyncio.Queue[pb.WatchPoolsResponse | None]] = set()
        self._server: RunningServer | None = None

    async def start(self) -> None:
        service = Service(
            ["tradewind.market.v1.MarketService"], lambda server: rpc.add_MarketServiceServicer_to_server(self, server)
        )
        self._server = await start_server(service, host="127.0.0.1", port=self.port)
        self.port = self._server.port

    async def stop(self) -> None:
        self.hang_up()
        assert self._server is not None
        await self._server.stop(grace_seconds=0)

    def tell(self, *pools: TradingPool, venues: Iterable[pb.VenueConditions] = ()) -> None:
        """Begin the next slot with these changes."""
        self.slot += 1
        self._venues.update({venue.venue: venue for venue in venues})
        changed = [pool_message(pool) for pool in pools]
        first = not self._pools
        self._pools.update({pool.pool_id: pool for pool in changed})
        for reader in self._readers:
            reader.put_nowait(self._message(changed, snapshot=first))

    def tell_raw(self, message: pb.WatchPoolsResponse) -> None:
        """Send a message as it is."""
        for reader in self._readers:
            reader.put_nowait(message)

    def hang_up(self) -> None:
        """End all streams."""
        for reader in self._readers:
            reader.put_nowait(None)

    async def WatchPools(self, request: Any, context: Any) -> AsyncIterator[pb.WatchPoolsResponse]:
        reader: asyncio.Queue[pb.WatchPoolsResponse | None] = asyncio.Queue()
        self._readers.add(reader)
        self.watches += 1
        try:
            if self._pools:
                yield self._message(self._pools.values(), snapshot=True)
            while (message := await reader.get()) is not None:
                yield message
        finally:
            self._readers.discard(reader)

    def _message(self, pools: Iterable[pb.Pool], *, snapshot: bool) -> pb.WatchPoolsResponse:
        return pb.WatchPoolsResponse(
            slot=self.slot,
            slot_time=Timestamp(seconds=self.seconds),
            snapshot=snapshot,
            pools=list(pools),
            tokens=TOKENS if snapshot else (),
            venues=self._venues.values(),
        )
