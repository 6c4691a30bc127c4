"""The router when the market or a venue does not do its part."""

import asyncio
from typing import Any

import grpc
import pytest

from servicekit.errors import Unavailable
from servicekit.grpc_errors import error_from
from tests.contract.router.conftest import (
    NOT_SERVING,
    SERVING,
    OpenWorld,
    World,
    a_request,
    eventually,
    market_pools,
)
from tests.contract.router.fake_market import TOKENS, conditions, pool_message
from tests.pools import SOL, a_pool, cpmm
from tradewind.market.v1 import market_pb2
from tradewind.router.v1 import router_pb2 as pb

ROUTER = "tradewind.router.v1.RouterService"


async def read(call: Any) -> pb.WatchPricesResponse:
    """The next message of a stream that has one."""
    message = await call.read()
    assert isinstance(message, pb.WatchPricesResponse)
    return message


async def test_before_the_first_snapshot_nothing_is_served(open_world: OpenWorld) -> None:
    world = await open_world(pools=[])
    assert await world.status() == NOT_SERVING
    assert await world.status(ROUTER) == NOT_SERVING
    error = await world.refusal()
    assert isinstance(error, Unavailable)
    assert error.reason == "UNAVAILABLE"

    world.market.tell(*market_pools())

    async def serves() -> bool:
        return {await world.status(), await world.status(ROUTER)} == {SERVING}

    await eventually(serves)
    assert (await world.route()).route.legs


async def test_changes_without_a_snapshot_mean_nothing(open_world: OpenWorld) -> None:
    world = await open_world(pools=[])

    async def watched() -> bool:
        return world.market.watches > 0

    await eventually(watched)
    world.market.tell_raw(market_pb2.WatchPoolsResponse(slot=5, pools=[pool_message(a_pool())]))
    assert (await world.refusal()).reason == "UNAVAILABLE"
    assert await world.status() == NOT_SERVING


async def test_stale_state_is_refused_and_never_quoted(world: World) -> None:
    world.clock.now += 2.1
    error = await world.refusal()
    assert isinstance(error, Unavailable)
    assert error.reason == "STALE_STATE"
    assert error.retry_after_ms > 0
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.quotes()
    assert error_from(caught.value).reason == "STALE_STATE"
    world.market.tell()

    async def fresh() -> bool:
        try:
            return bool((await world.route()).route.legs)
        except grpc.aio.AioRpcError:
            return False

    await eventually(fresh)


async def test_the_feed_comes_back_after_the_market_did(world: World) -> None:
    await world.market.stop()
    assert (await world.route()).route.legs, "what is known is good until it is too old"
    await world.market.start()
    world.market.tell(a_pool("ray-1", state=cpmm(50_000 * 10**9, 9_000_000 * 10**6)))
    await world.slot_seen()
    (leg,) = (await world.route(amount_in=10**6)).route.legs
    assert leg.pool_id == "ray-1"


async def test_a_stream_that_ends_or_falls_silent_is_opened_again(open_world: OpenWorld) -> None:
    world = await open_world(router_state_age_max_ms=200)

    async def watched_thrice() -> bool:
        return world.market.watches >= 3

    world.market.hang_up()
    await eventually(watched_thrice)


async def test_a_pool_that_makes_no_sense_is_left_out(open_world: OpenWorld) -> None:
    world = await open_world()
    bad = pool_message(a_pool("bad"))
    bad.state_json = '{"reserve_0": "-1"}'
    strange = pool_message(a_pool("strange", mint_1="an unlisted token"))
    world.market.slot += 1
    world.market.tell_raw(
        market_pb2.WatchPoolsResponse(
            slot=world.market.slot,
            snapshot=True,
            pools=[bad, strange, pool_message(a_pool("good"))],
            tokens=TOKENS,
            venues=[conditions("raydium")],
        )
    )
    await world.slot_seen()
    pools = (await world.stub.ListPools(pb.ListPoolsRequest(), timeout=30)).pools
    assert [pool.pool_id for pool in pools] == ["good"]


async def test_a_venue_slower_than_the_deadline_is_left_out(open_world: OpenWorld) -> None:
    world = await open_world(router_deadline_ms=100, router_deadline_max_ms=150)
    world.market.tell(venues=[conditions("meteora", 10_000)])
    await world.slot_seen()
    answer = await world.route()
    assert {leg.venue for leg in answer.route.legs} == {"raydium"}
    assert [(refusal.venue, refusal.pool_id, refusal.reason) for refusal in answer.refused] == [
        ("meteora", "", "DEADLINE")
    ]


