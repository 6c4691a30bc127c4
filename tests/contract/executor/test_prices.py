"""One suite for the prices' port, on the fake and before a router; then the stream, whatever befalls it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import grpc
import pytest

from executor_service.adapters import price_feed
from executor_service.adapters.price_feed import PriceFeed
from executor_service.application.account_ports import Prices
from executor_service.domain.valuation import USDC
from tests.account_fakes import FixedPrices
from tests.builders import SOL
from tradewind.router.v1 import router_pb2 as pb

ALL = {"sol-usdc": "150", "sol-usdc-2": "152"}


@dataclass
class FakeRouter:
    """Streams the prices that a test has set, then what it says, and ends when told."""

    prices: dict[str, str] = field(default_factory=lambda: dict(ALL))
    opened: int = 0
    told: "asyncio.Queue[dict[str, str] | None]" = field(default_factory=asyncio.Queue)

    @property
    def handlers(self) -> grpc.GenericRpcHandler:
        """The one rpc that a feed calls."""
        watch = grpc.unary_stream_rpc_method_handler(
            self.watch, pb.WatchPricesRequest.FromString, pb.WatchPricesResponse.SerializeToString
        )
        return grpc.method_handlers_generic_handler("tradewind.router.v1.RouterService", {"WatchPrices": watch})

    async def watch(self, request: pb.WatchPricesRequest, context: object) -> AsyncIterator[pb.WatchPricesResponse]:
        self.opened += 1
        yield _message(self.prices)
        while (changed := await self.told.get()) is not None:
            yield _message(changed)


def _message(prices: dict[str, str]) -> pb.WatchPricesResponse:
    return pb.WatchPricesResponse(
        prices=[
            pb.Price(pool_id=pool, mint_base=SOL, mint_quote=USDC, mid_price=price) for pool, price in prices.items()
        ]
    )


@dataclass
class Following:
    """A feed that runs, the router it follows, and the time it believes in."""

    router: FakeRouter
    feed: PriceFeed
    now: list[float]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                await asyncio.sleep(0.005)

    def sol(self) -> int | None:
        """Return what one SOL is worth."""
        return self.feed.usd_micros(SOL, 10**9, 9)


@pytest.fixture
async def following(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Following]:
    monkeypatch.setattr(price_feed, "RECONNECT_SECONDS", 0.01)
    router, server, now = FakeRouter(), grpc.aio.server(), [1_000.0]
    server.add_generic_rpc_handlers((router.handlers,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        feed = PriceFeed(channel, monotonic=lambda: now[0])
        running = asyncio.create_task(feed.run())
        yield Following(router, feed, now)
        running.cancel()
        await asyncio.wait([running])
    await server.stop(0)


@pytest.fixture
def memory_prices() -> FixedPrices:
    return FixedPrices({SOL: 151_000_000, USDC: 1_000_000})


@pytest.fixture
async def router_prices(following: Following) -> PriceFeed:
    await following.until(lambda: following.sol() is not None)
    return following.feed


@pytest.fixture(params=["memory", "router"])
def prices(request: pytest.FixtureRequest) -> Prices:
    found: Prices = request.getfixturevalue(f"{request.param}_prices")
    return found


async def test_amounts_are_valued_and_round_up(prices: Prices) -> None:
    assert prices.usd_micros(SOL, 10**9, 9) == 151_000_000
    assert prices.usd_micros(SOL, 1, 9) == 1
    assert prices.usd_micros(USDC, 5, 6) == 5


async def test_what_has_no_price_has_no_value(prices: Prices) -> None:
    assert prices.usd_micros("unknown", 1, 0) is None


async def test_before_the_first_prices_nothing_is_known(following: Following) -> None:
    assert following.sol() is None
    assert following.feed.usd_micros(USDC, 1, 6) is None


async def test_changes_move_the_pools_they_name(following: Following) -> None:
    await following.until(lambda: following.sol() == 151_000_000)
    following.router.told.put_nowait({"sol-usdc-2": "160"})
    await following.until(lambda: following.sol() == 155_000_000)


async def test_prices_value_nothing_once_they_are_too_old(following: Following) -> None:
    await following.until(lambda: following.sol() is not None)
    following.now[0] += 30.0
    assert following.sol() == 151_000_000
    following.now[0] += 0.001
    assert following.sol() is None
    following.router.told.put_nowait({"sol-usdc": "150"})
    await following.until(lambda: following.sol() is not None)


async def test_a_stream_that_ends_is_opened_again_and_tells_everything_anew(following: Following) -> None:
    await following.until(lambda: following.sol() == 151_000_000)
    following.router.prices = {"another-pool": "99"}
    following.router.told.put_nowait(None)
    await following.until(lambda: following.sol() == 99_000_000)
    assert following.router.opened == 2


@pytest.mark.parametrize("text", ["", "much", "1/0", "NaN"])
async def test_a_price_that_is_no_number_is_survived(following: Following, text: str) -> None:
    following.router.told.put_nowait({"sol-usdc": text})
    await following.until(lambda: following.router.opened == 2 and following.sol() == 151_000_000)


async def test_a_silent_stream_is_asked_again(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_feed, "SILENCE_MAX_SECONDS", 0.05)
    following.router.told.put_nowait({"sol-usdc": "150"})
    await following.until(lambda: following.router.opened >= 3)
    assert following.sol() is not None


async def test_a_router_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_feed, "RECONNECT_SECONDS", 0)
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        feed = PriceFeed(channel)
        running = asyncio.create_task(feed.run())
        done, _ = await asyncio.wait([running], timeout=0.2)
        assert not done
        assert feed.usd_micros(USDC, 1, 6) is None
        running.cancel()
        await asyncio.wait([running])
