import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pools.constant_product import CpmmState
from pools.errors import PoolError
from router_service.domain.paths import Choice
from router_service.domain.routes import Route, single_pool_route
from router_service.domain.routing_table import everything
from router_service.domain.search import LegCost, best_route, split_route
from router_service.domain.splitting import PairPools
from router_service.domain.trading_pool import TradingPool
from tests.pools import SOL, USDC, USDT, a_pool, amm_v4, cpmm, dlmm, eight_mixed_pools, network_of
from tests.routing_answers import FREE, best_route_for, executed
from tests.routing_answers import network_of as network_of_problem
from tests.vectors import DATA

PROBLEMS = json.loads((DATA / "routing.json").read_text(encoding="utf-8"))["cases"]
# Other tests may keep the machine busy.
UNHURRIED = settings(deadline=None)


def found(pools: list[TradingPool], amount: int, cost: LegCost = FREE) -> Route | None:
    network = network_of(pools)
    singles = [single_pool_route(quote) for quote in _quotes(network.direct, amount)]
    return best_route((*singles, split_route(network, everything(network), amount, cost)), cost)


def rounding(route: Route) -> float:
    """What whole units may cost: one of the input and one of the output for each leg, and what floats cannot tell."""
    a_leg = 1 + max(leg.quote.amount_out / leg.quote.amount_in for leg in route.legs)
    return a_leg * (len(route.legs) + 1) + route.amount_out * 1e-9


def _quotes(pair_pools: PairPools, amount: int) -> list[Any]:
    quotes = []
    for side in pair_pools.sides:
        try:
            quotes.append(side.quote(amount))
        except PoolError:
            continue
    return quotes


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem["id"])
def test_reference_problems_are_solved_to_the_millionth(problem: dict[str, Any]) -> None:
    route = best_route_for(problem)
    best = int(problem["best_integer_output"])
    allowed = 2 if problem["size_class"] == "tiny" else best // 10**6
    assert route.amount_out >= best - allowed
    assert route.amount_out <= float(problem["continuous_upper_bound"]) * (1 + 1e-15)
    assert route.amount_out >= int(problem["best_single_output"])
    assert route.amount_out == executed(route)


reserves = st.integers(10**4, 10**15)
cpmm_states = st.builds(cpmm, reserves, reserves, st.integers(100, 20_000))
amounts = st.integers(1, 10**14)


def pools_of(states: list[CpmmState]) -> list[TradingPool]:
    return [a_pool(f"pool-{number}", state=state) for number, state in enumerate(states)]


@UNHURRIED
@given(st.lists(cpmm_states, min_size=1, max_size=6), amounts)
def test_parts_sum_to_the_input_and_are_paid_exactly(states: list[CpmmState], amount: int) -> None:
    route = found(pools_of(states), amount)
    if route is not None:
        assert sum(leg.quote.amount_in for leg in route.legs) == amount
        assert executed(route) == route.amount_out
        assert sum(leg.share_bps for leg in route.legs) == pytest.approx(10_000, abs=len(route.legs))


@UNHURRIED
@given(st.lists(cpmm_states, min_size=1, max_size=6), amounts)
def test_a_route_is_never_below_the_best_single_pool(states: list[CpmmState], amount: int) -> None:
    pools = pools_of(states)
    route = found(pools, amount)
    singles = _quotes(network_of(pools).direct, amount)
    if singles:
        assert route is not None
        assert route.amount_out >= max(quote.amount_out for quote in singles)


@UNHURRIED
@given(st.lists(cpmm_states, min_size=1, max_size=5), cpmm_states, amounts)
def test_another_pool_never_makes_it_worse(states: list[CpmmState], more: CpmmState, amount: int) -> None:
    before, after = found(pools_of(states), amount), found(pools_of([*states, more]), amount)
    if before is not None:
        assert after is not None
        assert after.amount_out >= before.amount_out - rounding(before)


@UNHURRIED
@given(st.lists(cpmm_states, min_size=2, max_size=6), amounts, st.randoms(use_true_random=False))
def test_the_order_of_pools_changes_nothing(states: list[CpmmState], amount: int, random: Any) -> None:
    pools = pools_of(states)
    shuffled = random.sample(pools, len(pools))
    one, other = found(pools, amount), found([a_pool(p.pool_id, state=p.state) for p in shuffled], amount)
    assert _shape(one) == _shape(other)


def _shape(route: Route | None) -> Any:
    if route is None:
        return None
    return route.amount_out, [(leg.quote.side.pool.pool_id, leg.quote.amount_in) for leg in route.legs]


