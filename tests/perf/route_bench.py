"""What a route costs: CPU for an order in a batch, and how long a first order takes on a new slot.

    python -m tests.perf.route_bench [--rounds 30]

Runs the router's use case and its protobuf answers in this process, without gRPC. CPU figures are this process's own;
each order of a batch has an amount of its own, so that none is answered from memory.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pools.kinds import VENUES
from pools.pool_json import state_from_json, state_to_json
from router_service.adapters.simulated_venues import SimulatedVenues
from router_service.application.answers import IssuedAnswer, QuotesRequest, RouteRequest
from router_service.application.ask_venues import VenueCaller
from router_service.application.breaker import Breaker
from router_service.application.find_route import FindRoute
from router_service.application.issued_quotes import IssuedQuotes
from router_service.application.market_view import MarketView, Token, VenueConditions
from router_service.application.quote_pools import QuoteDeadline
from router_service.application.route_search import RoutingRules
from router_service.domain.routing_table import RoutingTable
from router_service.domain.trading_pool import TradingPool
from router_service.responses import route_response
from tests.pools import NOW, SOL, USDC, USDT, a_pool, amm_v4, clmm, cpmm, damm_v2, dlmm, eight_mixed_pools
from tradewind.router.v1 import router_pb2 as pb

BATCH: Final = 64
RAY: Final = "4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R"
TOKENS: Final = {
    SOL: Token(SOL, "SOL", "Wrapped SOL", 9),
    USDC: Token(USDC, "USDC", "USD Coin", 6),
    USDT: Token(USDT, "USDT", "Tether USD", 6),
    RAY: Token(RAY, "RAY", "Raydium", 6),
}
CONDITIONS: Final[Mapping[str, VenueConditions]] = {venue: VenueConditions(venue, True, 0, 0) for venue in VENUES}

Amount = Callable[[], int]


def twenty_five_pools() -> list[TradingPool]:
    """SOL/USDC direct on nine pools, and through USDT and RAY on four pools a hop."""
    pools = [*eight_mixed_pools(), a_pool("pool-8", state=damm_v2(10**32))]
    for mint, depth in ((USDT, 10**12), (RAY, 10**13)):
        firsts = (dlmm(), clmm(), cpmm(10**13, 1_500 * 10**9), amm_v4(10**12, 150 * 10**9))
        pools += [a_pool(f"{mint}-in-{n}", state=state, mint_1=mint) for n, state in enumerate(firsts)]
        seconds = [cpmm(depth * n, depth * n, fee=100 * n) for n in range(1, 5)]
        pools += [a_pool(f"{mint}-out-{n}", state=s, mint_0=mint, mint_1=USDC) for n, s in enumerate(seconds)]
    return pools


def new_slot(pools: Sequence[TradingPool]) -> MarketView:
    """A view whose pools have just arrived: nothing is worked out yet."""
    fresh = [
        a_pool(p.pool_id, state=state_from_json(p.kind, state_to_json(p.state)), mint_0=p.mint_0, mint_1=p.mint_1)
        for p in pools
    ]
    by_id = {pool.pool_id: pool for pool in fresh}
    return MarketView(1, NOW * 1000, time.monotonic(), TOKENS, by_id, CONDITIONS, RoutingTable(fresh, NOW))


class OneView:
    """A market that stands still."""

    def __init__(self, view: MarketView) -> None:
        self.view = view

    def newest(self) -> MarketView:
        return self.view

    async def newer_than(self, view: MarketView | None) -> MarketView:
        return self.view


def finder(market: OneView) -> FindRoute:
    """The use case, with the default settings."""
    caller = VenueCaller(
        SimulatedVenues(seed=1),
        breaker=lambda: Breaker(failures_max=5, retry_seconds=2.0),
        monotonic=time.monotonic,
    )
    rules = RoutingRules(QuoteDeadline(1_000, 250, 5_000), leg_cost_lamports=5_000, scenarios=False)
    return FindRoute(market, caller, IssuedQuotes(ttl_ms=5_000, kept_max=20_000), rules, time.monotonic)


async def route(find_route: FindRoute, amounts: Sequence[int]) -> pb.GetRoutesResponse:
    """Route a batch and write its answer."""
    requests = [RouteRequest(QuotesRequest(SOL, USDC, amount), legs_max=8) for amount in amounts]
    found = [answer for answer in await find_route(requests) if isinstance(answer, IssuedAnswer)]
    answers = [pb.RouteAnswer(response=route_response(answer)) for answer in found]
    assert len(answers) == len(amounts)
    return pb.GetRoutesResponse(answers=answers)


async def bench(pools: Sequence[TradingPool], amount: Amount, rounds: int) -> dict[str, float]:
    """Return CPU ms for an order in a batch, and wall ms for the first order on a new slot."""
    market = OneView(new_slot(pools))
    find_route = finder(market)
    batched, cold, legs = [], [], 0
    for _ in range(rounds):
        amounts = [amount() for _ in range(BATCH)]
        began = time.process_time()
        response = await route(find_route, amounts)
        batched.append((time.process_time() - began) * 1000 / BATCH)
        legs += sum(len(answer.response.route.legs) for answer in response.answers)
        market.view = new_slot(pools)
        began = time.perf_counter()
        await route(find_route, [amount()])
        cold.append((time.perf_counter() - began) * 1000)
    return {
        "batched_cpu_ms": round(statistics.median(batched), 4),
        "cold_ms_p50": round(statistics.median(cold), 3),
        "cold_ms_p95": round(statistics.quantiles(cold, n=20)[-1], 3),
        "legs_mean": round(legs / rounds / BATCH, 2),
    }


def main(arguments: Sequence[str]) -> None:
    """Run the benches and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args(arguments).rounds
    chance = random.Random(1)
    cases: dict[str, tuple[list[TradingPool], Amount]] = {
        "8 mixed pools, 0.1 to 10 SOL": (eight_mixed_pools(), lambda: chance.randrange(10**8, 10**10)),
        "8 mixed pools, 100 to 10,000 SOL": (eight_mixed_pools(), lambda: chance.randrange(10**11, 10**13)),
        "25 pools with two hops, 0.1 to 10 SOL": (twenty_five_pools(), lambda: chance.randrange(10**8, 10**10)),
        "25 pools with two hops, 100 to 10,000 SOL": (twenty_five_pools(), lambda: chance.randrange(10**11, 10**13)),
    }
    print(json.dumps({name: asyncio.run(bench(*case, rounds)) for name, case in cases.items()}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
