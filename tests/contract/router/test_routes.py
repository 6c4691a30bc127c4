"""GetRoute, GetRoutes and GetQuotes over real gRPC."""

import asyncio
import time

import grpc
import pytest

from router_service.application.answers import RouteAnswer, RouteRefused
from router_service.application.route_search import RouteSearch
from servicekit.errors import Unavailable
from servicekit.grpc_errors import error_from
from tests.contract.router.conftest import OpenWorld, World, a_request
from tests.contract.router.fake_market import conditions
from tests.pools import SOL, USDC, USDT, a_pool, cpmm, dlmm
from tradewind.router.v1 import router_pb2 as pb


async def test_a_route_explains_itself(world: World) -> None:
    answer = await world.route(amount_in=2_000 * 10**9)
    route = answer.route
    assert (route.mint_in, route.mint_out, route.decimals_in, route.decimals_out) == (SOL, USDC, 9, 6)
    assert route.amount_in == 2_000 * 10**9 == sum(leg.amount_in for leg in route.legs)
    assert route.amount_out == sum(leg.amount_out for leg in route.legs)
    assert len(route.legs) > 1
    assert sum(leg.share_bps for leg in route.legs) == pytest.approx(10_000, abs=4)
    assert [quote.amount_out for quote in answer.quotes] == sorted((q.amount_out for q in answer.quotes), reverse=True)
    refused = {refusal.pool_id: refusal.reason for refusal in answer.refused}
    assert {quote.pool_id for quote in answer.quotes} | refused.keys() == {"ray-1", "ray-2", "met-1", "met-2"}
    assert answer.runner_up_pool_id == answer.quotes[0].pool_id
    assert answer.runner_up_amount_out == answer.quotes[0].amount_out
    gain = (route.amount_out - answer.runner_up_amount_out) * 10_000 // answer.runner_up_amount_out
    assert answer.runner_up_difference_bps == gain > 0
    assert route.network_fee > 0
    assert 0 < route.price_impact_bps < 1_000
    assert 0 < route.fee_in_mint_out < route.amount_out // 100
    assert route.slot == 7
    assert answer.expires_at.ToMilliseconds() - route.quoted_at.ToMilliseconds() == 5_000


async def test_a_small_order_goes_to_one_pool_and_names_the_second_best(world: World) -> None:
    answer = await world.route(amount_in=10**6)
    (leg,) = answer.route.legs
    assert leg.share_bps == 10_000
    assert leg.pool_id == answer.quotes[0].pool_id
    assert answer.runner_up_pool_id == answer.quotes[1].pool_id


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"mint_in": ""}, {"mint_in"}),
        ({"mint_out": SOL}, {"mint_out"}),
        ({"amount_in": 0, "max_legs": 17}, {"amount_in", "max_legs"}),
        ({"max_price_impact_bps": 10_001}, {"max_price_impact_bps"}),
        ({"quote_id": "x" * 129}, {"quote_id"}),
        ({"venues": ["orca"]}, {"venues"}),
        ({"exclude_pools": ["p"] * 257}, {"exclude_pools"}),
        ({"quote_id": "not one of ours"}, {"quote_id"}),
    ],
)
async def test_requests_without_meaning_are_refused_field_by_field(
    world: World, changes: dict[str, object], fields: set[str]
) -> None:
    error = await world.refusal(**changes)
    assert error.reason == "INVALID_REQUEST"
    assert {violation.field for violation in error.violations} == fields


async def test_an_unknown_mint_is_named(world: World) -> None:
    error = await world.refusal(mint_out="nobody")
    assert error.reason == "UNKNOWN_MINT"
    assert [violation.field for violation in error.violations] == ["mint_out"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mint_out": USDT}, "NO_ROUTE"),
        ({"amount_in": 1}, "AMOUNT_TOO_SMALL"),
        ({"amount_in": 2**64 - 1, "venues": ["meteora"], "exclude_pools": ["met-2"]}, "INSUFFICIENT_LIQUIDITY"),
        ({"amount_in": 20_000 * 10**9, "max_price_impact_bps": 10}, "PRICE_IMPACT_TOO_HIGH"),
        ({"exclude_pools": ["ray-1", "ray-2", "met-1", "met-2"]}, "NO_ROUTE"),
    ],
)
async def test_what_cannot_be_routed_says_why(world: World, changes: dict[str, object], reason: str) -> None:
    assert (await world.refusal(**changes)).reason == reason


async def test_a_bad_request_does_not_sink_its_batch(world: World) -> None:
    answers = await world.routes(a_request(), a_request(amount_in=0), a_request(mint_out=USDT), a_request(amount_in=55))
    assert [answer.WhichOneof("answer") for answer in answers] == ["response", "refusal", "refusal", "response"]
    assert [answer.refusal.reason for answer in answers[1:3]] == ["INVALID_REQUEST", "NO_ROUTE"]
    assert not answers[1].refusal.retryable
    assert "amount_in" in answers[1].refusal.detail
    assert answers[0].response.route.amount_in == 10**9
    assert answers[3].response.route.amount_in == 55