@UNHURRIED
@given(st.lists(cpmm_states, min_size=1, max_size=5), amounts, amounts)
def test_more_in_brings_more_out(states: list[CpmmState], one: int, other: int) -> None:
    small, large = (found(pools_of(states), amount) for amount in sorted((one, other)))
    if small is not None:
        assert large is not None
        assert large.amount_out >= small.amount_out - rounding(small)


@settings(deadline=None, max_examples=40)
@given(st.integers(10**6, 2 * 10**14))
def test_eight_mixed_pools_beat_every_pair_of_them(amount: int) -> None:
    pools = eight_mixed_pools()
    route = found(pools, amount)
    assert route is not None
    assert executed(route) == route.amount_out
    for skip in range(0, len(pools), 2):
        pair = found(pools[skip : skip + 2], amount)
        assert pair is None or route.amount_out >= pair.amount_out - rounding(route)


@pytest.mark.parametrize("legs_max", range(1, 9))
def test_a_limit_on_legs_is_kept_and_costs_little_at_first(legs_max: int) -> None:
    pools, amount = eight_mixed_pools(), 5_000 * 10**9
    limited, free = found(pools, amount, LegCost(0.0, legs_max)), found(pools, amount)
    assert limited is not None
    assert free is not None
    assert len(limited.legs) <= legs_max
    assert limited.amount_out <= free.amount_out + rounding(free)
    if legs_max >= 5:
        assert limited.amount_out >= free.amount_out * 0.999


def test_legs_that_do_not_earn_their_cost_are_left_out() -> None:
    pools, amount = eight_mixed_pools(), 200 * 10**9
    routes = [found(pools, amount, LegCost(cost, 16)) for cost in (0.0, 1e4, 1e6, 1e12)]
    legs = [len(route.legs) for route in routes if route is not None]
    assert len(legs) == 4
    assert legs == sorted(legs, reverse=True)
    assert legs[0] > legs[2]
    assert legs[-1] == 1


def test_a_cost_for_legs_never_loses_more_than_it_saves() -> None:
    pools, amount, cost = eight_mixed_pools(), 2_000 * 10**9, 50_000
    free, dear = found(pools, amount), found(pools, amount, LegCost(float(cost), 16))
    assert free is not None
    assert dear is not None
    assert dear.amount_out - cost * len(dear.legs) >= free.amount_out - cost * len(free.legs)


def two_hop_pools(through: int = 1) -> list[TradingPool]:
    """SOL/USDC direct, and SOL/USDT with USDT/USDC `through` times as deep."""
    return [
        a_pool("direct", state=cpmm(1_000 * 10**9, 150_000 * 10**6)),
        a_pool("first", state=amm_v4(through * 1_000 * 10**9, through * 150_000 * 10**6), mint_1=USDT),
        a_pool("second", state=cpmm(through * 10**12, through * 10**12, fee=100), mint_0=USDT, mint_1=USDC),
    ]


def test_a_large_order_goes_both_ways_and_a_small_one_the_cheaper() -> None:
    small, large = found(two_hop_pools(), 10**6), found(two_hop_pools(), 200 * 10**9)
    assert small is not None
    assert large is not None
    assert [leg.quote.side.pool.pool_id for leg in small.legs] == ["direct"]
    assert [leg.quote.side.pool.pool_id for leg in large.legs] == ["direct", "first", "second"]
    assert executed(large) == large.amount_out


