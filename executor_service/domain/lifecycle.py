"""The life of an order, as data: which event leads from which status to which.

The column's CHECK, the published lifecycle, the documents and the tests follow from this table.
A new status is a new row here and a migration of the CHECK.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from executor_service.domain.route import Route


class OrderStatus(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    ROUTING = "routing"
    ROUTING_COMPLETE = "routing_complete"
    BUILDING = "building"
    SUBMITTED = "submitted"
    RETRYING = "retrying"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The order is stored. This is its first event; it holds the symbols of its mints, empty where they are unknown."""

    symbol_in: str = ""
    symbol_out: str = ""


@dataclass(frozen=True, slots=True)
class RoutingStarted:
    """A new attempt begins: the router asks the venues."""


@dataclass(frozen=True, slots=True)
class RouteChosen:
    """The route of this attempt."""

    route: Route


@dataclass(frozen=True, slots=True)
class SwapBuilt:
    """The swap of this attempt: its identity and the least output it accepts, in base units."""

    swap_id: UUID
    min_amount_out: int


@dataclass(frozen=True, slots=True)
class SwapSubmitted:
    """The intent to send the swap, recorded before it is sent."""


@dataclass(frozen=True, slots=True)
class SwapConfirmed:
    """The swap landed: its output in base units, its signature, its slot."""

    amount_out: int
    tx_signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """This attempt is over and its swap can never land; another attempt follows."""

    reason: str
    detail: str
    next_attempt_at: datetime
    retry_in_ms: int
    tx_signature: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFailed:
    """The order cannot succeed, or it has no attempt left."""

    reason: str
    detail: str
    tx_signature: str | None = None


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The caller cancelled the order before it was submitted."""


OrderEvent: TypeAlias = (
    OrderAccepted
    | RoutingStarted
    | RouteChosen
    | SwapBuilt
    | SwapSubmitted
    | SwapConfirmed
    | AttemptFailed
    | OrderFailed
    | OrderCancelled
)

_S = OrderStatus
_IN_ATTEMPT: Final = (_S.ROUTING, _S.ROUTING_COMPLETE, _S.BUILDING, _S.SUBMITTED)
_BEFORE_SUBMITTED: Final = (_S.PENDING, _S.RETRYING, _S.ROUTING, _S.ROUTING_COMPLETE, _S.BUILDING)

TRANSITIONS: Final[Mapping[tuple[OrderStatus, type[OrderEvent]], OrderStatus]] = {
    (_S.PENDING, RoutingStarted): _S.ROUTING,
    (_S.RETRYING, RoutingStarted): _S.ROUTING,
    (_S.ROUTING, RouteChosen): _S.ROUTING_COMPLETE,
    (_S.ROUTING_COMPLETE, SwapBuilt): _S.BUILDING,
    (_S.BUILDING, SwapSubmitted): _S.SUBMITTED,
    (_S.SUBMITTED, SwapConfirmed): _S.CONFIRMED,
    **{(status, AttemptFailed): _S.RETRYING for status in _IN_ATTEMPT},
    **{(status, OrderFailed): _S.FAILED for status in _IN_ATTEMPT},
    **{(status, OrderCancelled): _S.CANCELLED for status in _BEFORE_SUBMITTED},
}

TERMINAL: Final = frozenset(OrderStatus) - {status for status, _ in TRANSITIONS}


class IllegalTransition(Exception):
    """A defect: the table has no row for this status and this event."""


def next_status(status: OrderStatus, event: OrderEvent) -> OrderStatus:
    """Return the status the event leads to. Raises IllegalTransition when the table has no such row."""
    try:
        return TRANSITIONS[status, type(event)]
    except KeyError:
        raise IllegalTransition(f"{type(event).__name__} while {status}") from None
