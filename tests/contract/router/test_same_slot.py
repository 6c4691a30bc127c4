"""The router before the real market: what is quoted is what is paid, as long as nothing moved in between."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

import grpc
import pytest

from market_service.chain.chain import Chain
from market_service.chain.clock import SLOT_MS, ManualClock
from market_service.chain.swap_intake import SwapIntake
from market_service.genesis.definition import read_definition
from market_service.ledger.ledger import Ledger
from market_service.ledger.ledger_reads import LedgerReader
from market_service.migrations.apply import migrate
from market_service.outside.profiles import PROFILES
from market_service.server import market_service
from market_service.settings import DEFAULT_MARKET_FILE
from router_service.bootstrap import build_router
from router_service.server import keep_up, start_router
from router_service.settings import RouterSettings
from servicekit.grpc_server import start_server
from tests.conftest import DatabaseMaker
from tradewind.market.v1 import market_pb2 as market_pb
from tradewind.market.v1 import market_pb2_grpc as market_rpc
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc


@dataclass
class Both:
    """A router and the market it follows, on one clock that is moved by hand."""

    chain: Chain
    clock: ManualClock
    market: "market_rpc.MarketServiceAsyncStub"
    router: "rpc.RouterServiceAsyncStub"

    async def next_slot(self) -> None:
        """Begin a slot, and return when the router has seen it."""
        self.clock.advance(SLOT_MS)
        await self.chain.run_slot(self.chain.slot + 1)
        await self.in_step()

    async def in_step(self) -> None:
        async with asyncio.timeout(30):
            while not await self._has_newest():
                await asyncio.sleep(0.005)

    async def _has_newest(self) -> bool:
        try:
            return (await self.router.ListPools(pb.ListPoolsRequest(), timeout=30)).slot == self.chain.slot
        except grpc.aio.AioRpcError:
            return False

    async def route(self, sold: str, bought: str, amount: int) -> pb.GetRouteResponse:
        mints = {token.symbol: token.mint for token in self.chain.definition.tokens}
        request = pb.GetRouteRequest(mint_in=mints[sold], mint_out=mints[bought], amount_in=amount, max_legs=16)
        return await self.router.GetRoute(request, timeout=30)

    async def execute(self, route: pb.Route, number: int) -> market_pb.SwapResult:
        """Sell what the route says, as an account that has just been given it."""
        account = f"account-{number}"
        airdrop = market_pb.AirdropRequest(
            account_id=account, mint=route.mint_in, amount=route.amount_in, airdrop_id=str(UUID(int=number))
        )
        await self.market.Airdrop(airdrop, timeout=30)
        swap = market_pb.Swap(
            swap_id=str(UUID(int=2**64 + number)),
            account_id=account,
            mint_in=route.mint_in,
            mint_out=route.mint_out,
            amount_in=route.amount_in,
            min_amount_out=route.amount_out,
            legs=[
                market_pb.SwapLeg(pool_id=leg.pool_id, mint_in=leg.mint_in, amount_in=leg.amount_in)
                for leg in route.legs
            ],
        )
        return (await self.market.SendSwap(market_pb.SendSwapRequest(swap=swap), timeout=30)).result


@pytest.fixture
def ledger_url(databases: DatabaseMaker) -> Iterator[str]:
    url = databases.new()
    migrate(url)
    yield url
    databases.drop(url)


@pytest.fixture
async def both(ledger_url: str) -> AsyncIterator[Both]:
    """The default market, which executes swaps as they arrive."""
    async with AsyncExitStack() as stack:
        chain = Chain(
            ledger=Ledger(ledger_url),
            clock=ManualClock(),
            definition=read_definition(DEFAULT_MARKET_FILE),
            profile=PROFILES["instant"],
            seed=1,
        )
        await chain.start()
        stack.push_async_callback(chain.stop)
        reader = LedgerReader(ledger_url)
        await reader.open()
        stack.push_async_callback(reader.close)
        market = await start_server(
            market_service(SwapIntake(chain, reader, scenarios_on=False)), host="127.0.0.1", port=0
        )
        stack.push_async_callback(market.stop, 0)
        settings = RouterSettings(
            market_address=f"127.0.0.1:{market.port}", router_port=0, router_state_age_max_ms=60_000
        )
        router = build_router(settings)
        stack.push_async_callback(router.channel.close)
        server = await start_router(router, settings)
        stack.push_async_callback(server.stop, 0)
        following = asyncio.create_task(keep_up(router, server))
        stack.callback(following.cancel)
        to_router = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{server.port}"))
        to_market = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{market.port}"))
        assert isinstance(chain.clock, ManualClock)
        yield Both(chain, chain.clock, market_rpc.MarketServiceStub(to_market), rpc.RouterServiceStub(to_router))


ORDERS = [
    ("SOL", "USDC", 10**9),
    ("SOL", "USDC", 3_000 * 10**9),
    ("SOL", "USDC", 150_000 * 10**9),
    ("USDC", "SOL", 2_000_000 * 10**6),
    ("USDC", "USDT", 500_000 * 10**6),
    ("BONK", "JUP", 10**13),
    ("RAY", "JitoSOL", 40_000 * 10**6),
    ("mSOL", "USDC", 900 * 10**9),
    ("JUP", "BONK", 70_000 * 10**6),
]


async def test_a_route_executed_in_its_own_slot_pays_exactly_what_was_quoted(both: Both) -> None:
    hops = legs = 0
    for number, order in enumerate(ORDERS, start=1):
        await both.next_slot()
        route = (await both.route(*order)).route
        result = await both.execute(route, number)
        assert result.state == market_pb.SWAP_STATE_LANDED, (order, result)
        assert result.amount_out == route.amount_out
        paid = [(fill.pool_id, fill.amount_in, fill.amount_out, fill.fee, fill.fee_mint) for fill in result.fills]
        assert paid == [(leg.pool_id, leg.amount_in, leg.amount_out, leg.fee, leg.fee_mint) for leg in route.legs]
        legs = max(legs, len(route.legs))
        hops += len({leg.mint_in for leg in route.legs}) > 1
    assert legs > 4, "some of the routes are splits"
    assert hops > 1, "some of the routes have two hops"


async def test_the_router_follows_what_its_own_orders_moved(both: Both) -> None:
    await both.next_slot()
    before = (await both.route("SOL", "USDC", 100_000 * 10**9)).route
    await both.execute(before, 1)
    await both.next_slot()
    after = (await both.route("SOL", "USDC", 100_000 * 10**9)).route
    assert after.amount_out < before.amount_out
