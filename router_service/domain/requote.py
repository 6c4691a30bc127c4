"""What a route would pay now: its legs, walked again over the pools as they are."""

from collections.abc import Mapping

from pools.errors import PoolError
from router_service.domain.routes import Route
from router_service.domain.trading_pool import TradingPool


def output_now(route: Route, pools: Mapping[str, TradingPool], now: int) -> int:
    """Return the route's present output in base units, by exact quotes; 0 when a leg cannot be filled any more.

    Legs that sell the route's input spend what they were quoted for. Legs that sell an intermediate token share what
    the earlier legs bring now, in proportion to their quoted amounts, rounded down; the last of them takes the rest.
    This is how the market executes them. `now` is the market's time in unix seconds.
    """
    brought: dict[str, int] = {}
    left: dict[str, int] = {}
    quoted: dict[str, int] = {}
    for leg in route.legs:
        quoted[leg.quote.side.mint_in] = quoted.get(leg.quote.side.mint_in, 0) + leg.quote.amount_in
    unsold = dict(quoted)
    for leg in route.legs:
        mint_in, mint_out, weight = leg.quote.side.mint_in, leg.quote.side.mint_out, leg.quote.amount_in
        amount_in = weight
        unsold[mint_in] -= weight
        if mint_in != route.mint_in:
            amount_in = left[mint_in] if unsold[mint_in] == 0 else brought[mint_in] * weight // quoted[mint_in]
            left[mint_in] -= amount_in
        pool = pools.get(leg.quote.side.pool.pool_id)
        try:
            amount_out = 0 if pool is None else pool.side(mint_in, now).quote(amount_in).amount_out
        except PoolError:
            amount_out = 0
        if not amount_out:
            return 0
        brought[mint_out] = brought.get(mint_out, 0) + amount_out
        left[mint_out] = left.get(mint_out, 0) + amount_out
    return brought[route.mint_out]
