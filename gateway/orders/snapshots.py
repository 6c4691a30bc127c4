"""An order as JSON values: every field that earlier engines stored, and the native ones."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.edge.json_out import instant
from gateway.orders.orders_client import is_own_identity
from pools.plain_numbers import amount, price
from tradewind.orders.v1 import orders_pb2 as pb

SymbolOf = Callable[[str], str]


class StoredRoute(msgspec.Struct, rename="camel"):
    """A route as the executor keeps it, amounts as texts in base units; the router's presentation stays unread."""

    venue: str
    amount_out: str = "0"
    price_impact_bps: int = 0
    presented: dict[str, msgspec.Raw] = {}

    def part(self, name: str) -> msgspec.Raw | None:
        """Return one part of the router's presentation as JSON: `route`, `quotes`, `refused`, `runnerUp`, `fee`...

        None for a route of an earlier release, whose presentation had other words: it held no fee.
        """
        return self.presented.get(name) if "feeBaseUnits" in self.presented else None


_STORED_ROUTE: Final = msgspec.json.Decoder(StoredRoute)


def token_pair(mint_in: str, mint_out: str, symbol_of: SymbolOf) -> dict[str, str]:
    """Return the members that name the two tokens of a trade: their symbols, with the mints beside them."""
    return {
        "tokenIn": symbol_of(mint_in),
        "tokenInMint": mint_in,
        "tokenOut": symbol_of(mint_out),
        "tokenOutMint": mint_out,
    }


def status_name(status: "pb.OrderStatus.ValueType") -> str:
    """Return a status as clients write it, such as `routing_complete`."""
    return pb.OrderStatus.Name(status).removeprefix("ORDER_STATUS_").lower()


def type_name(order_type: "pb.OrderType.ValueType") -> str:
    """Return an order type as clients write it, such as `market`."""
    return pb.OrderType.Name(order_type).removeprefix("ORDER_TYPE_").lower()


def snapshot(order: pb.Order, symbol_of: SymbolOf) -> dict[str, Any]:
    """Return an order as JSON values, with its attempts. Values not known yet are null; amounts are exact."""
    return {**summary(order, symbol_of), "attemptHistory": [attempt_summary(attempt) for attempt in order.attempts]}


def summary(order: pb.Order, symbol_of: SymbolOf) -> dict[str, Any]:
    """Return an order as lists show it: the snapshot without its attempts."""
    route = stored_route(order.route_json)
    return {
        "orderId": order.order_id,
        "clientOrderId": None if is_own_identity(order) else order.client_order_id or None,
        "type": type_name(order.order_type),
        "status": status_name(order.status),
        "version": order.version,
        **token_pair(order.mint_in, order.mint_out, symbol_of),
        **amount("amountIn", order.amount_in, order.decimals_in),
        "slippageBps": order.slippage_bps,
        "dex": route.venue if route else None,
        "route": route.part("route") if route else None,
        "quotes": route.part("quotes") if route else None,
        **_amounts_out(order),
        "txHash": order.tx_signature or None,
        "swapId": order.swap_id or None,
        "failureReason": order.failure_reason.lower() or None,
        "attempts": order.attempt,
        "nextAttemptAt": _instant_or_none(order, "next_attempt_at", order.next_attempt_at),
        "createdAt": instant(order.created_at),
        "updatedAt": instant(order.updated_at),
    }


def price_of(order: pb.Order, amount_out: int) -> msgspec.Raw | None:
    """Return the price of an order at an output in base units; None while there is no output."""
    if not amount_out or not order.amount_in:
        return None
    return price(amount_out, order.decimals_out, order.amount_in, order.decimals_in)


def _amounts_out(order: pb.Order) -> dict[str, Any]:
    return {
        **amount("quotedAmountOut", order.quoted_amount_out or None, order.decimals_out),
        **amount("minAmountOut", order.min_amount_out or None, order.decimals_out),
        **amount("executedAmountOut", order.executed_amount_out or None, order.decimals_out),
        "quotedPrice": price_of(order, order.quoted_amount_out),
        "executedPrice": price_of(order, order.executed_amount_out),
    }


def attempt_summary(attempt: pb.Attempt) -> dict[str, Any]:
    """Return an attempt with its result as JSON values."""
    route = stored_route(attempt.route_json)
    return {
        "attempt": attempt.attempt,
        "swapId": attempt.swap_id or None,
        "result": attempt.result.lower() or None,
        "error": attempt.error or None,
        "txHash": attempt.tx_signature or None,
        "dex": route.venue if route else None,
        "startedAt": instant(attempt.started_at),
        "endedAt": _instant_or_none(attempt, "ended_at", attempt.ended_at),
    }


def stored_route(route_json: str) -> StoredRoute | None:
    """Return a route as the executor keeps it; None when there is none."""
    return _STORED_ROUTE.decode(route_json) if route_json else None


def _instant_or_none(message: pb.Order | pb.Attempt, name: str, value: Timestamp) -> str | None:
    present: bool = message.HasField(name)  # type: ignore[arg-type]  # the stubs list the names; it is checked at run time
    return instant(value) if present else None