async def test_a_batch_has_a_size(world: World) -> None:
    for size in (0, 513):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await world.routes(*[a_request()] * size)
        assert error_from(caught.value).reason == "INVALID_REQUEST"
    assert len(await world.routes(*[a_request()] * 512)) == 512


async def test_the_same_request_has_an_identity_each_time_and_the_same_route(world: World) -> None:
    one, other = await world.routes(a_request(), a_request())
    assert one.response.route == other.response.route
    assert one.response.quote_id != other.response.quote_id


async def test_venues_and_pools_can_be_chosen(world: World) -> None:
    big = 3_000 * 10**9
    answer = await world.route(amount_in=big, venues=["raydium"], exclude_pools=["ray-2"])
    assert {leg.pool_id for leg in answer.route.legs} == {"ray-1"}
    assert [(refusal.pool_id, refusal.reason) for refusal in answer.refused] == [("ray-2", "EXCLUDED")]
    assert len((await world.route(amount_in=big, max_legs=2)).route.legs) == 2


async def test_a_quote_is_used_again_while_it_is_valid(world: World) -> None:
    quoted = await world.route()
    world.market.tell(a_pool("ray-1", state=cpmm(50_000 * 10**9, 9_000_000 * 10**6)))
    await world.slot_seen()
    assert (await world.route()).route.amount_out > quoted.route.amount_out
    again = await world.route(quote_id=quoted.quote_id)
    assert again == quoted
    assert (await world.refusal(quote_id=quoted.quote_id, amount_in=5)).reason == "INVALID_REQUEST"


async def test_a_quote_the_pools_have_left_behind_is_expired(world: World) -> None:
    quoted = await world.route(venues=["raydium"])
    assert await world.route(quote_id=quoted.quote_id, quote_slippage_bps=0) == quoted
    world.market.tell(
        a_pool("ray-1", state=cpmm(50_000 * 10**9, 7_435_000 * 10**6)),
        a_pool("ray-2", state=cpmm(9_000 * 10**9, 1_335_500 * 10**6)),
    )
    await world.slot_seen()
    assert (await world.refusal(quote_id=quoted.quote_id, quote_slippage_bps=99)).reason == "QUOTE_EXPIRED"
    assert await world.route(quote_id=quoted.quote_id, quote_slippage_bps=101) == quoted


async def test_a_quote_keeps_to_the_callers_price_impact(world: World) -> None:
    quoted = await world.route(amount_in=3_000 * 10**9)
    refusal = await world.refusal(quote_id=quoted.quote_id, amount_in=3_000 * 10**9, max_price_impact_bps=1)
    assert refusal.reason == "PRICE_IMPACT_TOO_HIGH"


async def test_a_quote_expires(world: World) -> None:
    quoted = await world.route()
    world.clock.now += 1.9
    assert await world.route(quote_id=quoted.quote_id) == quoted
    world.market.seconds += 6
    world.market.tell()
    await world.slot_seen()
    assert (await world.refusal(quote_id=quoted.quote_id)).reason == "QUOTE_EXPIRED"


async def test_a_quote_of_another_process_is_expired_here(world: World, open_world: OpenWorld) -> None:
    other = await open_world()
    quoted = await other.route()
    assert (await world.refusal(quote_id=quoted.quote_id)).reason == "QUOTE_EXPIRED"


async def test_quotes_list_every_pool_and_each_venue(world: World) -> None:
    answer = await world.quotes(exclude_pools=["ray-2"])
    assert {quote.pool_id for quote in answer.quotes} == {"ray-1", "met-1", "met-2"}
    assert {quote.pool_kind for quote in answer.quotes} == {"raydium_cpmm", "meteora_dlmm", "meteora_damm_v2"}
    assert [(refusal.pool_id, refusal.reason) for refusal in answer.refused] == [("ray-2", "EXCLUDED")]
    assert [(venue.venue, venue.breaker) for venue in answer.venues] == [("meteora", "closed"), ("raydium", "closed")]
    for quote in answer.quotes:
        assert quote.fee > 0
        assert quote.fee_mint in (SOL, USDC)
        assert quote.slot == 7


async def test_a_two_hop_route_hands_on_exactly_what_the_first_hop_brings(open_world: OpenWorld) -> None:
    pools = [
        a_pool("first", state=dlmm(), mint_1=USDT),
        a_pool("second", state=cpmm(10**12, 10**12, fee=100), mint_0=USDT, mint_1=USDC),
    ]
    world = await open_world(pools)
    answer = await world.route()
    first, second = answer.route.legs
    assert (first.mint_in, first.mint_out, second.mint_in, second.mint_out) == (SOL, USDT, USDT, USDC)
    assert second.amount_in == first.amount_out
    assert answer.route.amount_out == second.amount_out
    assert answer.route.venue == "meteora"
    assert not answer.quotes


