"""An order as clients read it: every field that earlier engines persisted, and ours."""

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

import msgspec
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.edge.json_out import exact, instant
from gateway.orders.orders_client import is_own_identity
from tradewind.orders.v1 import orders_pb2 as pb

# Prices are quotients: 18 significant digits, rounded half to even, plain notation.
_PRICES: Final = Context(prec=18)

SymbolOf = Callable[[str], str]


class StoredRoute(msgspec.Struct, rename="camel"):
    """A route as the executor keeps it, amounts as texts in base units; the router's presentation stays unread.

    An earlier release called that `considered`, without the route itself.
    """

    venue: str
    legs: msgspec.Raw
    amount_out: str = "0"
    fee: str = "0"
    price_impact_bps: int = 0
    presented: dict[str, msgspec.Raw] = {}
    considered: dict[str, msgspec.Raw] = {}

    def part(self, name: str) -> Any:
        """Return one part of what the router presented, as JSON: `route`, `quotes`, `refused` or `runnerUp`."""
        if name in self.presented:
            return self.presented[name]
        return self.legs if name == "route" else self.considered.get(name)


_STORED_ROUTE: Final = msgspec.json.Decoder(StoredRoute)


def status_name(status: "pb.OrderStatus.ValueType") -> str:
    """Return the word that clients know a status by."""
    return pb.OrderStatus.Name(status).removeprefix("ORDER_STATUS_").lower()


def type_name(order_type: "pb.OrderType.ValueType") -> str:
    """Return the word that clients know an order type by."""
    return pb.OrderType.Name(order_type).removeprefix("ORDER_TYPE_").lower()


def snapshot(order: pb.Order, symbol_of: SymbolOf) -> dict[str, Any]:
    """Return an order as JSON values. What is not known yet is null; amounts are exact whole tokens."""
    route = stored_route(order.route_json)
    return {
        "orderId": order.order_id,
        "clientOrderId": None if is_own_identity(order) else order.client_order_id or None,
        "type": type_name(order.order_type),
        "status": status_name(order.status),
        "version": order.version,
        "tokenIn": symbol_of(order.mint_in),
        "tokenOut": symbol_of(order.mint_out),
        "mintIn": order.mint_in,
        "mintOut": order.mint_out,
        "amountIn": exact(order.amount_in, order.decimals_in),
        "amountInBaseUnits": str(order.amount_in),
        "slippageBps": order.slippage_bps,
        "dex": route.venue if route else None,
        "route": route.part("route") if route else None,
        "quotes": route.part("quotes") if route else None,
        **_amounts_out(order),
        "txHash": order.tx_signature or None,
        "swapId": order.swap_id or None,
        "failureReason": order.failure_reason.lower() or None,
        "attempts": order.attempt,
        "attemptHistory": [attempt_summary(attempt) for attempt in order.attempts],
        "nextAttemptAt": _instant_or_none(order, "next_attempt_at", order.next_attempt_at),
        "createdAt": instant(order.created_at),
        "updatedAt": instant(order.updated_at),
    }


def price(amount_out: int, decimals_out: int, amount_in: int, decimals_in: int) -> Decimal | None:
    """Return whole tokens received for one whole token sold; None while nothing was received."""
    if not amount_out or not amount_in:
        return None
    return _PRICES.divide(exact(amount_out, decimals_out), exact(amount_in, decimals_in))


def _amounts_out(order: pb.Order) -> dict[str, Any]:
    def paid(amount_out: int) -> Decimal | None:
        return exact(amount_out, order.decimals_out) if amount_out else None

    def priced(amount_out: int) -> Decimal | None:
        return price(amount_out, order.decimals_out, order.amount_in, order.decimals_in)

    return {
        "quotedAmountOut": paid(order.quoted_amount_out),
        "minAmountOut": paid(order.min_amount_out),
        "executedAmountOut": paid(order.executed_amount_out),
        "quotedPrice": priced(order.quoted_amount_out),
        "executedPrice": priced(order.executed_amount_out),
    }


def attempt_summary(attempt: pb.Attempt) -> dict[str, Any]:
    """Return an attempt and its end."""
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
