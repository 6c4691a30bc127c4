"""The life of an order whose route has two hops and two venues, told with the router's own words."""

from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import apply
from executor_service.domain.route import Route as StoredRoute
from executor_service.domain.route import presented_parts
from router_service.application.answers import RouteAnswer
from router_service.application.ask_venues import RefusedVenue
from router_service.application.market_view import Token
from router_service.domain.routes import Leg, route_of
from router_service.domain.trading_pool import TradingPool
from router_service.presentation import presented
from tests import sample_pools
from tests.builders import NOON, SOL, USDC, an_id, an_order

USDT = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
SOLD = 1_500_000_007
TOKENS = {
    mint: Token(mint, symbol, symbol, decimals)
    for mint, symbol, decimals in ((SOL, "SOL", 9), (USDC, "USDC", 6), (USDT, "USDT", 6))
}


def _pool(number: int, venue: str, mint_0: str, mint_1: str, reserves: tuple[int, int]) -> TradingPool:
    state = sample_pools.cpmm(*reserves)
    return TradingPool(pool_id=f"pool-{number}", venue=venue, mint_0=mint_0, mint_1=mint_1, state=state, slot=77)  # type: ignore[arg-type]  # any name does


FIRST = _pool(1, "raydium", SOL, USDT, (50_000 * 10**9, 7_500_000 * 10**6))
SECOND = _pool(2, "meteora", USDT, USDC, (9_000_000 * 10**6, 9_000_000 * 10**6))
DIRECT = _pool(3, "meteora", SOL, USDC, (40_000 * 10**9, 6_000_000 * 10**6))


def an_answer() -> RouteAnswer:
    """Return a route that sends 40 % through USDT and the rest through one pool."""
    through = SOLD * 2 // 5
    first = FIRST.side(SOL, 0).quote(through)
    second = SECOND.side(USDT, 0).quote(first.amount_out)
    direct = DIRECT.side(SOL, 0).quote(SOLD - through)
    alone = DIRECT.side(SOL, 0).quote(SOLD)
    return RouteAnswer(
        route=route_of([Leg(first, 4_000), Leg(second, 4_000), Leg(direct, 6_000)], SOLD),
        quotes=(alone,),
        refused=(RefusedVenue("raydium", "pool-4", "INSUFFICIENT_LIQUIDITY", "Too little."),),
        runner_up=alone,
        runner_up_difference_bps=2,
        network_fee=0,
        tokens=TOKENS,
    )


def a_stored_route() -> StoredRoute:
    """Return the route as the executor keeps it."""
    answer = an_answer()
    return StoredRoute(
        venue=answer.route.venue,
        amount_in=SOLD,
        amount_out=answer.route.amount_out,
        fee=answer.route.fee_in_mint_out,
        price_impact_bps=3,
        slot=77,
        legs=(),
        presented=presented_parts(presented(answer)),
    )


def a_life() -> list[str]:
    """Return the frames of an order that is retried and confirmed, then the ends of two others."""
    route = a_stored_route()
    attempt: list[OrderEvent] = [
        RoutingStarted(),
        RouteChosen(route),
        SwapBuilt(an_id(7), route.amount_out * 995 // 1000),
        SwapSubmitted(),
    ]
    again = AttemptFailed("SWAP_DROPPED", "lost", NOON, 500)
    good = [*attempt, again, *attempt, SwapConfirmed(route.amount_out - 12_345, "5good", 90)]
    return [
        *_frames(good),
        *_frames([RoutingStarted(), OrderFailed("NO_ROUTE", "none")]),
        *_frames([OrderCancelled()]),
    ]


def _frames(events: list[OrderEvent]) -> list[str]:
    order = an_order(order_id=an_id(5), amount_in=SOLD)
    frames = [frame_of(order, OrderAccepted("SOL", "USDC"))]
    for event in events:
        order = apply(order, event, NOON)
        frames.append(frame_of(order, event))
    return frames