async def test_simulated_latency_is_waited_once_for_a_whole_batch(open_world: OpenWorld) -> None:
    world = await open_world()
    world.market.tell(venues=[conditions("raydium", 100), conditions("meteora", 60)])
    await world.slot_seen()
    began = time.perf_counter()
    answers = await world.routes(*[a_request(amount_in=10**9 + n) for n in range(100)])
    took = time.perf_counter() - began
    assert all(answer.HasField("response") for answer in answers)
    # One after the other they would wait for ten.
    assert 0.1 <= took < 5


async def test_the_callers_own_deadline_is_kept(open_world: OpenWorld) -> None:
    world = await open_world()
    world.market.tell(venues=[conditions("raydium", 2_000)])
    await world.slot_seen()
    answer = await world.stub.GetRoute(a_request(), timeout=0.5)
    assert {(refusal.venue, refusal.reason) for refusal in answer.refused} == {("raydium", "DEADLINE")}


async def test_scenarios_are_refused_unless_switched_on(open_world: OpenWorld) -> None:
    world = await open_world()
    assert (await world.refusal(scenario="venue_down:raydium")).reason == "SCENARIOS_OFF"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.quotes(scenario="slow_quotes")
    assert error_from(caught.value).reason == "SCENARIOS_OFF"


async def test_a_venue_that_is_down_by_script_is_down_for_that_order_alone(world: World) -> None:
    answers = await world.routes(*[a_request(scenario="venue_down:raydium")] * 8, a_request(amount_in=10**12))
    for answer in answers[:8]:
        assert {leg.venue for leg in answer.response.route.legs} == {"meteora"}
        assert [(r.venue, r.reason) for r in answer.response.refused] == [("raydium", "VENUE_UNAVAILABLE")]
    assert {leg.venue for leg in answers[8].response.route.legs} == {"raydium", "meteora"}
    assert [venue.breaker for venue in (await world.quotes()).venues] == ["closed", "closed"]


async def test_slow_quotes_by_script_take_the_deadline_and_leave_one_venue_out(open_world: OpenWorld) -> None:
    world = await open_world(scenarios="on", router_deadline_ms=150)
    began = time.perf_counter()
    answer = await world.route(scenario="slow_quotes")
    assert time.perf_counter() - began >= 0.15
    assert [(refusal.venue, refusal.reason) for refusal in answer.refused] == [("meteora", "DEADLINE")]
    quotes = await world.quotes(scenario="slow_quotes")
    assert [(refusal.venue, refusal.reason) for refusal in quotes.refused] == [("meteora", "DEADLINE")]


async def test_all_venues_of_a_pair_down_is_an_outage_not_a_missing_route(world: World) -> None:
    error = await world.refusal(venues=["raydium"], scenario="venue_down:raydium")
    assert isinstance(error, Unavailable)
    assert error.reason == "QUOTES_UNAVAILABLE"
    assert error.retry_after_ms == 1_000
    (answer,) = await world.routes(a_request(venues=["raydium"], scenario="venue_down:raydium"))
    assert answer.refusal.retryable
    assert [(r.venue, r.reason) for r in answer.refusal.refused] == [("raydium", "VENUE_UNAVAILABLE")]


async def test_many_callers_at_once_are_all_answered(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(world.route(amount_in=10**9 + n)) for n in range(100)]
    assert [task.result().route.amount_in for task in tasks] == [10**9 + n for n in range(100)]


async def test_the_lists_tell_what_can_be_traded(world: World) -> None:
    tokens = (await world.stub.ListTokens(pb.ListTokensRequest(), timeout=30)).tokens
    assert [(token.symbol, token.decimals) for token in tokens] == [("SOL", 9), ("USDC", 6), ("USDT", 6)]
    pools = (await world.stub.ListPools(pb.ListPoolsRequest(), timeout=30)).pools
    assert [(pool.venue, pool.pool_id) for pool in pools] == [
        ("meteora", "met-1"),
        ("meteora", "met-2"),
        ("raydium", "ray-1"),
        ("raydium", "ray-2"),
    ]
    assert pools[2].mid_price == "150.2"
    assert (pools[2].fee_ppm, pools[2].reserve_0, pools[2].reserve_1) == (2_500, 1_000, 2_000)
    of_usdt = await world.stub.ListPools(pb.ListPoolsRequest(mint=USDT), timeout=30)
    assert not of_usdt.pools


async def test_a_defect_takes_its_own_request_and_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = RouteSearch.run

    def unlucky(search: RouteSearch) -> RouteAnswer | RouteRefused:
        if search._wish.amount_in == 13:
            raise ZeroDivisionError
        return honest(search)

    monkeypatch.setattr(RouteSearch, "run", unlucky)
    good, bad = await world.routes(a_request(), a_request(amount_in=13))
    assert good.response.route.legs
    assert bad.refusal.reason == "INTERNAL"
    assert "Zero" not in bad.refusal.detail
