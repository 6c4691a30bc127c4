"""An event as clients see it: JSON that is stored, sent and replayed without being parsed again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderAccepted,
    OrderCancelled,
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
from pools.basis_points import shortfall_bps
from pools.plain_numbers import amount, plain, price

_ENCODER: Final = msgspec.json.Encoder()


def frame_of(order: Order, event: OrderEvent) -> str:
    """Return the frame of the event that led to this state of the order.

    Amounts are whole tokens as exact decimal numbers, with base units beside them as texts. Tokens are symbols, with
    the mint beside them.
    """
    return _frame(order.order_id, order.version, order.status, _details(order, event), order.updated_at)


def first_routing_frame(order_id: UUID, at: datetime) -> str:
    """Return the frame of an untouched order's first RoutingStarted, which does not depend on the order's contents."""
    return _frame(order_id, 2, OrderStatus.ROUTING, {"attempt": 1}, at)


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


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
        case OrderAccepted(symbol_in, symbol_out):
            return {
                "type": order.order_type,
                "tokenIn": symbol_in or order.mint_in,
                "tokenInMint": order.mint_in,
                "tokenOut": symbol_out or order.mint_out,
                "tokenOutMint": order.mint_out,
                **amount("amountIn", order.amount_in, order.decimals_in),
                "slippageBps": order.slippage_bps,
            }
        case RoutingStarted():
            return {"attempt": order.attempt}
        case RouteChosen():
            return _routing_complete(order)
        case SwapBuilt(swap_id, least):
            return {
                "dex": _venue(order),
                **amount("minAmountOut", least, order.decimals_out),
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
        case OrderCancelled():
            return {"attempts": order.attempt}


def _venue(order: Order) -> str:
    assert order.route is not None
    return order.route.venue


def _routing_complete(order: Order) -> Mapping[str, Any]:
    route = order.route
    assert route is not None
    return {
        "dex": route.venue,
        **amount("amountOut", route.amount_out, order.decimals_out),
        "priceImpactBps": route.price_impact_bps,
        "attempt": order.attempt,
        "slot": route.slot,
        **route.presented_json(),
    }


def _confirmed(order: Order, event: SwapConfirmed) -> Mapping[str, Any]:
    assert order.quoted_amount_out
    return {
        "dex": _venue(order),
        "txHash": event.tx_signature,
        **amount("amountOut", event.amount_out, order.decimals_out),
        "executedPrice": price(event.amount_out, order.decimals_out, order.amount_in, order.decimals_in),
        "slot": event.slot,
        "shortfallBps": plain(shortfall_bps(order.quoted_amount_out, event.amount_out)),
        "attempt": order.attempt,
    }
