from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools.damm.damm_curve import RangeCurve
from pools.damm.damm_fees import EXPONENTIAL, LINEAR, BaseFee, FeeShares, decay_factor, split_fee
from pools.damm.damm_v2 import CollectFeeMode, DammV2State, SwapMode
from pools.errors import PoolError, PoolErrorReason
from pools.integers import Q64, U64_MAX
from pools.pool_json import state_from_json, state_to_json
from tests.sample_pools import NOW, SOL, SQRT_PRICE_150, USDC, damm_v2, damm_volatility

modes = st.sampled_from(list(CollectFeeMode))
shares = st.builds(FeeShares, st.integers(0, 100), st.integers(0, 100), st.integers(0, 10_000))


@given(st.integers(0, U64_MAX), shares, st.booleans())
def test_the_parts_of_a_fee_add_up_to_it(fee: int, parts: FeeShares, has_referral: bool) -> None:
    split = split_fee(fee, parts, has_referral=has_referral)
    assert sum(split) == fee
    assert min(split) >= 0
    assert split.protocol + split.referral == fee * parts.protocol_fee_percent // 100
    assert has_referral or not split.referral


@given(st.integers(0, 990_000_000), st.integers(0, 1_000), st.integers(1, 200), st.integers(0, 10**6))
def test_an_exponential_fee_falls_as_the_exact_power_does(cliff: int, bps: int, periods: int, elapsed: int) -> None:
    fee = BaseFee(EXPONENTIAL, cliff, periods, 60, bps)
    passed = min(periods, elapsed // 60)
    exact = cliff * Fraction(10_000 - bps, 10_000) ** passed
    # The power is a product of roundings of 2^-64 each: far less than one unit of the fee in all.
    assert int(exact) - 1 <= fee.rate(1_000 + elapsed, 1_000) <= exact
    assert fee.rate(1_000 + elapsed + 60, 1_000) <= fee.rate(1_000 + elapsed, 1_000)


@given(st.integers(0, 10_000), st.integers(0, 2**16 - 1))
def test_the_power_of_an_exponential_fee_rounds_down_at_each_product(bps: int, periods: int) -> None:
    base = Q64 - bps * Q64 // 10_000
    exact = 1 << 4_096
    for _ in range(min(periods, 300)):
        exact = exact * base >> 64
    factor = decay_factor(bps, min(periods, 300))
    # The program multiplies less often than once a period, and each product loses less than one unit of 2^-64.
    assert (exact >> 4_032) - 300 <= factor <= exact >> 4_032
    assert decay_factor(bps, 1) == base


@given(st.integers(0, 10**6), st.integers(0, 400), st.integers(1, 100))
def test_a_linear_fee_falls_by_the_same_each_period(elapsed: int, reduction: int, periods: int) -> None:
    fee = BaseFee(LINEAR, 500_000, periods, 60, reduction)
    assert fee.rate(1_000 + elapsed, 1_000) == 500_000 - reduction * min(periods, elapsed // 60)
    assert fee.rate(999, 1_000) == 500_000 - reduction * periods


def test_a_fee_without_periods_stays_at_its_cliff() -> None:
    assert BaseFee(EXPONENTIAL, 500_000, 10, 0, 5_000).rate(10**9, 0) == 500_000
    with pytest.raises(PoolError):
        BaseFee(LINEAR, 500_000, 101, 60, 5_000)
    with pytest.raises(PoolError):
        BaseFee(2, 500_000)


@pytest.mark.parametrize(("fee_version", "cap"), [(0, 500_000), (1, 990_000)])
def test_the_fee_is_capped_by_its_version(fee_version: int, cap: int) -> None:
    pool = damm_v2(base_fee=BaseFee(LINEAR, 999_999_999))
    capped = replace(pool, parameters=replace(pool.parameters, fee_version=fee_version))
    assert capped.fee_ppm(NOW) == cap


@given(modes, st.booleans(), st.integers(1, 10**12), st.booleans())
def test_every_unit_is_accounted_for(mode: CollectFeeMode, zero_for_one: bool, amount: int, exact_in: bool) -> None:
    pool = damm_v2(collect_fee_mode=mode)
    try:
        move = pool.move(SwapMode.EXACT_IN if exact_in else SwapMode.EXACT_OUT, zero_for_one, amount, NOW)
    except PoolError:
        return
    fee, on_input = sum(move.fee), pool.parameters.fee_on_input(zero_for_one)
    assert move.amount_in == move.net_in + (fee if on_input else 0)
    assert move.gross_out == move.amount_out + (0 if on_input else fee)
    charged = move.amount_in if on_input else move.gross_out
    assert 0 <= fee - Fraction(charged * 2_500_000, 1_000_000_000) < 2
    assert (move.amount_in if exact_in else move.amount_out) == amount
    if mode is CollectFeeMode.COMPOUNDING:
        after = pool.after(move, zero_for_one, NOW)
        before = pool.token_a_amount * pool.token_b_amount
        assert after.token_a_amount * after.token_b_amount >= before


@given(st.integers(1, 10**13), st.booleans())
def test_a_compounding_pool_keeps_its_price_with_its_reserves(amount: int, zero_for_one: bool) -> None:
    pool = damm_v2(collect_fee_mode=CollectFeeMode.COMPOUNDING)
    after = pool.swap_exact_in(zero_for_one, amount, NOW).state_after
    square = Fraction(after.token_b_amount, after.token_a_amount) * 2**128
    assert after.sqrt_price**2 <= square < (after.sqrt_price + 1) ** 2 + 1


@given(st.integers(1, 10**13), st.booleans(), st.sampled_from([CollectFeeMode.OUTPUT, CollectFeeMode.ONLY_B]))
def test_a_partial_fill_takes_what_the_range_takes(amount: int, zero_for_one: bool, mode: CollectFeeMode) -> None:
    pool = damm_v2(collect_fee_mode=mode)
    outcome = pool.swap_partially(zero_for_one, amount, NOW)
    assert 0 < outcome.fill.amount_in <= amount
    if outcome.fill.amount_in == amount:
        assert outcome == pool.swap_exact_in(zero_for_one, amount, NOW)
        return
    end = pool.parameters.sqrt_min_price if zero_for_one else pool.parameters.sqrt_max_price
    assert outcome.state_after.sqrt_price == end
    with pytest.raises(PoolError) as caught:
        pool.swap_exact_in(zero_for_one, amount, NOW)
    assert caught.value.reason is PoolErrorReason.PRICE_RANGE
    with pytest.raises(PoolError) as caught:
        outcome.state_after.swap_partially(zero_for_one, amount, NOW)
    assert caught.value.reason is PoolErrorReason.ZERO_AMOUNT


@given(
    st.integers(2**34, 2**95),
    st.integers(2**34, 2**95),
    st.integers(1, 2**128 - 1),
    st.integers(1, U64_MAX),
    st.booleans(),
)
def test_a_range_never_pays_more_than_it_was_paid_for(
    price: int, end: int, liquidity: int, amount: int, zero_for_one: bool
) -> None:
    low, high = min(price, end), max(price, end)
    curve = RangeCurve(high if zero_for_one else low, low, high, liquidity)
    try:
        move = curve.sell(amount, zero_for_one)
        needed = curve.buy(move.amount_out, zero_for_one).amount_in if move.amount_out else 0
    except PoolError:
        return
    assert low <= move.sqrt_price <= high
    assert needed <= amount


@pytest.mark.parametrize("zero_for_one", [True, False])
def test_an_exact_input_stops_at_the_end_of_the_range(zero_for_one: bool) -> None:
    pool = damm_v2(collect_fee_mode=CollectFeeMode.OUTPUT)
    most = pool.swap_partially(zero_for_one, 10**13, NOW).fill.amount_in
    assert pool.swap_exact_in(zero_for_one, most - 1, NOW).fill.amount_in == most - 1
    for swap in (pool.swap_exact_in, pool.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(zero_for_one, most + 1, NOW)
        assert caught.value.reason is PoolErrorReason.PRICE_RANGE


def test_an_output_the_pool_does_not_hold_is_insufficient_liquidity() -> None:
    for pool, amount in (
        (damm_v2(), 10**18),
        (damm_v2(collect_fee_mode=CollectFeeMode.COMPOUNDING), 300_000 * USDC),
    ):
        with pytest.raises(PoolError) as caught:
            pool.swap_exact_out(True, amount, NOW)
        assert caught.value.reason is PoolErrorReason.INSUFFICIENT_LIQUIDITY


def test_an_output_of_zero_is_not_refused() -> None:
    fill = damm_v2().swap_exact_in(True, 1, NOW).fill
    assert (fill.amount_in, fill.amount_out) == (1, 0)


def test_a_swap_pays_for_the_moves_before_it() -> None:
    quiet = damm_v2(volatility_fee=damm_volatility())
    assert quiet.fee_ppm(NOW) == 2_500
    moved = quiet.swap_exact_in(True, 100 * SOL, NOW)
    assert moved.fill.fee * 1_000_000 // (moved.fill.amount_out + moved.fill.fee) == 2_500
    assert moved.state_after.fee_ppm(NOW) > 2_500
    memory = moved.state_after.volatility_fee
    assert memory is not None
    assert (memory.last_update_timestamp, memory.sqrt_price_reference) == (NOW, SQRT_PRICE_150)


def test_the_memory_of_moves_halves_after_the_filter_period_and_ends_after_the_decay_period() -> None:
    state = damm_v2(volatility_fee=damm_volatility()).swap_exact_in(True, 100 * SOL, NOW).state_after
    assert state.volatility_fee is not None
    accumulated = state.volatility_fee.volatility_accumulator

    def remembered(after: int) -> int:
        memory = state.swap_exact_in(True, 1_000, NOW + after).state_after.volatility_fee
        assert memory is not None
        return memory.volatility_accumulator

    assert remembered(9) == accumulated
    assert remembered(10) == remembered(119) == accumulated // 2
    assert remembered(120) == 0


def test_only_a_move_of_a_whole_step_stores_the_time() -> None:
    pool = damm_v2(volatility_fee=damm_volatility())
    for amount, stored in ((1_000, NOW - 3_600), (100 * SOL, NOW)):
        memory = pool.swap_exact_in(True, amount, NOW).state_after.volatility_fee
        assert memory is not None
        assert memory.last_update_timestamp == stored


def test_a_stored_volatility_beyond_the_programs_range_is_refused() -> None:
    fields = state_to_json(damm_v2(volatility_fee=damm_volatility()))
    block = fields["dynamic_fee"]
    assert isinstance(block, dict)
    for name in block:
        with pytest.raises(PoolError):
            state_from_json(damm_v2().kind, {**fields, "dynamic_fee": {**block, name: -1}})


def test_a_price_outside_its_range_is_refused() -> None:
    pool = damm_v2()
    with pytest.raises(PoolError) as caught:
        DammV2State(SQRT_PRICE_150 * 3, pool.liquidity, 0, 0, pool.parameters)
    assert caught.value.reason is PoolErrorReason.INVALID_STATE
