"""GET /api/orders/{id}/explain: why an order went as it did, attempt by attempt, from what was recorded at the time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.access.identity import account_of
from gateway.edge.json_out import json_response
from gateway.orders.orders import order_id_of
from gateway.orders.orders_client import OrdersClient
from gateway.orders.snapshots import SymbolOf, attempt_summary, price_of, status_name, stored_route, token_pair
from gateway.orders.tokens import TokenDirectory
from pools.basis_points import shortfall_bps
from pools.plain_numbers import amount, plain
from tradewind.orders.v1 import orders_pb2 as pb

_MILLISECOND: Final = timedelta(milliseconds=1)
# What an attempt's route was chosen from, and what it costs, as the router told it.
_WEIGHED: Final = (
    *("fee", "feeBaseUnits", "feeToken", "feeTokenMint"),
    *("route", "quotes", "refused", "runnerUp"),
)


class _Details(msgspec.Struct):
    attempt: int = 0


class _Event(msgspec.Struct):
    sequence: int
    status: str
    timestamp: datetime
    details: _Details


@dataclass(slots=True)
class _Stage:
    """A status and how long the order was in it; None while it still is, and for the last status of all."""

    sequence: int
    status: str
    began_at: datetime
    milliseconds: int | None = None


@dataclass(slots=True)
class _Times:
    """The stages of an order's life: those before its first attempt, and those of each attempt."""

    before: list[_Stage] = field(default_factory=list)
    attempts: dict[int, list[_Stage]] = field(default_factory=dict)


_EVENT: Final = msgspec.json.Decoder(_Event)


class Explain:
    """The endpoint."""

    def __init__(self, client: OrdersClient, tokens: TokenDirectory) -> None:
        self._client = client
        self._tokens = tokens

    async def show(self, request: Request) -> Response:
        """GET: every quote, the ones refused, the route and what it beat, the result, and where the time went."""
        order_id = order_id_of(request.path_params["order_id"])
        account_id = account_of(request.scope)
        order = await self._client.order(account_id, order_id)
        payloads = await self._client.events(account_id, order_id, 0)
        return json_response(explanation(order, payloads, self._tokens.symbol_of))


def explanation(order: pb.Order, payloads: Iterable[str], symbol_of: SymbolOf) -> dict[str, Any]:
    """Return the explanation of an order as it stood, from its snapshot and its events."""
    events = [event for event in map(_EVENT.decode, payloads) if event.sequence <= order.version]
    times = _times(events)
    return {
        "orderId": order.order_id,
        "status": status_name(order.status),
        "version": order.version,
        **token_pair(order.mint_in, order.mint_out, symbol_of),
        **amount("amountIn", order.amount_in, order.decimals_in),
        "slippageBps": order.slippage_bps,
        "failureReason": order.failure_reason.lower() or None,
        "totalMs": _between(events[0].timestamp, events[-1].timestamp) if events else None,
        "beforeFirstAttempt": [_shown(stage) for stage in times.before],
        "attempts": order.attempt,
        "attemptHistory": [_attempt(order, attempt, times) for attempt in _attempts(order, times)],
        "fill": _fill(order),
    }


def _times(events: Sequence[_Event]) -> _Times:
    times, attempt = _Times(), 0
    stage: _Stage | None = None
    for event in events:
        if event.status == "routing":
            attempt = event.details.attempt
        if stage is not None:
            stage.milliseconds = _between(stage.began_at, event.timestamp)
        stage = _Stage(event.sequence, event.status, event.timestamp)
        (times.attempts.setdefault(attempt, []) if attempt else times.before).append(stage)
    return times


def _between(earlier: datetime, later: datetime) -> int:
    return (later - earlier) // _MILLISECOND


def _shown(stage: _Stage) -> dict[str, Any]:
    at = stage.began_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"sequence": stage.sequence, "status": stage.status, "at": at, "ms": stage.milliseconds}


def _attempts(order: pb.Order, times: _Times) -> list[pb.Attempt]:
    """Return the attempts; one that is being routed has no record yet and is known by its events."""
    recorded = {attempt.attempt: attempt for attempt in order.attempts}
    for number, stages in times.attempts.items():
        if number not in recorded:
            recorded[number] = pb.Attempt(attempt=number)
            recorded[number].started_at.FromDatetime(stages[0].began_at)
    return [recorded[number] for number in sorted(recorded)]


def _attempt(order: pb.Order, attempt: pb.Attempt, times: _Times) -> dict[str, Any]:
    return {
        **attempt_summary(attempt),
        "stages": [_shown(stage) for stage in times.attempts.get(attempt.attempt, [])],
        **_decision(order, attempt.route_json),
    }


def _decision(order: pb.Order, route_json: str) -> dict[str, Any]:
    """Return what was weighed in an attempt and what was chosen; nulls when no route was found."""
    route = stored_route(route_json)
    amount_out = int(route.amount_out) if route else None
    return {
        **amount("amountOut", amount_out, order.decimals_out),
        "price": price_of(order, amount_out or 0),
        "priceImpactBps": route.price_impact_bps if route else None,
        **{name: route.part(name) if route else None for name in _WEIGHED},
    }


def _fill(order: pb.Order) -> dict[str, Any] | None:
    """Return what the swap brought against what was quoted; `shortfallBps` is negative when it brought more."""
    if not order.executed_amount_out or not order.quoted_amount_out:
        return None
    return {
        **amount("amountOut", order.executed_amount_out, order.decimals_out),
        **amount("quotedAmountOut", order.quoted_amount_out, order.decimals_out),
        **amount("minAmountOut", order.min_amount_out, order.decimals_out),
        "shortfallBps": plain(shortfall_bps(order.quoted_amount_out, order.executed_amount_out)),
    }
