"""What an order's owner should know before it is sent: nothing here refuses an order."""

from collections.abc import Iterator
from decimal import Decimal
from statistics import median_low
from typing import Any, Final

from gateway.edge.amounts import decimal_text
from gateway.orders.codec import NewOrder
from tradewind.market.v1 import market_pb2
from tradewind.router.v1 import router_pb2 as pb

# 1 %.
HIGH_IMPACT_BPS: Final = 100
# Worse than the pools' middle price by fees and impact of an ordinary order, and more.
FAR_BPS: Final = 300
# Of fewer base units, one that is rounded away is a basis point or more.
DUST_BASE_UNITS: Final = 10_000

Warned = dict[str, Any]


def of_amount(order: NewOrder) -> Iterator[Warned]:
    """Yield what the amount alone shows."""
    if order.amount_in < DUST_BASE_UNITS:
        yield _warning(
            "dust",
            f"{order.amount_in} base units of {order.token_in.symbol} are so few that rounding alone may cost "
            f"{_percent(10_000 // order.amount_in)}.",
            "/amountIn",
        )


def of_route(order: NewOrder, route: pb.Route, pools: pb.ListPoolsResponse | None) -> Iterator[Warned]:
    """Yield what the route that the order would take now shows; without `pools`, nothing of the reference price."""
    if route.price_impact_bps > HIGH_IMPACT_BPS:
        yield _warning(
            "high_price_impact", f"The order itself moves the price by {_percent(route.price_impact_bps)}.", "/amountIn"
        )
    if route.amount_out < DUST_BASE_UNITS <= order.amount_in:
        yield _warning(
            "dust",
            f"It buys {route.amount_out} base units of {order.token_out.symbol}, so few that rounding alone may cost "
            f"{_percent(10_000 // max(1, route.amount_out))}.",
            "/amountIn",
        )
    behind_bps = _behind_reference(order, route, pools) if pools is not None else None
    if behind_bps is not None and behind_bps > FAR_BPS:
        yield _warning(
            "far_from_reference",
            f"The price is {_percent(behind_bps)} worse than the middle price of the pools of this pair.",
            "/tokenOut",
        )


def of_wallet(order: NewOrder, wallet: market_pb2.GetBalancesResponse) -> Iterator[Warned]:
    """Yield a warning when the wallet holds less than the order sells."""
    held = next((balance.amount for balance in wallet.balances if balance.mint == order.token_in.mint), 0)
    if held < order.amount_in:
        symbol, decimals = order.token_in.symbol, order.token_in.decimals
        yield _warning(
            "insufficient_balance",
            f"The wallet holds {decimal_text(held, decimals)} {symbol}; the order sells "
            f"{decimal_text(order.amount_in, decimals)}.",
            "/amountIn",
        )


def _behind_reference(order: NewOrder, route: pb.Route, pools: pb.ListPoolsResponse) -> int | None:
    """Return by how many basis points the price is worse than the median of the pair's mid prices; None without one."""
    sold, bought = order.token_in, order.token_out
    mids = [
        Decimal(pool.mid_price) if pool.mint_0 == sold.mint else 1 / Decimal(pool.mid_price)
        for pool in pools.pools
        if {pool.mint_0, pool.mint_1} == {sold.mint, bought.mint} and pool.mid_price and Decimal(pool.mid_price) > 0
    ]
    if not mids:
        return None
    price = Decimal(route.amount_out).scaleb(-bought.decimals) / Decimal(order.amount_in).scaleb(-sold.decimals)
    reference = median_low(mids)
    return int((reference - price) * 10_000 / reference)


def _warning(code: str, detail: str, pointer: str) -> Warned:
    return {"code": code, "pointer": pointer, "detail": detail}


def _percent(bps: int) -> str:
    return f"{decimal_text(bps, 2)} %"