def test_two_hops_are_as_good_as_the_best_of_a_fine_grid() -> None:
    pools, amount = two_hop_pools(), 300 * 10**9
    direct, first, second = (pool.state for pool in pools)
    route = found(pools, amount)
    assert route is not None
    grid = [
        direct.quote_exact_in(True, amount * n // 2_000, 0)
        + second.quote_exact_in(True, first.quote_exact_in(True, amount - amount * n // 2_000, 0), 0)
        for n in range(1, 2_000)
    ]
    assert max(grid) <= route.amount_out <= max(grid) * (1 + 1e-5)


@pytest.mark.parametrize("legs_max", [1, 2, 3, 4])
def test_under_a_limit_the_best_of_all_small_subsets_is_found(legs_max: int) -> None:
    problem = next(problem for problem in PROBLEMS if problem["id"] == "public-s9")
    network, amount = network_of_problem(problem), int(problem["amount_in"])
    best = max(
        route.amount_out
        for mask in range(1, network.direct.everything + 1)
        if mask.bit_count() <= legs_max
        and (route := split_route(network, Choice(mask), amount, LegCost(0.0, legs_max))) is not None
    )
    route = split_route(network, everything(network), amount, LegCost(0.0, legs_max))
    assert route is not None
    assert len(route.legs) <= legs_max
    assert route.amount_out >= best * (1 - 1e-9)


@pytest.mark.parametrize("legs_max", [1, 2, 3, 5, 8, 16])
def test_a_limit_far_below_what_the_optimum_uses_still_finds_the_deep_pools(legs_max: int) -> None:
    mints = [f"mint-{n}" for n in range(6)]
    pools = [a_pool(f"deep-{n}", state=cpmm(10**14, 15 * 10**12)) for n in range(2)]
    pools += [a_pool(f"{mint}-in-{n}", state=cpmm(10**11, 10**11), mint_1=mint) for mint in mints for n in range(3)]
    pools += [
        a_pool(f"{mint}-out-{n}", state=cpmm(10**11, 16 * 10**9), mint_0=mint) for mint in mints for n in range(2)
    ]
    amount = 10**14
    route, free = found(pools, amount, LegCost(0.0, legs_max)), found(pools, amount)
    assert route is not None
    assert free is not None
    assert len(route.legs) <= legs_max
    assert {"deep-0", "deep-1"} & {leg.quote.side.pool.pool_id for leg in route.legs}
    assert route.amount_out >= free.amount_out * (0.7 if legs_max == 1 else 0.95)


def test_a_pair_without_a_pool_of_its_own_is_served_through_another_token() -> None:
    route = found(two_hop_pools()[1:], 10**9)
    assert route is not None
    assert [leg.quote.side.mint_in for leg in route.legs] == [SOL, USDT]
    assert route.legs[1].quote.amount_in == route.legs[0].quote.amount_out
    assert (route.mint_in, route.mint_out) == (SOL, USDC)


def test_several_pools_of_a_hop_share_what_it_carries() -> None:
    pools = [
        a_pool("a", state=cpmm(10**12, 150 * 10**9), mint_1=USDT),
        a_pool("b", state=dlmm(), mint_1=USDT),
        a_pool("c", state=cpmm(10**12, 10**12, fee=100), mint_0=USDT, mint_1=USDC),
        a_pool("d", state=cpmm(2 * 10**12, 2 * 10**12, fee=100), mint_0=USDT, mint_1=USDC),
    ]
    route = found(pools, 900 * 10**9)
    assert route is not None
    by_pool = {leg.quote.side.pool.pool_id: leg.quote for leg in route.legs}
    assert set(by_pool) == {"a", "b", "c", "d"}
    assert by_pool["c"].amount_in + by_pool["d"].amount_in == by_pool["a"].amount_out + by_pool["b"].amount_out
    assert by_pool["d"].amount_in == pytest.approx(2 * by_pool["c"].amount_in, rel=1e-3)
    assert executed(route) == route.amount_out


def test_a_way_and_its_pools_are_left_out_when_legs_are_dear() -> None:
    cost = LegCost(1e10, 16)
    route = found(two_hop_pools(), 200 * 10**9, cost)
    assert route is not None
    assert len(route.legs) == 1


def test_more_than_all_pools_hold_is_refused() -> None:
    assert found([a_pool(state=dlmm(bins=2))], 10**13) is None
    assert found([], 10**9) is None


def test_an_amount_only_the_limited_pools_together_can_take_is_filled() -> None:
    pools = [a_pool(name, state=dlmm(bins=3)) for name in ("a", "b")]
    network = network_of(pools)
    capacity = int(network.direct.sides[0].curve.capacity) or 0
    network.direct.table(3, 1e18)
    capacity = int(network.direct.sides[0].curve.capacity)
    route = found(pools, capacity * 3 // 2)
    assert route is not None
    assert len(route.legs) == 2
    assert found(pools, capacity * 2 + 1_000_000) is None


def test_only_the_chosen_pools_are_used() -> None:
    network = network_of(eight_mixed_pools())
    route = split_route(network, Choice(0b101), 10**12, FREE)
    assert route is not None
    assert {leg.quote.side.pool.pool_id for leg in route.legs} <= {"pool-0", "pool-2"}


def test_fees_are_told_in_the_bought_token_at_the_routes_own_prices() -> None:
    route = found(two_hop_pools()[1:], 10**9)
    assert route is not None
    first, second = (leg.quote for leg in route.legs)
    in_mint_out = first.fee * route.amount_out / route.amount_in + second.fee * second.amount_out / second.amount_in
    assert route.fee_in_mint_out == pytest.approx(in_mint_out, abs=2)
    assert route.fee_in_mint_out >= in_mint_out
