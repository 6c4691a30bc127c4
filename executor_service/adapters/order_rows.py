"""Between rows and orders: one list of columns, in one order, for every statement that returns orders."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

import msgspec

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order, RouteConstraints
from executor_service.domain.route import Route, route_from_json, route_to_json

ORDER_COLUMNS: Final[LiteralString] = """
    o.id, o.account_id, o.client_order_id, o.order_type, o.token_in, o.token_out, o.decimals_in, o.decimals_out,
    o.amount_in, o.slippage_bps, o.scenario, o.constraints::text, o.traceparent, o.status, o.version, o.attempt,
    o.swap_id, o.route::text, o.quoted_amount_out, o.min_amount_out, o.executed_amount_out, o.tx_signature,
    o.failure_reason, o.owner_token, o.next_attempt_at, o.created_at, o.updated_at
"""

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def order_from_row(row: Sequence[Any]) -> Order:
    """Return the order of a row selected by ORDER_COLUMNS."""
    (order_id, account_id, client_order_id, order_type, mint_in, mint_out, decimals_in, decimals_out) = row[:8]
    (amount_in, slippage_bps, scenario, constraints, traceparent, status, version, attempt) = row[8:16]
    (swap_id, route, quoted, least, executed, signature, failure_reason, owner_token) = row[16:24]
    (next_attempt_at, created_at, updated_at) = row[24:]
    return Order(
        order_id=order_id,
        account_id=account_id,
        client_order_id=client_order_id,
        order_type=order_type,
        mint_in=mint_in,
        mint_out=mint_out,
        decimals_in=decimals_in,
        decimals_out=decimals_out,
        amount_in=int(amount_in),
        slippage_bps=slippage_bps,
        scenario=scenario,
        constraints=_constraints_from_json(constraints),
        traceparent=traceparent,
        status=OrderStatus(status),
        version=version,
        attempt=attempt,
        swap_id=swap_id,
        route=None if route is None else route_from_json(msgspec.json.decode(route)),
        quoted_amount_out=_integer(quoted),
        min_amount_out=_integer(least),
        executed_amount_out=_integer(executed),
        tx_signature=signature,
        failure_reason=failure_reason,
        owner_token=owner_token,
        next_attempt_at=next_attempt_at,
        created_at=created_at,
        updated_at=updated_at,
    )


def route_text(route: Route | None) -> str | None:
    """Return the route as it is stored."""
    return None if route is None else _ENCODER.encode(route_to_json(route)).decode()


def constraints_text(constraints: RouteConstraints) -> str | None:
    """Return the constraints as they are stored; None when there are none."""
    return None if constraints == RouteConstraints() else msgspec.json.encode(constraints).decode()


def _constraints_from_json(text: str | None) -> RouteConstraints:
    return RouteConstraints() if text is None else msgspec.json.decode(text, type=RouteConstraints)


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
