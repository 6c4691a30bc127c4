"""How far a route moves the price: never more than all of it, whatever the pools and the amount."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router_service.domain.routes import Leg, Route, route_of
from router_service.domain.routing_table import everything
from router_service.domain.search import split_route
from router_service.domain.trading_pool import PoolQuote, TradingPool
from tests.pools import NOW, SOL, USDC, USDT, a_pool, cpmm, network_of
from tests.routing_answers import FREE

reserves = st.integers(10**6, 10**13)
states = st.builds(cpmm, reserves, reserves, st.integers(100, 20_000))
impacts = st.integers(0, 10_000)


def a_leg(mint_in: str, mint_out: str, impact_bps: int, share_bps: int = 10_000) -> Leg:
    """A leg with an impact of its own choosing."""
    side = a_pool(f"{mint_in[:4]}-{mint_out[:4]}-{impact_bps}", mint_0=mint_in, mint_1=mint_out).side(mint_in, NOW)
    return Leg(PoolQuote(side, 10, 10, 0, mint_in, impact_bps), share_bps)


@pytest.mark.parametrize(("first", "second", "both"), [(5_000, 5_000, 7_500), (6_566, 6_567, 8_821), (0, 300, 300)])
def test_two_hops_compound(first: int, second: int, both: int) -> None:
    route = route_of([a_leg(SOL, USDT, first), a_leg(USDT, USDC, second)], 10)
    assert route.price_impact_bps == both


@given(impacts, impacts)
def test_two_hops_move_at_least_as_far_as_the_worse_and_at_most_as_far_as_both(first: int, second: int) -> None:
    impact = route_of([a_leg(SOL, USDT, first), a_leg(USDT, USDC, second)], 10).price_impact_bps
    assert max(first, second) <= impact <= min(first + second, 10_000)


@given(impacts, impacts, impacts, st.integers(0, 10_000))
def test_ways_side_by_side_are_weighted_by_their_shares(direct: int, first: int, second: int, share: int) -> None:
    legs = [
        a_leg(SOL, USDT, first, share),
        a_leg(USDT, USDC, second, share),
        a_leg(SOL, USDC, direct, 10_000 - share),
    ]
    way = 10_000 - Fraction((10_000 - first) * (10_000 - second), 10_000)
    exact = (way * share + direct * (10_000 - share)) / 10_000
    # A share that rounds to nothing counts as one part in ten thousand.
    assert abs(route_of(legs, 10).price_impact_bps - exact) <= 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([(SOL, USDC), (SOL, USDT), (USDT, USDC)]), states), max_size=6), st.data())
def test_no_route_moves_the_price_by_more_than_all_of_it(
    pools: list[tuple[tuple[str, str], object]], data: st.DataObject
) -> None:
    trading = [
        a_pool(f"pool-{number}", mint_0=pair[0], mint_1=pair[1], state=state)  # type: ignore[arg-type]  # hypothesis
        for number, (pair, state) in enumerate(pools)
    ]
    network = network_of(trading)
    amount = data.draw(st.integers(1, 10**16))
    route = split_route(network, everything(network), amount, FREE)
    if route is None:
        return
    assert 0 <= route.price_impact_bps <= 10_000
    if len(route.legs) == 2 and route.legs[0].quote.side.mint_out == USDT:
        # Each hop is rounded down for itself, and so is the whole.
        assert abs(route.price_impact_bps - _moved(route) * 10_000) <= 3


def _moved(route: Route) -> Fraction:
    """Return how far the price of a way of two pools really moved, from the pools' own states."""
    kept = Fraction(1)
    for leg in route.legs:
        side = leg.quote.side
        before = _price(side.pool, side.zero_for_one)
        after = side.pool.state.swap_exact_in(side.zero_for_one, leg.quote.amount_in, side.now).state_after
        moved = Fraction(*after.mid_price())
        kept *= (moved if side.zero_for_one else 1 / moved) / before
    return 1 - kept


def _price(pool: TradingPool, zero_for_one: bool) -> Fraction:
    price = Fraction(*pool.state.mid_price())
    return price if zero_for_one else 1 / price
