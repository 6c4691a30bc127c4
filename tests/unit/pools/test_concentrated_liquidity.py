from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools.concentrated.concentrated_liquidity import ClmmState
from pools.concentrated.tick_prices import (
    SQRT_PRICE_MAX,
    SQRT_PRICE_MIN,
    TICK_MAX,
    TICK_MIN,
    amount_0,
    amount_1,
    sqrt_price_at_tick,
    tick_at_sqrt_price,
)
from pools.concentrated.tick_swap import FEE_SCALE, Course, take_step
from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX, U128_MAX
from pools.pool_json import state_from_json, state_to_json
from tests.sample_pools import NOW, SOL, TICK_150, clmm, tick_volatility

ticks = st.integers(TICK_MIN, TICK_MAX)
ranges = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 400), st.integers(10**6, 10**16)).map(
        lambda part: (TICK_150 - part[0], TICK_150 + part[1], part[2])
    ),
    min_size=1,
    max_size=6,
)


def one_range(fee_on: int = 0) -> ClmmState:
    return clmm([(-19_980, -18_000, 81_635_013_088_044)], trade_fee_rate=2_500, fee_on=fee_on)


def test_the_worked_example() -> None:
    outcome = one_range().swap_exact_in(True, 5 * SOL, NOW)
    assert (outcome.fill.amount_out, outcome.fill.fee) == (748_107_298, 12_500_000)
    assert outcome.state_after.sqrt_price == 7_144_224_212_047_530_568


@given(ticks)
def test_a_tick_and_its_price_belong_together(tick: int) -> None:
    price = sqrt_price_at_tick(tick)
    assert tick_at_sqrt_price(price) == tick
    if tick < TICK_MAX:
        assert price < sqrt_price_at_tick(tick + 1)
        assert tick_at_sqrt_price(sqrt_price_at_tick(tick + 1) - 1) == tick


def test_the_ends_of_the_price_range() -> None:
    assert sqrt_price_at_tick(TICK_MIN) == SQRT_PRICE_MIN
    assert sqrt_price_at_tick(TICK_MAX) == SQRT_PRICE_MAX
    for price in (SQRT_PRICE_MIN - 1, SQRT_PRICE_MAX + 1):
        with pytest.raises(PoolError):
            tick_at_sqrt_price(price)


@given(
    st.integers(SQRT_PRICE_MIN, SQRT_PRICE_MAX),
    st.integers(SQRT_PRICE_MIN, SQRT_PRICE_MAX),
    st.integers(1, U128_MAX),
    st.integers(1, U64_MAX),
    st.integers(0, 100_000),
    st.tuples(st.booleans(), st.booleans()),
)
def test_a_step_never_favours_the_trader(
    price: int, target: int, liquidity: int, amount: int, rate: int, modes: tuple[bool, bool]
) -> None:
    """The trader pays at least, and gets at most, what the way from price to price is worth."""
    exact_in, fee_on_input = modes
    zero_for_one = target < price
    course = Course(zero_for_one, exact_in, fee_on_input)
    try:
        step = take_step(price, target, liquidity, amount, fee_rate=rate, course=course)
    except PoolError:
        return
    low, high = min(price, step.sqrt_price), max(price, step.sqrt_price)
    assert min(price, target) <= step.sqrt_price <= max(price, target)
    paid_for, given_up = (amount_0, amount_1) if zero_for_one else (amount_1, amount_0)
    gross_out = step.amount_out + (0 if fee_on_input else step.fee)
    assert step.amount_in >= paid_for(liquidity, low, high, up=True)
    assert gross_out <= given_up(liquidity, low, high, up=False)
    base = step.amount_in if fee_on_input else gross_out
    assert step.fee * FEE_SCALE >= (base + (step.fee if fee_on_input else 0)) * rate
    if exact_in:
        assert step.amount_in + (step.fee if fee_on_input else 0) <= amount
    else:
        assert step.amount_out <= amount


@given(st.integers(1, 30_000 * SOL), st.booleans(), st.integers(0, 2))
def test_the_fee_is_split_to_the_unit(amount: int, zero_for_one: bool, fee_on: int) -> None:
    pool = clmm(fee_on=fee_on)
    try:
        walk = pool.walk(zero_for_one, amount, NOW, exact_in=True)
        fill = pool.swap_exact_in(zero_for_one, amount, NOW).fill
    except PoolError:
        return
    assert fill.protocol_fee == walk.protocol_fee + walk.fund_fee
    assert fill.lp_fee + fill.protocol_fee == fill.fee == walk.fee
    # Each step rounds both shares down: together they miss less than one unit a step.
    steps = len(pool.ticks.ticks) + 1
    assert 0 <= walk.fee * 120_000 / FEE_SCALE - walk.protocol_fee < steps
    assert 0 <= walk.fee * 40_000 / FEE_SCALE - walk.fund_fee < steps


