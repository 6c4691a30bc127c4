"""Mid prices as they change, at most once a slot."""

from collections.abc import AsyncGenerator, Collection
from typing import NamedTuple

from pools.plain_numbers import price_text
from router_service.application.market_view import MarketView
from router_service.application.ports import Market
from router_service.domain.trading_pool import TradingPool


class PoolPrice(NamedTuple):
    """The price of one pool: whole tokens 1 for one whole token 0."""

    pool: TradingPool
    mid_price: str


class PriceChange(NamedTuple):
    """The prices that differ from those before, as of one view."""

    view: MarketView
    prices: list[PoolPrice]


def mid_price(pool: TradingPool, view: MarketView) -> str:
    """Return the mid price in whole tokens, as a plain decimal: see `price_text`."""
    numerator, denominator = pool.state.mid_price()
    shift = view.tokens[pool.mint_0].decimals - view.tokens[pool.mint_1].decimals
    return price_text(numerator, denominator, shift)


async def watch_prices(market: Market, mints: Collection[str]) -> AsyncGenerator[PriceChange, None]:
    """Yield all prices, then the changed ones. Slots that pass while the reader is busy become one change.

    With `mints`, only pools that trade one of them.
    """
    view: MarketView | None = None
    known: dict[str, str] = {}
    while True:
        first = view is None
        view = market.newest() if first else await market.newer_than(view)
        changed: list[PoolPrice] = []
        for pool in view.pools.values():
            if mints and pool.mint_0 not in mints and pool.mint_1 not in mints:
                continue
            price = mid_price(pool, view)
            if known.get(pool.pool_id) != price:
                known[pool.pool_id] = price
                changed.append(PoolPrice(pool, price))
        if changed or first:
            yield PriceChange(view, changed)
