"""What the earlier engines say of routing, each claim by the row it stands in."""

import pytest

from tests.contract.router.conftest import OpenWorld
from tests.pools import a_pool, cpmm

SOL_HELD = 50_000 * 10**9
DEAR, CHEAP = "dear-pool", "cheap-pool"


@pytest.mark.parametrize(
    ("dear_usdc", "chosen"),
    [
        # 0.5 % more before fees, 0.9 % less after them.
        (7_537_500 * 10**6, CHEAP),
        # 2 % more before fees is more after them too.
        (7_650_000 * 10**6, DEAR),
    ],
)
async def test_s1_15_s5_34_the_best_after_fees_is_chosen(open_world: OpenWorld, dear_usdc: int, chosen: str) -> None:
    dear = a_pool(DEAR, state=cpmm(SOL_HELD, dear_usdc, fee=10_000))
    cheap = a_pool(CHEAP, state=cpmm(SOL_HELD, 7_500_000 * 10**6, fee=1_000))
    world = await open_world([dear, cheap])
    answer = await world.route(amount_in=10**6)
    assert [leg.pool_id for leg in answer.route.legs] == [chosen]


@pytest.mark.parametrize("amount_in", [10**6, 10**9, 10**12])
async def test_s2_11_s4_01_s4_02_the_order_gets_the_best_price_there_is(open_world: OpenWorld, amount_in: int) -> None:
    world = await open_world()
    answer = await world.route(amount_in=amount_in)
    assert {quote.venue for quote in answer.quotes} == {"raydium", "meteora"}
    assert answer.route.amount_out >= max(quote.amount_out for quote in answer.quotes)
