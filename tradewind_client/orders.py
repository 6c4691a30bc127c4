"""Orders: the request, the result, and the events of an order's life."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import msgspec

from tradewind_client.errors import Problem
from tradewind_client.json_values import Value, converted
from tradewind_client.quotes import Leg

TERMINAL: Final = frozenset({"confirmed", "failed", "cancelled"})


class OrderRequest(Value, frozen=True, kw_only=True, omit_defaults=True):
    """A market order. `amount_in` is in whole tokens, a Decimal, an int or a text; a float is refused.

    None leaves a field to the gateway: 50 bps of slippage, every venue, any number of legs.
    """

    token_in: str
    token_out: str
    amount_in: Decimal | int | str
    slippage_bps: int | None = None
    client_order_id: str | None = None
    max_legs: int | None = None
    venues: tuple[str, ...] | None = None
    exclude_pools: tuple[str, ...] | None = None
    max_price_impact_bps: int | None = None
    quote_id: str | None = None
    on_stale: str | None = None
    scenario: str | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "amount_in", plain_amount(self.amount_in))


def plain_amount(amount: Decimal | int | str) -> str:
    """Return an amount as the gateway reads it, without an exponent. Raises TypeError for a float."""
    if isinstance(amount, float):
        raise TypeError("An amount is a Decimal, an int or a text: a float is not exact.")
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)


def keyed(order: OrderRequest | Mapping[str, Any], key: str | None) -> tuple[dict[str, Any], str]:
    """Return the body of an order, and the key that makes sending it twice the same as once.

    The key is the one given, else the order's own `clientOrderId`, else a new one.
    """
    body: dict[str, Any] = msgspec.to_builtins(order) if isinstance(order, OrderRequest) else dict(order)
    return body, key or body.get("clientOrderId") or f"py-{uuid4().hex}"


class Submitted(Value, frozen=True, kw_only=True):
    """The answer for a stored order. `replayed`: it was stored before under the same key."""

    order_id: str
    status: str
    idempotency_key: str = ""
    replayed: bool = False


class BatchEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one order of a batch: exactly one of the two is set."""

    submitted: Submitted | None = None
    problem: Problem | None = None


class Attempt(Value, frozen=True, kw_only=True):
    """One try to execute an order."""

    attempt: int
    swap_id: str | None = None
    result: str | None = None
    error: str | None = None
    tx_hash: str | None = None
    dex: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Order(Value, frozen=True, kw_only=True):
    """An order as it stands; what is not known yet is None.

    Amounts are whole tokens, exact, with base units beside them; prices are tokens bought for one sold, with 18 digits
    at most; `version` is the sequence of the newest event. Only an order read by itself has its attempt history.
    """

    order_id: str
    status: str
    version: int
    client_order_id: str | None = None
    type: str = "market"
    token_in: str
    token_in_mint: str = ""
    token_out: str
    token_out_mint: str = ""
    amount_in: Decimal
    amount_in_base_units: int
    slippage_bps: int
    dex: str | None = None
    route: tuple[Leg, ...] | None = None
    quoted_amount_out: Decimal | None = None
    quoted_amount_out_base_units: int | None = None
    min_amount_out: Decimal | None = None
    min_amount_out_base_units: int | None = None
    executed_amount_out: Decimal | None = None
    executed_amount_out_base_units: int | None = None
    quoted_price: Decimal | None = None
    executed_price: Decimal | None = None
    tx_hash: str | None = None
    swap_id: str | None = None
    failure_reason: str | None = None
    attempts: int = 0
    attempt_history: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def is_terminal(self) -> bool:
        """True when the order has ended: no event can follow."""
        return self.status in TERMINAL


class OrderEvent(Value, frozen=True, kw_only=True):
    """One step of an order's life. `sequence` counts from 1 without gaps; `details` depends on the status."""

    order_id: str
    sequence: int
    status: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)
    timestamp: datetime

    @property
    def is_terminal(self) -> bool:
        """True for the last event of a life."""
        return self.status in TERMINAL

    @property
    def attempt(self) -> int | None:
        """The attempt this event belongs to, from 1; None where the event names none."""
        attempt: int | None = self.details.get("attempt")
        return attempt

    @property
    def reason(self) -> str | None:
        """Why, in `retrying` and `failed`: a code of docs/errors.md."""
        reason: str | None = self.details.get("reason")
        return reason

    @property
    def amount_out(self) -> Decimal | None:
        """Whole tokens bought: quoted in `routing_complete`, paid in `confirmed`."""
        amount = self.details.get("amountOut")
        return None if amount is None else Decimal(amount)

    @property
    def amount_out_base_units(self) -> int | None:
        """The same in base units."""
        units = self.details.get("amountOutBaseUnits")
        return None if units is None else int(units)

    @property
    def tx_hash(self) -> str | None:
        """The transaction's signature, in `confirmed`."""
        signature: str | None = self.details.get("txHash")
        return signature

    @property
    def route(self) -> tuple[Leg, ...]:
        """The legs, in `routing_complete`; empty elsewhere."""
        return converted(self.details.get("route", ()), tuple[Leg, ...])
