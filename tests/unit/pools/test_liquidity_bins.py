import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pools.bins.bin_prices import BinAmounts, bin_price, input_needed, output_for
from pools.bins.bin_swap import FEE_SCALE, Depth, Terms, fill_exact_in, fill_exact_out
from pools.bins.liquidity_bins import DlmmState
from pools.errors import PoolError, PoolErrorReason
from pools.integers import Q64, U64_MAX
from pools.pool_json import state_to_json
from tests.sample_pools import BIN_150, NOW, SOL, dlmm

prices = st.integers(2**40, 2**90)
terms = st.builds(
    Terms,
    price=prices,
    fee_rate=st.integers(1, 100_000_000),
    protocol_share=st.integers(0, 2_500),
    zero_for_one=st.booleans(),
    fee_on_input=st.booleans(),
)
depths = st.builds(Depth, *(st.integers(0, 10**15) for _ in range(3)))


def suppose_the_layers_fit(depth: Depth, deal: Terms) -> None:
    """Leave out bins with a layer that costs more than 64 bits: the program refuses every swap there."""
    assume(all(input_needed(layer, deal.price, deal.zero_for_one) <= U64_MAX for layer in depth))


def test_the_worked_example() -> None:
    pool = DlmmState.from_json(
        {
            **state_to_json(dlmm()),
            "bins": [
                {"id": -1900, "amount_x": "0", "amount_y": "300000000"},
                {"id": -1899, "amount_x": "0", "amount_y": "200000000"},
                {"id": -1898, "amount_x": "500000000", "amount_y": "150000000"},
            ],
        }
    )
    outcome = pool.swap_exact_in(True, 3 * SOL, NOW)
    fill = outcome.fill
    assert (fill.amount_out, fill.lp_fee, fill.protocol_fee) == (449_179_876, 2_865_159, 150_797)
    assert outcome.state_after.active_id == -1900


@given(st.integers(1, 400), st.integers(-50_000, 50_000))
def test_bin_prices_are_the_power_but_for_rounding(bin_step: int, basis_points: int) -> None:
    bin_id = basis_points // bin_step
    exact = Fraction(10_000 + bin_step, 10_000) ** bin_id * Q64
    assert abs(bin_price(bin_step, bin_id) - exact) <= exact * Fraction(1, 10**13)


def test_bin_prices_of_the_specification() -> None:
    assert bin_price(10, 1) == 18_465_190_817_783_261_167
    assert bin_price(10, -1) == 18_428_315_757_951_600_016
    assert bin_price(10, BIN_150) == 2_767_200_750_216_550_409
    with pytest.raises(PoolError):
        bin_price(400, -443_636)


@given(st.integers(1, U64_MAX), prices, st.booleans())
def test_conversions_round_against_the_trader(amount: int, price: int, zero_for_one: bool) -> None:
    exact = Fraction(price, Q64) if zero_for_one else Fraction(Q64, price)
    assert 0 <= amount * exact - output_for(amount, price, zero_for_one) < 1
    assert 0 <= input_needed(amount, price, zero_for_one) - amount / exact < 1


@given(st.integers(1, 10**15), depths, terms)
def test_a_bin_pays_no_more_than_its_price_and_keeps_its_fee(amount: int, depth: Depth, deal: Terms) -> None:
    suppose_the_layers_fit(depth, deal)
    fill = fill_exact_in(amount, depth, deal)
    assert 0 <= fill.amount_in <= amount
    assert all(0 <= paid <= held for paid, held in zip(fill.paid, depth, strict=True))
    assert 0 <= fill.protocol_fee <= fill.fee
    gross_out = sum(fill.paid)
    assert gross_out == fill.amount_out + (0 if deal.fee_on_input else fill.fee)
    net_in = fill.amount_in - (fill.fee if deal.fee_on_input else 0)
    worth = Fraction(deal.price, Q64) if deal.zero_for_one else Fraction(Q64, deal.price)
    assert gross_out <= net_in * worth
    if gross_out or deal.fee_on_input:
        charged = fill.amount_in if deal.fee_on_input else gross_out
        assert 0 <= fill.fee - Fraction(charged * deal.fee_rate, FEE_SCALE) < 2
    assert 0 <= fill.pool_in <= net_in


@given(st.integers(1, 10**14), st.integers(1, 10**15), terms)
def test_an_exact_output_of_a_bin_is_paid_for(wanted: int, held: int, deal: Terms) -> None:
    suppose_the_layers_fit(Depth(held), deal)
    fill = fill_exact_out(wanted, Depth(held), deal)
    assert fill.amount_out <= wanted
    if fill.amount_out < wanted:
        assert fill.paid.pool == held or fill.amount_in == U64_MAX
    worth = Fraction(deal.price, Q64) if deal.zero_for_one else Fraction(Q64, deal.price)
    net_in = fill.amount_in - (fill.fee if deal.fee_on_input else 0)
    assert fill.amount_out + fill.surplus <= fill.paid.pool <= net_in * worth


