# ruff: noqa: N802
"""A RouterService in memory: three tokens, one pool, one route."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from google.protobuf.timestamp_pb2 import Timestamp

from pools.plain_numbers import amount
from servicekit.errors import DomainError, Rejected
from servicekit.grpc_server import RunningServer, Service, start_server
from servicekit.status.status_server import with_status
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc
from tradewind.status.v1 import status_pb2

SOL = pb.Token(mint="So11111111111111111111111111111111111111112", symbol="SOL", name="Wrapped SOL", decimals=9)
USDC = pb.Token(mint="EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", symbol="USDC", name="USD Coin", decimals=6)
MSOL = pb.Token(mint="mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So", symbol="mSOL", name="Marinade SOL", decimals=9)
TOKENS = {token.mint: token for token in (SOL, USDC, MSOL)}
POOL = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
QUOTED_AT = Timestamp(seconds=1_772_600_767, nanos=89_000_000)
EXPIRES_AT = Timestamp(seconds=1_772_600_777)


def presented(leg: pb.Leg, fee: int) -> bytes:
    """Return what the router presents of a route of one leg, whose fees come to `fee` in the token bought."""
    sold, bought = TOKENS[leg.mint_in], TOKENS[leg.mint_out]
    pool = {"venue": leg.venue, "pool": leg.pool_id, "kind": leg.pool_kind}
    paid = amount("amountOut", leg.amount_out, bought.decimals)
    taken = _fee(leg.fee, TOKENS[leg.fee_mint])
    way = {
        **{"tokenIn": sold.symbol, "tokenInMint": sold.mint, "tokenOut": bought.symbol, "tokenOutMint": bought.mint},
        **amount("amountIn", leg.amount_in, sold.decimals),
    }
    refused = {"venue": "meteora", "pool": None, "reason": "venue_unavailable", "detail": "No answer in time."}
    return msgspec.json.encode(
        {
            **_fee(fee, bought),
            "route": [{**pool, "share": 1, **way, **paid, **taken}],
            "quotes": [{**pool, **paid, **taken, "priceImpactBps": 7, "slot": 9}],
            "refused": [refused],
            "runnerUp": None,
        }
    )


def _fee(units: int, token: pb.Token) -> dict[str, Any]:
    return {**amount("fee", units, token.decimals), "feeToken": token.symbol, "feeTokenMint": token.mint}


class FakeRouter(rpc.RouterServiceServicer):
    """Answers with what it was given; remembers the newest route request."""

    def __init__(self) -> None:
        self.port = 0
        self._server: RunningServer | None = None
        self.forget()

    def forget(self) -> None:
        """Refuse nothing and remember nothing, as at first."""
        self.refuse: DomainError | None = None
        self.asked: pb.GetRouteRequest | None = None
        self.facts = status_pb2.RouterFacts(slot=9, state_age_ms=120, pools=1, tokens=3)

    async def start(self) -> None:
        service = Service(
            ["tradewind.router.v1.RouterService"], lambda server: rpc.add_RouterServiceServicer_to_server(self, server)
        )
        service = with_status(service, "router", self._collect)
        self._server = await start_server(service, host="127.0.0.1", port=self.port)
        self.port = self._server.port

    async def _collect(self) -> status_pb2.GetStatusResponse:
        return status_pb2.GetStatusResponse(router=self.facts)

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(grace_seconds=0)

    async def GetQuotes(self, request: Any, context: Any) -> pb.GetQuotesResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def GetRoutes(self, request: Any, context: Any) -> pb.GetRoutesResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def ListTokens(self, request: Any, context: Any) -> pb.ListTokensResponse:
        return pb.ListTokensResponse(tokens=[SOL, USDC, MSOL])

    async def ListPools(self, request: Any, context: Any) -> pb.ListPoolsResponse:
        if self.refuse is not None:
            raise self.refuse
        pool = pb.PoolSummary(
            pool_id=POOL,
            venue="raydium",
            pool_kind="raydium_cpmm",
            mint_0=SOL.mint,
            mint_1=USDC.mint,
            reserve_0=2**64 - 1,
            reserve_1=1_500_000,
            mid_price="150.123456789012345",
            fee_ppm=2_500,
            slot=9,
        )
        shown = [pool] if request.mint in ("", SOL.mint, USDC.mint) else []
        return pb.ListPoolsResponse(pools=shown, slot=10)

    async def GetRoute(self, request: Any, context: Any) -> pb.GetRouteResponse:
        self.asked = request
        if self.refuse is not None:
            raise self.refuse
        leg = pb.Leg(
            venue="raydium",
            pool_id=POOL,
            pool_kind="raydium_cpmm",
            mint_in=request.mint_in,
            mint_out=request.mint_out,
            amount_in=request.amount_in,
            amount_out=150_123_456,
            fee=2_500_000,
            fee_mint=request.mint_in,
            share_bps=10_000,
        )
        route = pb.Route(
            mint_in=request.mint_in,
            mint_out=request.mint_out,
            decimals_in=9,
            decimals_out=6,
            amount_in=request.amount_in,
            amount_out=150_123_456,
            legs=[leg],
            venue="raydium",
            price_impact_bps=7,
            slot=9,
            quoted_at=QUOTED_AT,
            fee_in_mint_out=375_309,
        )
        quote = pb.Quote(
            venue="raydium",
            pool_id=POOL,
            pool_kind="raydium_cpmm",
            amount_out=150_123_456,
            fee=2_500_000,
            fee_mint=request.mint_in,
            price_impact_bps=7,
            slot=9,
            quoted_at=QUOTED_AT,
        )
        refused = pb.RefusedQuote(venue="meteora", reason="VENUE_UNAVAILABLE", detail="No answer in time.")
        return pb.GetRouteResponse(
            route=route,
            quotes=[quote],
            refused=[refused],
            quote_id="q-1",
            expires_at=EXPIRES_AT,
            presented_json=presented(leg, route.fee_in_mint_out).decode(),
        )

    async def WatchPrices(self, request: Any, context: Any) -> AsyncIterator[pb.WatchPricesResponse]:
        for slot, price in ((10, "150.1"), (11, "150.2")):
            moved = pb.Price(
                pool_id=POOL, venue="raydium", mint_base=SOL.mint, mint_quote=USDC.mint, mid_price=price, slot=slot
            )
            yield pb.WatchPricesResponse(prices=[moved], slot=slot, slot_time=QUOTED_AT)
