"""The output of a route now: its legs, quoted again on the present state of the pools."""

from collections.abc import Mapping

from pools.errors import PoolError
from pools.intermediate import LegInputs
from router_service.domain.routes import Route
from router_service.domain.trading_pool import TradingPool


def output_now(route: Route, pools: Mapping[str, TradingPool], now: int) -> int:
    """Return the route's present output in base units, by exact quotes; 0 when a leg cannot be filled any more.

    Legs spend what the market would let them spend (`LegInputs`). `now` is the market's time in unix seconds.
    """
    inputs = LegInputs(route.mint_in, ((leg.quote.side.mint_in, leg.quote.amount_in) for leg in route.legs))
    received = 0
    for leg in route.legs:
        side = leg.quote.side
        amount_in = inputs.next(side.mint_in, leg.quote.amount_in)
        amount_out = _output(pools.get(side.pool.pool_id), side.mint_in, amount_in, now)
        if not amount_out:
            return 0
        inputs.add(side.mint_out, amount_out)
        if side.mint_out == route.mint_out:
            received += amount_out
    return received


def _output(pool: TradingPool | None, mint_in: str, amount_in: int, now: int) -> int:
    try:
        return 0 if pool is None else pool.side(mint_in, now).quote(amount_in).amount_out
    except PoolError:
        return 0
