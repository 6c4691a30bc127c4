"""Which swaps have no possible meaning."""

from dataclasses import replace

import pytest

from market_service.chain.swaps import Swap, SwapLeg, SwapRefusal
from market_service.chain.validation import refusal_of
from tests.unit.market.builders import RAY, SOL, USDC, a_pool, a_swap

POOLS = {
    pool.info.pool_id: pool
    for pool in (a_pool("direct"), a_pool("in", SOL, RAY), a_pool("out", RAY, USDC), a_pool("back", USDC, SOL))
}
TWO_HOPS = (SwapLeg("in", SOL, 10), SwapLeg("out", RAY, 5))


def refuse(swap: Swap, *, scenarios_on: bool = True) -> SwapRefusal | None:
    return refusal_of(swap, pools=POOLS, mints=frozenset({SOL, USDC, RAY}), scenarios_on=scenarios_on)


@pytest.mark.parametrize("legs", [(SwapLeg("direct", SOL, 10),), TWO_HOPS, (*TWO_HOPS, SwapLeg("direct", SOL, 3))])
def test_a_coherent_swap_is_taken(legs: tuple[SwapLeg, ...]) -> None:
    assert refuse(a_swap(*legs)) is None


@pytest.mark.parametrize(
    ("swap", "field"),
    [
        (a_swap(SwapLeg("direct", SOL, 10), swap_id="not-a-uuid"), "swap_id"),
        (a_swap(SwapLeg("direct", SOL, 10), account_id=""), "account_id"),
        (a_swap(SwapLeg("direct", SOL, 10), account_id="a" * 65), "account_id"),
        (a_swap(SwapLeg("direct", SOL, 10), account_id="new\nline"), "account_id"),
        (a_swap(SwapLeg("direct", SOL, 10), account_id="nul\0"), "account_id"),
        (replace(a_swap(SwapLeg("direct", SOL, 10)), order_tag="t" * 65), "order_tag"),
        (replace(a_swap(SwapLeg("direct", SOL, 10)), submitter="s" * 65), "submitter"),
        (replace(a_swap(SwapLeg("direct", SOL, 10)), attempt=2**31), "attempt"),
        (a_swap(SwapLeg("direct", SOL, 10), mint_out=SOL), "mint_out"),
        (a_swap(SwapLeg("direct", SOL, 10), amount_in=0), "amount_in"),
        (a_swap(SwapLeg("direct", SOL, 10), amount_in=11), "amount_in"),
        (a_swap(), "amount_in"),
        (a_swap(amount_in=5), "legs"),
        (a_swap(*[SwapLeg("direct", SOL, 1)] * 17), "legs"),
        (a_swap(SwapLeg("nowhere", SOL, 10)), "legs[0].pool_id"),
        (a_swap(SwapLeg("out", SOL, 10)), "legs[0].mint_in"),
        (a_swap(SwapLeg("direct", SOL, 10), SwapLeg("direct", SOL, 0)), "legs[1].amount_in"),
        (a_swap(SwapLeg("out", RAY, 5), SwapLeg("in", SOL, 10)), "legs[0].mint_in"),
        (a_swap(SwapLeg("direct", SOL, 10), SwapLeg("back", USDC, 5)), "legs[1].mint_in"),
        (a_swap(*TWO_HOPS, SwapLeg("in", SOL, 10)), "legs[2].pool_id"),
        (a_swap(SwapLeg("in", SOL, 10)), "legs"),
        (a_swap(SwapLeg("direct", SOL, 10), SwapLeg("in", SOL, 10)), "legs"),
        (a_swap(SwapLeg("direct", SOL, 10), scenario="unheard of"), "scenario"),
    ],
)
def test_a_swap_without_a_meaning_is_refused_naming_the_field(swap: Swap, field: str) -> None:
    refusal = refuse(swap)
    assert refusal is not None
    assert refusal.reason == "INVALID_SWAP"
    assert refusal.field == field
    assert field in refusal.detail


def test_an_unknown_mint_has_a_reason_of_its_own() -> None:
    refusal = refuse(a_swap(SwapLeg("direct", SOL, 10), mint_out="nothing"))
    assert refusal is not None
    assert (refusal.reason, refusal.field) == ("UNKNOWN_MINT", "mint_out")


def test_scenarios_are_refused_unless_switched_on() -> None:
    swap = a_swap(SwapLeg("direct", SOL, 10), scenario="fail_once")
    assert refuse(swap) is None
    refusal = refuse(swap, scenarios_on=False)
    assert refusal is not None
    assert refusal.reason == "SCENARIOS_OFF"
