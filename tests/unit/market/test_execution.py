"""What a swap does to pools and wallets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_service.chain.execution import SwapFailed, execute
from market_service.chain.swaps import Failure, SwapLeg
from tests.unit.market.builders import RAY, SOL, USDC, a_draft, a_pool, a_swap


def test_one_leg_moves_wallet_and_pool_alike() -> None:
    draft = a_draft(a_pool(), SOL=10**12)
    (fill,) = execute(a_swap(SwapLeg("pool", SOL, 10**9)), draft, now_ms=0, slot=7)
    after = draft.pool("pool")
    assert draft.balance("alice", SOL) == 10**12 - 10**9
    assert draft.balance("alice", USDC) == fill.amount_out > 0
    assert (after.vault_0, after.vault_1) == (10**15 + 10**9, 10**14 - fill.amount_out)
    assert after.slot == 7


def test_the_least_output_passes_when_met_exactly_and_fails_one_unit_above() -> None:
    leg = SwapLeg("pool", SOL, 10**9)
    (fill,) = execute(a_swap(leg), a_draft(a_pool(), SOL=10**12), now_ms=0, slot=1)
    execute(a_swap(leg, min_amount_out=fill.amount_out), a_draft(a_pool(), SOL=10**12), now_ms=0, slot=1)
    draft = a_draft(a_pool(), SOL=10**12)
    with pytest.raises(SwapFailed) as failed:
        execute(a_swap(leg, min_amount_out=fill.amount_out + 1), draft, now_ms=0, slot=1)
    assert failed.value.failure is Failure.SLIPPAGE_EXCEEDED
    assert not draft.pools
    assert not draft.wallets


def test_the_least_output_is_compared_with_the_sum_over_all_legs() -> None:
    legs = (SwapLeg("one", SOL, 6 * 10**8), SwapLeg("two", SOL, 4 * 10**8))
    pools = (a_pool("one"), a_pool("two"))
    fills = execute(a_swap(*legs), a_draft(*pools, SOL=10**12), now_ms=0, slot=1)
    total = sum(fill.amount_out for fill in fills)
    execute(a_swap(*legs, min_amount_out=total), a_draft(*pools, SOL=10**12), now_ms=0, slot=1)
    with pytest.raises(SwapFailed):
        execute(a_swap(*legs, min_amount_out=total + 1), a_draft(*pools, SOL=10**12), now_ms=0, slot=1)


def test_a_wallet_with_too_little_fails_and_with_just_enough_passes() -> None:
    swap = a_swap(SwapLeg("pool", SOL, 10**9))
    execute(swap, a_draft(a_pool(), SOL=10**9), now_ms=0, slot=1)
    with pytest.raises(SwapFailed) as failed:
        execute(swap, a_draft(a_pool(), SOL=10**9 - 1), now_ms=0, slot=1)
    assert failed.value.failure is Failure.INSUFFICIENT_FUNDS


def test_a_later_leg_that_cannot_be_filled_undoes_the_earlier_ones() -> None:
    pools = (a_pool("one"), a_pool("dust", reserve_0=10**15, reserve_1=1))
    draft = a_draft(*pools, SOL=10**12)
    with pytest.raises(SwapFailed) as failed:
        execute(a_swap(SwapLeg("one", SOL, 10**9), SwapLeg("dust", SOL, 10**9)), draft, now_ms=0, slot=1)
    assert failed.value.failure is Failure.INSUFFICIENT_LIQUIDITY
    assert not draft.pools
    assert not draft.wallets


def test_legs_of_an_intermediate_mint_share_what_was_really_brought_and_the_last_takes_the_rest() -> None:
    pools = (
        a_pool("first", SOL, RAY, reserve_1=10**15 + 7),
        a_pool("left", RAY, USDC),
        a_pool("right", RAY, USDC),
    )
    legs = (SwapLeg("first", SOL, 10**9), SwapLeg("left", RAY, 1), SwapLeg("right", RAY, 6))
    draft = a_draft(*pools, SOL=10**12)
    first, left, right = execute(a_swap(*legs), draft, now_ms=0, slot=1)
    assert first.amount_out % 7, "the shares must not divide evenly for this test to mean anything"
    assert left.amount_in == first.amount_out // 7
    assert right.amount_in == first.amount_out - left.amount_in
    assert draft.balance("alice", RAY) == 0


def test_two_legs_through_one_pool_see_each_other() -> None:
    draft = a_draft(a_pool(), SOL=10**13)
    first, second = execute(a_swap(SwapLeg("pool", SOL, 10**12), SwapLeg("pool", SOL, 10**12)), draft, now_ms=0, slot=1)
    assert second.amount_out < first.amount_out


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["one", "two"]), st.booleans(), st.integers(1, 10**13)), min_size=1, max_size=12)
)
def test_no_base_unit_appears_or_vanishes(trades: list[tuple[str, bool, int]]) -> None:
    draft = a_draft(a_pool("one"), a_pool("two", reserve_1=10**13), SOL=10**14, USDC=10**14)
    for pool_id, sells_sol, amount in trades:
        mint_in, mint_out = (SOL, USDC) if sells_sol else (USDC, SOL)
        swap = a_swap(SwapLeg(pool_id, mint_in, amount), mint_in=mint_in, mint_out=mint_out)
        try:
            execute(swap, draft, now_ms=0, slot=1)
        except SwapFailed:
            continue
    pools = [draft.pool("one"), draft.pool("two")]
    assert draft.balance("alice", SOL) + sum(pool.vault_0 for pool in pools) == 10**14 + 2 * 10**15
    assert draft.balance("alice", USDC) + sum(pool.vault_1 for pool in pools) == 10**14 + 10**14 + 10**13
    for pool in pools:
        backing_0, backing_1 = pool.state.backing()
        assert backing_0 <= pool.vault_0
        assert backing_1 <= pool.vault_1
