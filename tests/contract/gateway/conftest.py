"""A real gateway on a free port, before services in memory that keep the contracts of protos/."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets

from deploy.local.servers.redis import EmbeddedRedis
from gateway.server import DrainingServer, running_gateway
from gateway.settings import GatewaySettings
from tests.contract.gateway.fake_accounts import FakeAccounts
from tests.contract.gateway.fake_market import FakeMarket
from tests.contract.gateway.fake_orders import FakeOrders
from tests.contract.gateway.fake_router import FakeRouter


@dataclass
class World:
    """The gateway under test and the fakes behind it."""

    orders: FakeOrders
    router: FakeRouter
    market: FakeMarket
    server: DrainingServer
    port: int
    http: httpx.AsyncClient

    @property
    def accounts(self) -> FakeAccounts:
        return self.orders.accounts

    def socket(self, path: str, **options: Any) -> websockets.connect:
        return websockets.connect(f"ws://127.0.0.1:{self.port}{path}", **options)


def bearer(key: str) -> dict[str, str]:
    """Return the header that shows a key."""
    return {"authorization": f"Bearer {key}"}


async def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return as soon as a condition holds; fail when it never does."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.005)


OpenWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture(loop_scope="module")
async def open_world() -> AsyncIterator[OpenWorld]:
    """Opens a world with settings of the test's own."""
    async with AsyncExitStack() as stack:

        async def open_one(**settings: Any) -> World:
            return await stack.enter_async_context(a_world(**settings))

        yield open_one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_world() -> AsyncIterator[World]:
    """One world for a file's tests, for those that leave the gateway running."""
    async with a_world() as world:
        yield world


@pytest.fixture
def world(shared_world: World) -> World:
    """The file's world with fakes that know nothing yet."""
    shared_world.orders.forget()
    shared_world.router.forget()
    shared_world.market.forget()
    return shared_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_keyed_world(redis_server: EmbeddedRedis) -> AsyncIterator[World]:
    """One world that asks for keys, for a file's tests."""
    unlimited = dict.fromkeys(("rate_limit_submits", "rate_limit_reads", "rate_limit_address"), "off")
    settings = {"auth": "on", "redis_url": redis_server.url, "key_recheck_seconds": 0.05}
    async with a_world(**settings, **unlimited, rate_limit_failures="off") as world:
        yield world


@pytest.fixture
def keyed(shared_keyed_world: World) -> World:
    """The file's world that asks for keys, with fakes that know nothing yet."""
    for fake in (shared_keyed_world.orders, shared_keyed_world.router, shared_keyed_world.market):
        fake.forget()
    return shared_keyed_world


@asynccontextmanager
async def a_world(**settings: Any) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        orders, router, market = FakeOrders(), FakeRouter(), FakeMarket()
        for fake in (orders, router, market):
            await fake.start()
            stack.push_async_callback(fake.stop)
        given: dict[str, Any] = {
            "port": 0,
            "executor_address": f"127.0.0.1:{orders.port}",
            "router_address": f"127.0.0.1:{router.port}",
            "market_address": f"127.0.0.1:{market.port}",
            **settings,
        }
        server, port = await stack.enter_async_context(running_gateway(GatewaySettings(**given)))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
        world = World(orders, router, market, server, port, http)
        await _ready(world)
        yield world


async def _ready(world: World) -> None:
    async with asyncio.timeout(30):
        while (await world.http.get("/readyz")).status_code == 503:
            await asyncio.sleep(0.005)