def test_a_single_step_gives_protocol_and_fund_their_shares_rounded_down() -> None:
    walk = one_range().walk(True, 5 * SOL + 12_345, NOW, exact_in=True)
    assert walk.protocol_fee == walk.fee * 120_000 // FEE_SCALE
    assert walk.fund_fee == walk.fee * 40_000 // FEE_SCALE


@given(ranges, st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 10**13)), max_size=8))
def test_liquidity_is_always_what_the_ticks_say(
    positions: Sequence[tuple[int, int, int]], steps: Sequence[tuple[bool, bool, int]]
) -> None:
    state = clmm(positions)
    vault = list(state.backing())
    for zero_for_one, exact_in, amount in steps:
        try:
            outcome = (state.swap_exact_in if exact_in else state.swap_exact_out)(zero_for_one, amount, NOW)
        except PoolError:
            continue
        state = outcome.state_after
        vault[0 if zero_for_one else 1] += outcome.fill.amount_in
        vault[1 if zero_for_one else 0] -= outcome.fill.amount_out
        # Reading the state back checks price, tick and liquidity against each other.
        assert state_from_json(state.kind, state_to_json(state)) == state
        assert all(held >= needed for held, needed in zip(vault, state.backing(), strict=True))


@pytest.mark.parametrize("zero_for_one", [True, False])
def test_a_price_exactly_on_a_tick_remembers_the_side_it_came_from(zero_for_one: bool) -> None:
    pool = clmm([(TICK_150 - 100, TICK_150 + 100, 10**13), (TICK_150 - 200, TICK_150 + 200, 10**13)])
    edge = TICK_150 - 100 if zero_for_one else TICK_150 + 100
    walk = pool.walk(zero_for_one, 10**15, NOW, exact_in=True, sqrt_price_limit=sqrt_price_at_tick(edge))
    landed = pool.after(walk)
    assert landed.sqrt_price == sqrt_price_at_tick(edge)
    assert landed.tick_current == (edge - 1 if zero_for_one else edge)
    assert landed.liquidity == 10**13
    back = landed.swap_exact_in(not zero_for_one, 10**9, NOW).state_after
    assert back.liquidity == 2 * 10**13


def test_a_limit_stops_the_swap_and_leaves_the_rest() -> None:
    pool = clmm()
    limit = sqrt_price_at_tick(TICK_150 - 30)
    fill = pool.swap_to_limit(True, 10**15, NOW, limit).fill
    assert 0 < fill.amount_in < 10**15
    assert pool.swap_to_limit(True, 10**15, NOW, limit).state_after.sqrt_price == limit
    for wrong in (pool.sqrt_price, pool.sqrt_price + 1, SQRT_PRICE_MIN, 1):
        with pytest.raises(PoolError) as caught:
            pool.swap_to_limit(True, SOL, NOW, wrong)
        assert caught.value.reason is PoolErrorReason.PRICE_LIMIT


@pytest.mark.parametrize("zero_for_one", [True, False])
def test_running_out_of_ticks_is_insufficient_liquidity(zero_for_one: bool) -> None:
    for swap in (clmm().swap_exact_in, clmm().swap_exact_out, clmm().quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(zero_for_one, 10**18, NOW)
        assert caught.value.reason is PoolErrorReason.INSUFFICIENT_LIQUIDITY


def test_the_dynamic_fee_grows_with_the_move_and_fades_with_time() -> None:
    pool = clmm(dynamic_fee=tick_volatility())
    moved = pool.swap_exact_in(True, 5_000 * SOL, NOW).state_after
    assert pool.fee_ppm(NOW) == 500
    at_once, later, much_later = (moved.fee_ppm(NOW + after) for after in (1, 100, 1_000))
    assert at_once > later > much_later == 500
    assert moved.dynamic_fee is not None
    assert moved.dynamic_fee.last_update_timestamp == NOW


def test_the_dynamic_fee_never_exceeds_ten_percent() -> None:
    pool = clmm(dynamic_fee=tick_volatility(control=2**32 - 1, maximum=2**32 - 1))
    moved = pool.swap_exact_in(True, 5_000 * SOL, NOW).state_after
    assert moved.fee_ppm(NOW + 1) == 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"liquidity": "1"},
        {"tick_current": TICK_150 - 1},
        {"tick_spacing": 7},
        {"tick_spacing": 0},
        {"ticks": [{"tick": TICK_150 - 20, "liquidity_net": "5", "liquidity_gross": "5"}]},
        {"ticks": [{"tick": TICK_150 - 20, "liquidity_net": "5", "liquidity_gross": "4"}]},
        {"ticks": [{"tick": TICK_MAX + 1, "liquidity_net": "0", "liquidity_gross": "4"}]},
        {"ticks": [1]},
        {"sqrt_price_x64": str(SQRT_PRICE_MAX + 1)},
    ],
)
def test_a_state_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    pool = clmm()
    with pytest.raises(PoolError) as caught:
        state_from_json(pool.kind, {**state_to_json(pool), **change})
    assert caught.value.reason is PoolErrorReason.INVALID_STATE
