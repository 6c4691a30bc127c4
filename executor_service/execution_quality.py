"""How well orders were executed: the worker that records an order's end counts it once."""

from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

from executor_service.domain.lifecycle import TERMINAL, OrderStatus
from executor_service.domain.order import Order
from executor_service.domain.route import Route
from pools.basis_points import BPS
from servicekit.bulk_metrics import counted_in_bulk, in_bulk

_ORDER_SECONDS: Final = Histogram(
    "tradewind_order_seconds",
    "Time from an order's acceptance to its end, on the market's clock, by the status it ended with.",
    ["status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 20, 30, 60),
)
_ATTEMPTS: Final = Histogram(
    "tradewind_order_attempts", "Attempts that an order took until its end.", buckets=(0, 1, 2, 3, 4, 5, 10)
)
_SHORTFALL_BPS: Final = Histogram(
    "tradewind_fill_shortfall_bps",
    "What a fill paid below its quote, in 1/10,000 of the quote; negative: it paid more.",
    buckets=(-100, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100, 200, 500),
)
_IMPACT_BPS: Final = Histogram(
    "tradewind_fill_price_impact_bps",
    "How far a fill's route was quoted to move its pools' prices, in 1/10,000.",
    buckets=(0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000),
)
_FILLS: Final = Counter(
    "tradewind_fills", "Fills, by the form of their route: single, split, chain, split_chain.", ["form"]
)
_LEGS: Final = Counter("tradewind_fill_legs", "Swaps through one pool that fills were made of, by venue.", ["venue"])

_order_timed: Final = {status: in_bulk(_ORDER_SECONDS.labels(status=status.value).observe) for status in TERMINAL}
_attempts_taken: Final = in_bulk(_ATTEMPTS.observe)
_shortfall_found: Final = in_bulk(_SHORTFALL_BPS.observe)
_impact_quoted: Final = in_bulk(_IMPACT_BPS.observe)
_fill_counted: Final = cache(lambda form: counted_in_bulk(_FILLS.labels(form=form).inc))
_leg_counted: Final = cache(lambda venue: counted_in_bulk(_LEGS.labels(venue=venue).inc))


def order_ended(order: Order) -> None:
    """Note the order's duration and attempts, and how its fill compares with its quote."""
    _order_timed[order.status]((order.updated_at - order.created_at).total_seconds())
    _attempts_taken(order.attempt)
    if order.status is OrderStatus.CONFIRMED:
        _fill_made(order)


def route_form(route: Route) -> str:
    """Return whether a route uses one pool, shares an amount between pools, goes through another token, or both."""
    is_chain = any(leg.mint_out != route.legs[-1].mint_out for leg in route.legs)
    is_split = any(leg.share_bps < BPS for leg in route.legs)
    if is_chain:
        return "split_chain" if is_split else "chain"
    return "split" if is_split else "single"


def _fill_made(order: Order) -> None:
    assert order.route is not None
    assert order.quoted_amount_out is not None
    assert order.executed_amount_out is not None
    _shortfall_found((1 - order.executed_amount_out / order.quoted_amount_out) * BPS)
    _impact_quoted(order.route.price_impact_bps)
    _fill_counted(route_form(order.route))(1)
    for leg in order.route.legs:
        _leg_counted(leg.venue)(1)