async def test_the_deadline_gives_way_to_what_the_market_announces(open_world: OpenWorld) -> None:
    world = await open_world(router_deadline_ms=50)
    world.market.tell(venues=[conditions("meteora", 200), conditions("raydium", 100)])
    await world.slot_seen()
    assert not (await world.route()).refused


async def test_a_venue_that_is_down_is_left_out(world: World) -> None:
    world.market.tell(venues=[conditions("raydium", available=False)])
    await world.slot_seen()
    answer = await world.route()
    assert {leg.venue for leg in answer.route.legs} == {"meteora"}
    assert [(refusal.venue, refusal.reason) for refusal in answer.refused] == [("raydium", "VENUE_UNAVAILABLE")]


async def test_all_venues_down_is_told_with_a_time_to_try_again(world: World) -> None:
    world.market.tell(venues=[conditions(venue, available=False) for venue in ("raydium", "meteora")])
    await world.slot_seen()
    error = await world.refusal()
    assert isinstance(error, Unavailable)
    assert error.reason == "QUOTES_UNAVAILABLE"
    assert error.retry_after_ms > 0
    (answer,) = await world.routes(a_request())
    assert answer.refusal.retryable
    assert {refusal.venue for refusal in answer.refusal.refused} == {"raydium", "meteora"}
    assert {refusal.reason for refusal in (await world.quotes()).refused} == {"VENUE_UNAVAILABLE"}


async def test_a_venue_that_keeps_failing_is_not_asked_and_then_tried_again(world: World) -> None:
    world.market.tell(venues=[conditions("raydium", available=False)])
    await world.slot_seen()
    reasons = [(await world.quotes()).refused[0].reason for _ in range(6)]
    assert reasons == ["VENUE_UNAVAILABLE"] * 5 + ["CIRCUIT_OPEN"]
    raydium = (await world.quotes()).venues[1]
    assert (raydium.venue, raydium.breaker, raydium.consecutive_failures) == ("raydium", "open", 5)
    assert raydium.HasField("retry_at")

    world.market.tell(venues=[conditions("raydium")])
    await world.slot_seen()
    assert (await world.quotes()).refused[0].reason == "CIRCUIT_OPEN", "its time has not come"
    world.clock.now += 1.9
    world.market.tell()
    await world.slot_seen()
    world.clock.now += 0.2
    answer = await world.quotes()
    assert not answer.refused
    assert (answer.venues[1].breaker, answer.venues[1].consecutive_failures) == ("closed", 0)


async def test_a_trial_that_fails_opens_the_circuit_again(world: World) -> None:
    world.market.tell(venues=[conditions("raydium", available=False)])
    await world.slot_seen()
    for _ in range(5):
        await world.quotes()
    world.clock.now += 1.9
    world.market.tell()
    await world.slot_seen()
    world.clock.now += 0.2
    reasons = [(await world.quotes()).refused[0].reason for _ in range(2)]
    assert reasons == ["VENUE_UNAVAILABLE", "CIRCUIT_OPEN"]


async def test_prices_come_all_at_first_then_as_they_change(world: World) -> None:
    call = world.stub.WatchPrices(pb.WatchPricesRequest())
    first = await read(call)
    assert {price.pool_id for price in first.prices} == {"ray-1", "ray-2", "met-1", "met-2"}
    world.market.tell()
    world.market.tell(a_pool("ray-1", state=cpmm(10 * 10**9, 1_600 * 10**6), slot=9))
    second = await read(call)
    assert [(price.pool_id, price.mid_price, price.slot) for price in second.prices] == [("ray-1", "160", 9)]
    assert second.slot == world.market.slot
    call.cancel()


async def test_prices_of_some_mints_only(world: World) -> None:
    call = world.stub.WatchPrices(pb.WatchPricesRequest(mints=["nobody"]))
    assert not (await read(call)).prices
    call.cancel()
    call = world.stub.WatchPrices(pb.WatchPricesRequest(mints=[SOL]))
    assert len((await read(call)).prices) == 4
    call.cancel()


async def test_a_drain_ends_price_streams_and_says_so(world: World) -> None:
    call = world.stub.WatchPrices(pb.WatchPricesRequest())
    await read(call)
    stopping = asyncio.create_task(world.server.stop())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(call)
    assert error_from(caught.value).reason == "SHUTTING_DOWN"
    await stopping