def test_without_orders_the_liquidity_providers_get_all_but_the_protocols_share() -> None:
    deal = Terms(price=Q64, fee_rate=10_000_000, protocol_share=500, zero_for_one=True, fee_on_input=True)
    fill = fill_exact_in(1_000_000, Depth(10**9), deal)
    assert (fill.fee, fill.protocol_fee, fill.amount_out) == (10_000, 500, 990_000)


def test_limit_orders_are_filled_behind_the_pools_own_liquidity() -> None:
    deal = Terms(price=Q64, fee_rate=10_000_000, protocol_share=500, zero_for_one=True, fee_on_input=True)
    fill = fill_exact_in(1_000_000, Depth(90_000, 500_000, 900_000), deal)
    assert fill.paid == (90_000, 500_000, 400_000)
    assert fill.pool_in == 90_000
    # 910 of the fee of 10,000 is the pool's; of the rest the orders and the protocol get half each.
    assert fill.protocol_fee == (10_000 - 910) // 2 + 910 * 500 // 10_000


@given(st.integers(1, 9_000), depths, terms)
def test_an_exact_output_pays_each_layer_its_own_ceiling(share: int, depth: Depth, deal: Terms) -> None:
    wanted = 1 + sum(depth) * share // 10_000
    gross = wanted if deal.fee_on_input else -(-wanted * FEE_SCALE // (FEE_SCALE - deal.fee_rate))
    assume(gross < sum(depth))
    suppose_the_layers_fit(depth, deal)
    fill = fill_exact_out(wanted, depth, deal)
    worth = Fraction(deal.price, Q64) if deal.zero_for_one else Fraction(Q64, deal.price)
    net_in = fill.amount_in - (fill.fee if deal.fee_on_input else 0)
    left, least = gross, 0
    for layer in depth:
        least += math.ceil(min(left, layer) / worth)
        left -= min(left, layer)
    assert fill.amount_out == wanted
    assert net_in >= least
    assert fill.surplus == (0 if deal.fee_on_input else sum(fill.paid) - fill.fee - wanted)


@pytest.mark.parametrize("exact_in", [True, False])
def test_a_bin_too_dear_for_64_bits_stops_every_swap_that_looks_at_it(exact_in: bool) -> None:
    dear = {"id": BIN_150 - 1, "amount_x": "0", "amount_y": str(U64_MAX // 2)}
    bins = [dear, {"id": BIN_150, "amount_x": "0", "amount_y": "1000"}]
    pool = DlmmState.from_json({**state_to_json(dlmm()), "bins": bins})
    swap, most = (pool.swap_exact_in, 6_000) if exact_in else (pool.swap_exact_out, 999)
    assert swap(True, most, NOW).fill.amount_out > 0
    with pytest.raises(PoolError) as caught:
        swap(True, 10_000 if exact_in else 1_001, NOW)
    assert caught.value.reason is (PoolErrorReason.OVERFLOW_U64)
    # The router's curve ends before it.
    assert len(list(pool.pieces(True, NOW))) == 1


def test_a_volatility_that_does_not_fit_32_bits_stops_the_pool_and_nothing_else() -> None:
    pool = dlmm()
    wild = replace(
        pool,
        parameters=replace(pool.parameters, reduction_factor=10_000, max_volatility_accumulator=2**32 - 1),
        volatility=replace(pool.volatility, accumulator=429_497, last_update_timestamp=NOW),
    )
    kept = NOW + pool.parameters.filter_period
    for swap in (wild.swap_exact_in, wild.swap_exact_out, wild.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(True, SOL, kept)
        assert caught.value.reason is PoolErrorReason.OVERFLOW_U64
    assert list(wild.pieces(True, kept)) == []
    assert wild.fee_ppm(kept) > 0
    assert wild.swap_exact_in(True, SOL, NOW).fill.amount_out > 0
    assert wild.swap_exact_in(True, SOL, NOW + pool.parameters.decay_period).fill.amount_out > 0


def with_orders(**orders: object) -> DlmmState:
    bins: list[dict[str, Any]] = [
        {"id": BIN_150, "amount_x": "0", "amount_y": "1000", **orders},
        {"id": BIN_150 + 1, "amount_x": "1000000", "amount_y": "0"},
    ]
    return DlmmState.from_json({**state_to_json(dlmm()), "supports_limit_orders": True, "bins": bins})


def test_an_order_a_swap_begins_becomes_a_processed_one() -> None:
    pool = with_orders(
        limit_order_ask_side=False, open_order_amount="5000000", processed_order_remaining_amount="2000000"
    )
    after = pool.swap_exact_in(True, 30_000_000, NOW).state_after
    orders = after.orders[BIN_150]
    assert orders.open_amount == 0
    assert 0 < orders.processed_remaining < 5_000_000
    assert DlmmState.from_json(state_to_json(after)) == after
    assert pool.orders[BIN_150].open_amount == 5_000_000


def test_orders_of_the_other_side_are_left_alone() -> None:
    pool = with_orders(limit_order_ask_side=True, open_order_amount="5000000", processed_order_remaining_amount="0")
    with pytest.raises(PoolError) as caught:
        pool.swap_exact_in(True, 30_000_000, NOW)
    assert caught.value.reason is PoolErrorReason.INSUFFICIENT_LIQUIDITY
    assert pool.swap_exact_in(False, 500_000, NOW).fill.amount_out > 1_000_000


def test_only_a_swap_that_moves_the_active_bin_stores_the_time() -> None:
    moved = dlmm().swap_exact_in(True, 30 * SOL, NOW).state_after
    assert moved.active_id == BIN_150 - 1
    assert (moved.volatility.accumulator, moved.volatility.last_update_timestamp) == (10_000, NOW)
    state, references = moved, []
    for _ in range(3):
        state = state.swap_exact_in(True, 1_000_000, NOW + 60).state_after
        references.append(state.volatility.reference)
        assert state.volatility.last_update_timestamp == NOW
    assert references == [5_000, 2_500, 1_250]


def test_the_fee_grows_by_the_bin_and_is_forgotten_in_time() -> None:
    pool = dlmm()
    moved = pool.swap_exact_in(True, 300 * SOL, NOW).state_after
    assert pool.fee_ppm(NOW) == 1_000
    assert moved.fee_ppm(NOW) > moved.fee_ppm(NOW + 60) > moved.fee_ppm(NOW + 3_600) == 1_000


def test_the_fee_never_exceeds_ten_percent() -> None:
    pool = dlmm()
    wild = replace(pool, parameters=replace(pool.parameters, variable_fee_control=2**32 - 1))
    assert wild.swap_exact_in(True, 500 * SOL, NOW).state_after.fee_ppm(NOW) == 100_000


@pytest.mark.parametrize("zero_for_one", [True, False])
def test_running_out_of_bins_is_insufficient_liquidity(zero_for_one: bool) -> None:
    for swap in (dlmm().swap_exact_in, dlmm().swap_exact_out, dlmm().quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(zero_for_one, 10**15, NOW)
        assert caught.value.reason is PoolErrorReason.INSUFFICIENT_LIQUIDITY


@given(st.integers(1, 3_000 * SOL), st.booleans(), st.integers(0, 1))
def test_a_swap_copies_only_the_blocks_it_touches(amount: int, zero_for_one: bool, mode: int) -> None:
    pool = dlmm(collect_fee_mode=mode)
    try:
        after = pool.swap_exact_in(zero_for_one, amount, NOW).state_after
    except PoolError:
        return
    for position, (old, new) in enumerate(zip(pool.amounts.all(), after.amounts.all(), strict=True)):
        bin_id = pool.ladder.ids[position]
        inside = min(BIN_150, after.active_id) <= bin_id <= max(BIN_150, after.active_id)
        assert inside or old == new
    shared = [old is new for old, new in zip(pool.amounts.blocks, after.amounts.blocks, strict=True)]
    assert any(shared)
    assert after.ladder is pool.ladder


@given(st.integers(1, 3_000 * SOL), st.booleans(), st.integers(0, 1), st.booleans())
def test_fees_leave_the_bins(amount: int, zero_for_one: bool, mode: int, exact_in: bool) -> None:
    pool = dlmm(collect_fee_mode=mode)
    try:
        outcome = (pool.swap_exact_in if exact_in else pool.swap_exact_out)(zero_for_one, amount, NOW)
    except PoolError:
        return
    fill = outcome.fill
    (x, y), (x_after, y_after) = pool.backing(), outcome.state_after.backing()
    gained, lost = (x_after - x, y - y_after) if zero_for_one else (y_after - y, x - x_after)
    assert fill.amount_in - (fill.fee if fill.fee_on_input else 0) == gained
    kept = lost - fill.amount_out - (0 if fill.fee_on_input else fill.fee)
    # What an exact output with the fee on its input leaves over is nobody's: it stays in the vault, outside of any bin.
    assert kept >= 0 if fill.fee_on_input and not exact_in else kept == 0


def test_a_table_of_bins_replaces_some_and_keeps_the_rest() -> None:
    table = BinAmounts.of([(n, n) for n in range(100)])
    changed = table.replaced({0: (7, 7), 31: (8, 8), 32: (9, 9), 99: (1, 2)})
    assert [changed.at(n) for n in (0, 1, 31, 32, 99)] == [(7, 7), (1, 1), (8, 8), (9, 9), (1, 2)]
    assert table.all() == [(n, n) for n in range(100)]


@pytest.mark.parametrize(
    "bins",
    [
        [{"id": BIN_150, "amount_x": "1", "amount_y": "-1"}],
        [{"id": BIN_150 + 1, "amount_x": "1", "amount_y": "1"}],
        [{"id": BIN_150 - 1, "amount_x": "1", "amount_y": "1"}],
        [{"id": BIN_150, "amount_x": "1", "amount_y": "1"}] * 2,
        [{"id": 443_637, "amount_x": "1", "amount_y": "0"}],
        [{"id": BIN_150, "amount_x": str(U64_MAX + 1), "amount_y": "0"}],
        [3],
    ],
)
def test_bins_that_make_no_sense_are_refused(bins: list[object]) -> None:
    with pytest.raises(PoolError) as caught:
        DlmmState.from_json({**state_to_json(dlmm()), "bins": bins})
    assert caught.value.reason is PoolErrorReason.INVALID_STATE
