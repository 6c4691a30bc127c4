"""An event as clients see it: JSON that is stored, sent and replayed without being parsed again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderAccepted,
    OrderEvent,
    OrderFailed,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import Order
from pools.basis_points import BPS

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def frame_of(order: Order, event: OrderEvent) -> str:
    """Return the frame of the event that led to this state of the order.

    Amounts in whole tokens are exact decimal numbers; beside them stand base units as strings.
    """
    return _frame(order.order_id, order.version, order.status, _details(order, event), order.updated_at)


def first_routing_frame(order_id: UUID, at: datetime) -> str:
    """Return the frame of an untouched order's first RoutingStarted, which does not depend on the order's contents."""
    return _frame(order_id, 2, OrderStatus.ROUTING, {"attempt": 1}, at)


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def whole_tokens(amount: int, decimals: int) -> Decimal:
    """Return base units as whole tokens, exactly and without trailing zeros."""
    if decimals == 0 or amount == 0:
        return Decimal(amount)
    text = str(amount).rjust(decimals + 1, "0")
    fraction = text[-decimals:].rstrip("0")
    return Decimal(f"{text[:-decimals]}.{fraction}" if fraction else text[:-decimals])


def executed_price(order: Order) -> Decimal | None:
    """Return whole tokens bought for one whole token sold, at 12 significant digits; None before the fill."""
    if order.executed_amount_out is None:
        return None
    sold = whole_tokens(order.amount_in, order.decimals_in)
    return _significant(whole_tokens(order.executed_amount_out, order.decimals_out) / sold)


def slippage_against_quote_bps(order: Order) -> Decimal:
    """Return how far the fill was below the quote, in 1/10,000 with two places; negative when it was above."""
    assert order.quoted_amount_out
    assert order.executed_amount_out is not None
    short = order.quoted_amount_out - order.executed_amount_out
    return (Decimal(short * BPS) / order.quoted_amount_out).quantize(Decimal("0.01"))


def _frame(order_id: UUID, sequence: int, status: OrderStatus, details: Mapping[str, Any], at: datetime) -> str:
    return _ENCODER.encode(
        {
            "orderId": str(order_id),
            "sequence": sequence,
            "status": status,
            "details": details,
            "timestamp": timestamp(at),
        }
    ).decode()


def _details(order: Order, event: OrderEvent) -> Mapping[str, Any]:
    match event:
        case OrderAccepted():
            return {
                "type": order.order_type,
                "tokenIn": order.mint_in,
                "tokenOut": order.mint_out,
                "amountIn": whole_tokens(order.amount_in, order.decimals_in),
                "slippageBps": order.slippage_bps,
            }
        case RoutingStarted():
            return {"attempt": order.attempt}
        case RouteChosen():
            return _routing_complete(order)
        case SwapBuilt(swap_id, least):
            return {
                "dex": _venue(order),
                "minAmountOut": whole_tokens(least, order.decimals_out),
                "minAmountOutBaseUnits": str(least),
                "swapId": str(swap_id),
                "attempt": order.attempt,
            }
        case SwapSubmitted():
            return {"dex": _venue(order), "attempt": order.attempt, "swapId": str(order.swap_id)}
        case SwapConfirmed():
            return _confirmed(order, event)
        case AttemptFailed():
            return {
                "reason": event.reason.lower(),
                "detail": event.detail,
                "attempt": order.attempt,
                "retryInMs": event.retry_in_ms,
            }
        case OrderFailed():
            return {"reason": event.reason.lower(), "detail": event.detail, "attempts": order.attempt}
    return {}


def _venue(order: Order) -> str:
    assert order.route is not None
    return order.route.venue


def _routing_complete(order: Order) -> Mapping[str, Any]:
    route = order.route
    assert route is not None
    return {
        "dex": route.venue,
        "amountOut": whole_tokens(route.amount_out, order.decimals_out),
        "amountOutBaseUnits": str(route.amount_out),
        "fee": whole_tokens(route.fee, order.decimals_out),
        "priceImpactBps": route.price_impact_bps,
        "attempt": order.attempt,
        "slot": route.slot,
        **route.presented_json(),
    }


def _confirmed(order: Order, event: SwapConfirmed) -> Mapping[str, Any]:
    return {
        "dex": _venue(order),
        "txHash": event.tx_signature,
        "amountOut": whole_tokens(event.amount_out, order.decimals_out),
        "amountOutBaseUnits": str(event.amount_out),
        "executedPrice": executed_price(order),
        "slot": event.slot,
        "slippageBps": slippage_against_quote_bps(order),
        "attempt": order.attempt,
    }


def _significant(value: Decimal) -> Decimal:
    rounded = Decimal(f"{value:.12g}")
    return Decimal(f"{rounded:f}").normalize() + 0
