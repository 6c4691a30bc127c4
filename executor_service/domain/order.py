"""An order, and what each event does to it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from executor_service.domain.lifecycle import (
    TERMINAL,
    AttemptFailed,
    OrderEvent,
    OrderFailed,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    next_status,
)
from executor_service.domain.retry import RetryPolicy
from executor_service.domain.route import Route

# Any fixed value works. It must never change: a recovered order would build another swap.
_SWAP_NAMESPACE: Final = UUID("6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConstraints:
    """What the caller demands of a route. Empty and zero values demand nothing."""

    max_legs: int = 0
    venues: tuple[str, ...] = ()
    exclude_pools: tuple[str, ...] = ()
    quote_id: str = ""
    quote_stale_reject: bool = False
    max_price_impact_bps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The row of an order. Amounts are base units; `version` is the number of its events.

    `owner_token` grows with every claim. A write with an older token is refused.
    """

    order_id: UUID
    account_id: str
    order_type: str
    mint_in: str
    mint_out: str
    decimals_in: int
    decimals_out: int
    amount_in: int
    slippage_bps: int
    created_at: datetime
    updated_at: datetime
    status: OrderStatus = OrderStatus.PENDING
    version: int = 1
    attempt: int = 0
    client_order_id: str | None = None
    scenario: str = ""
    constraints: RouteConstraints = RouteConstraints()
    route: Route | None = None
    quoted_amount_out: int | None = None
    min_amount_out: int | None = None
    executed_amount_out: int | None = None
    swap_id: UUID | None = None
    tx_signature: str | None = None
    failure_reason: str | None = None
    next_attempt_at: datetime | None = None
    owner_token: int = 0
    traceparent: str = ""

    @property
    def is_terminal(self) -> bool:
        """True when no event can follow."""
        return self.status in TERMINAL

    def next_attempt_or_failure(
        self, policy: RetryPolicy, reason: str, detail: str, now: datetime, tx_signature: str | None = None
    ) -> OrderEvent:
        """Return the event after a failed attempt: another attempt after a pause, or the order's failure."""
        if not policy.allows_another(self.attempt, reason):
            return OrderFailed(reason, detail, tx_signature)
        delay_ms = policy.delay_ms(self.attempt)
        return AttemptFailed(reason, detail, now + timedelta(milliseconds=delay_ms), delay_ms, tx_signature)


def swap_id_of(order_id: UUID, attempt: int) -> UUID:
    """Return the identity of an attempt's swap: every process computes the same one for the same attempt."""
    return uuid5(_SWAP_NAMESPACE, f"{order_id}/{attempt}")


def apply(order: Order, event: OrderEvent, at: datetime) -> Order:
    """Return the order after the event: the next version, with the values that the event carries.

    `at` is the market's time; an order's times never run backwards. Raises IllegalTransition.
    """
    return replace(
        order,
        status=next_status(order.status, event),
        version=order.version + 1,
        updated_at=max(at, order.updated_at),
        **_collect_changes(order, event),
    )


def _collect_changes(order: Order, event: OrderEvent) -> dict[str, Any]:
    """Return the fields that this event changes, beside status, version and time."""
    match event:
        case RoutingStarted():
            return {"attempt": order.attempt + 1, "next_attempt_at": None}
        case RouteChosen(route):
            return {"route": route, "quoted_amount_out": route.amount_out}
        case SwapBuilt(swap_id, least):
            return {"swap_id": swap_id, "min_amount_out": least}
        case SwapConfirmed(amount_out, signature):
            return {"executed_amount_out": amount_out, "tx_signature": signature}
        case AttemptFailed(reason):
            return {"failure_reason": reason, "next_attempt_at": event.next_attempt_at}
        case OrderFailed(reason):
            return {"failure_reason": reason}
    return {}
