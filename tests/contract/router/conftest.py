"""A real router on a free port, before a market in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from router_service.bootstrap import build_router
from router_service.domain.trading_pool import TradingPool
from router_service.server import keep_up, start_router
from router_service.settings import RouterSettings
from servicekit.errors import DomainError
from servicekit.grpc_errors import error_from
from servicekit.grpc_server import RunningServer
from tests.contract.router.fake_market import FakeMarket
from tests.pools import SOL, USDC, a_pool, cpmm, damm_v2, dlmm
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class HandClock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """The router under test, its clock, and the market behind it."""

    market: FakeMarket
    clock: HandClock
    stub: "rpc.RouterServiceAsyncStub"
    health: health_pb2_grpc.HealthStub
    server: RunningServer

    async def route(self, **changes: Any) -> pb.GetRouteResponse:
        return await self.stub.GetRoute(a_request(**changes), timeout=30)

    async def routes(self, *requests: pb.GetRouteRequest) -> list[pb.RouteAnswer]:
        response = await self.stub.GetRoutes(pb.GetRoutesRequest(requests=requests), timeout=30)
        return list(response.answers)

    async def refusal(self, **changes: Any) -> DomainError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.route(**changes)
        return error_from(caught.value)

    async def quotes(self, **changes: Any) -> pb.GetQuotesResponse:
        request = {"mint_in": SOL, "mint_out": USDC, "amount_in": 10**9, **changes}
        return await self.stub.GetQuotes(pb.GetQuotesRequest(**request), timeout=30)

    async def status(self, service: str = "") -> int:
        answer = await self.health.Check(health_pb2.HealthCheckRequest(service=service), timeout=30)
        return int(answer.status)

    async def slot_seen(self) -> None:
        """Return when the router has read the market's newest slot."""
        async with asyncio.timeout(30):
            while (await self.stub.ListPools(pb.ListPoolsRequest(), timeout=30)).slot != self.market.slot:
                await asyncio.sleep(0.005)


def a_request(**changes: Any) -> pb.GetRouteRequest:
    """Sell one SOL for USDC."""
    return pb.GetRouteRequest(**{"mint_in": SOL, "mint_out": USDC, "amount_in": 10**9, **changes})


def market_pools() -> list[TradingPool]:
    """Two pools on each venue."""
    return [
        a_pool("ray-1", state=cpmm(50_000 * 10**9, 7_510_000 * 10**6)),
        a_pool("ray-2", state=cpmm(9_000 * 10**9, 1_349_000 * 10**6)),
        a_pool("met-1", state=dlmm()),
        a_pool("met-2", state=damm_v2()),
    ]


OpenWorld = Callable[..., Awaitable[World]]


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Return as soon as a condition holds; fail when it never does."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.005)


@pytest.fixture
async def open_world() -> AsyncIterator[OpenWorld]:
    """Opens worlds; settings by keyword. With pools, the router has read them."""
    async with AsyncExitStack() as stack:

        async def open_one(pools: Sequence[TradingPool] | None = None, **changes: Any) -> World:
            market = FakeMarket()  # type: ignore[abstract]  # only what a router calls
            await market.start()
            stack.push_async_callback(market.stop)
            pools = market_pools() if pools is None else pools
            if pools:
                market.tell(*pools)
            world = await _open(stack, market, changes)
            if pools:
                await eventually(lambda: _serves(world))
            return world

        yield open_one


async def _open(stack: AsyncExitStack, market: FakeMarket, changes: dict[str, Any]) -> World:
    settings = RouterSettings(market_address=f"127.0.0.1:{market.port}", router_port=0, **changes)
    clock = HandClock()
    router = build_router(settings, monotonic=clock)
    stack.push_async_callback(router.channel.close)
    server = await start_router(router, settings)
    stack.push_async_callback(server.stop, 0)
    following = asyncio.create_task(keep_up(router, server))
    stack.push_async_callback(_cancelled, following)
    channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{server.port}"))
    return World(market, clock, rpc.RouterServiceStub(channel), health_pb2_grpc.HealthStub(channel), server)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _serves(world: World) -> bool:
    return {await world.status()} == {SERVING}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """A router over two venues of two pools, scenarios on."""
    return await open_world(scenarios="on")
