from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools import amm_v4, constant_product
from pools.amm_v4 import AmmV4State
from pools.constant_product import FEE_SCALE, CpmmState, FeeRates
from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX
from tests.sample_pools import SOL, USDC, cpmm
from tests.sample_pools import amm_v4 as amm_v4_pool

u64 = st.integers(1, U64_MAX)
rates = st.builds(
    FeeRates,
    trade=st.integers(1, 100_000),
    creator=st.one_of(st.just(0), st.integers(1, 50_000)),
    protocol=st.integers(0, 500_000),
    fund=st.integers(0, 500_000),
)


def test_the_worked_example() -> None:
    swap = cpmm().swap_exact_in(True, 10 * SOL, 0).fill
    assert (swap.amount_out, swap.fee, swap.protocol_fee, swap.lp_fee) == (
        1_495_951_557,
        25_000_000,
        4_000_000,
        21_000_000,
    )
    assert amm_v4_pool().swap_exact_in(True, 10 * SOL, 0).fill.amount_out == 1_495_951_557
    bought = cpmm().swap_exact_out(True, 1_000 * USDC, 0).fill
    assert (bought.amount_in, bought.fee) == (6_684_266_341, 16_710_666)


@given(u64, u64, u64, rates, st.booleans())
def test_every_unit_of_an_exact_input_is_accounted_for(
    amount: int, reserve_in: int, reserve_out: int, fees: FeeRates, creator_on_input: bool
) -> None:
    swap = constant_product.exact_in(amount, reserve_in, reserve_out, fees, creator_on_input)
    creator_in = swap.creator_fee if creator_on_input else 0
    assert swap.amount_in == swap.curve_in + swap.trade_fee + creator_in
    assert swap.curve_out == swap.amount_out + swap.creator_fee - creator_in
    assert swap.protocol_fee + swap.fund_fee <= swap.trade_fee
    assert min(swap) >= 0
    assert (reserve_in + swap.curve_in) * (reserve_out - swap.curve_out) >= reserve_in * reserve_out
    rate = fees.trade + (fees.creator if creator_on_input else 0)
    assert 0 <= swap.trade_fee + creator_in - Fraction(amount * rate, FEE_SCALE) < 1


@given(u64, u64, u64, rates, st.booleans())
def test_an_exact_output_costs_the_least_that_buys_it(
    amount: int, reserve_in: int, reserve_out: int, fees: FeeRates, creator_on_input: bool
) -> None:
    try:
        swap = constant_product.exact_out(amount, reserve_in, reserve_out, fees, creator_on_input)
    except PoolError:
        # Refused for one of two reasons: the reserve is too small, or the price too high for 64 bits.
        assert amount * 2 >= reserve_out or reserve_in * amount * 2 >= U64_MAX * (reserve_out - amount * 2)
        return
    assert (reserve_in + swap.curve_in) * (reserve_out - swap.curve_out) >= reserve_in * reserve_out
    assert (
        constant_product.exact_in(swap.amount_in, reserve_in, reserve_out, fees, creator_on_input).amount_out >= amount
    )
    if swap.curve_in > 1:
        assert (swap.curve_in - 1) * reserve_out // (reserve_in + swap.curve_in - 1) < swap.curve_out


@given(st.integers(1, 10**15), st.integers(1, 10**15), st.booleans())
def test_two_swaps_in_a_row_bring_at_most_one_of_both(first: int, second: int, zero_for_one: bool) -> None:
    for pool in (cpmm(), amm_v4_pool()):
        try:
            one: CpmmState | AmmV4State = pool.swap_exact_in(zero_for_one, first, 0).state_after
            parts = pool.quote_exact_in(zero_for_one, first, 0) + one.quote_exact_in(zero_for_one, second, 0)
        except PoolError:
            continue
        assert parts <= pool.quote_exact_in(zero_for_one, first + second, 0)


@given(u64, u64, u64)
def test_amm_v4_keeps_the_whole_fee_in_its_reserves(amount: int, base: int, quote: int) -> None:
    swap = amm_v4.exact_in(amount, base, quote) if amount * quote > 2 * (base + amount) else None
    if swap is None:
        return
    assert 0 <= swap.fee - Fraction(amount * 25, 10_000) < 1
    assert (base + amount) * (quote - swap.amount_out) > base * quote


@given(u64, u64, u64)
def test_amm_v4_asks_enough_for_an_exact_output(amount: int, base: int, quote: int) -> None:
    if amount >= quote:
        with pytest.raises(PoolError) as caught:
            amm_v4.exact_out(amount, base, quote)
        assert caught.value.reason is PoolErrorReason.INSUFFICIENT_LIQUIDITY
    elif Fraction(base * amount, quote - amount) > U64_MAX:
        with pytest.raises(PoolError) as caught:
            amm_v4.exact_out(amount, base, quote)
        assert caught.value.reason is PoolErrorReason.OVERFLOW_U64
    elif Fraction(base * amount, quote - amount) < U64_MAX * Fraction(99, 100):
        swap = amm_v4.exact_out(amount, base, quote)
        assert amm_v4.exact_in(swap.amount_in, base, quote).amount_out >= amount


@pytest.mark.parametrize(
    ("creator_fee_on", "zero_for_one", "on_input"),
    [
        (0, True, True),
        (0, False, True),
        (1, True, True),
        (1, False, False),
        (2, True, False),
        (2, False, True),
    ],
)
def test_the_creator_earns_in_the_token_the_pool_names(creator_fee_on: int, zero_for_one: bool, on_input: bool) -> None:
    pool = CpmmState(50_000 * SOL, 7_500_000 * USDC, 2_500, 120_000, 40_000, 1_000, creator_fee_on)
    outcome = pool.swap_exact_in(zero_for_one, 10**9, 0)
    assert outcome.fill.fee == (3_500_000 if on_input else 2_500_000)
    assert (outcome.fill.fee_other_side == 0) == on_input
    # What the pool holds beyond its curve is what protocol, fund and creator have earned.
    held = [50_000 * SOL, 7_500_000 * USDC]
    held[0 if zero_for_one else 1] += outcome.fill.amount_in
    held[1 if zero_for_one else 0] -= outcome.fill.amount_out
    left = [owned - needed for owned, needed in zip(held, outcome.state_after.backing(), strict=True)]
    assert left[0 if zero_for_one else 1] == outcome.fill.protocol_fee
    assert left[1 if zero_for_one else 0] == outcome.fill.fee_other_side


def test_a_pool_without_any_fee_aborts_as_its_program_does() -> None:
    pool = cpmm(trade_fee_rate=0)
    for swap in (pool.swap_exact_in, pool.swap_exact_out, pool.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(True, SOL, 0)
        assert caught.value.reason is PoolErrorReason.DIV_BY_ZERO
    assert not list(pool.pieces(True, 0))


def test_a_reserve_never_exceeds_64_bits() -> None:
    pool = AmmV4State(U64_MAX - 1_000, 10**12)
    for swap in (pool.swap_exact_in, pool.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(True, 10**9, 0)
        assert caught.value.reason is PoolErrorReason.OVERFLOW_U64
