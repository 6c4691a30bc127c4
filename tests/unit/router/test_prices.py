import asyncio
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router_service.application.market_view import MarketView, Token
from router_service.application.watch_prices import mid_price, watch_prices
from router_service.domain.routing_table import RoutingTable
from router_service.domain.trading_pool import TradingPool
from tests.pools import NOW, SOL, USDC, a_pool, cpmm


def a_view(pool: TradingPool, decimals_0: int = 9, decimals_1: int = 6, slot: int = 1) -> MarketView:
    tokens = {SOL: Token(SOL, "SOL", "", decimals_0), USDC: Token(USDC, "USDC", "", decimals_1)}
    return MarketView(slot, NOW * 1000, 0.0, tokens, {pool.pool_id: pool}, {}, RoutingTable([pool], NOW))


reserves = st.integers(1, 2**64 - 1)


@settings(deadline=None)
@given(reserves, reserves, st.integers(0, 18), st.integers(0, 18))
def test_a_price_is_plain_decimal_and_right_to_eighteen_digits(one: int, other: int, dec_0: int, dec_1: int) -> None:
    pool = a_pool(state=cpmm(one, other))
    text = mid_price(pool, a_view(pool, dec_0, dec_1))
    assert set(text) <= set("0123456789.")
    assert len(text.replace(".", "").strip("0")) <= 18
    exact = Fraction(other, 10**dec_1) / Fraction(one, 10**dec_0)
    assert abs(Fraction(text) - exact) <= exact / 10**17


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [(10**9, 150 * 10**6, "150"), (3 * 10**9, 10**6, "0.333333333333333333"), (10**18, 1, "0.000000000000001")],
)
def test_prices_are_written_without_trailing_zeros_or_exponents(one: int, other: int, text: str) -> None:
    pool = a_pool(state=cpmm(one, other))
    assert mid_price(pool, a_view(pool)) == text


class Slots:
    """A market whose views are handed out one by one."""

    def __init__(self, first: MarketView) -> None:
        self.first = first
        self.later: asyncio.Queue[MarketView] = asyncio.Queue()

    def newest(self) -> MarketView:
        return self.first

    async def newer_than(self, view: MarketView | None) -> MarketView:
        return await self.later.get()


async def test_a_slot_without_a_change_is_not_told() -> None:
    pool, moved = a_pool(state=cpmm(10**9, 10**8)), a_pool(state=cpmm(10**9, 10**9), slot=9)
    market = Slots(a_view(pool))
    changes = watch_prices(market, ())
    assert [price.mid_price for price in (await anext(changes)).prices] == ["100"]
    for slot, pool_then in ((2, pool), (3, a_pool(state=cpmm(2 * 10**9, 2 * 10**8))), (4, moved)):
        market.later.put_nowait(a_view(pool_then, slot=slot))
    change = await anext(changes)
    assert change.view.slot == 4
    assert [price.mid_price for price in change.prices] == ["1000"]
    await changes.aclose()
