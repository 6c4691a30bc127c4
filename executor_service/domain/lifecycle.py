"""The life of an order, as data: which event leads from which status to which.

Everything else follows from this table: the column's CHECK, the published lifecycle, the documents, the tests.
A new status or order type is a new row here and a migration of the CHECK, nothing else.
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

    OPEN = "open"
    PENDING = "pending"
    ROUTING = "routing"
    ROUTING_COMPLETE = "routing_complete"
    BUILDING = "building"
    SUBMITTED = "submitted"
    RETRYING = "retrying"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The order is stored; it has no status before."""


@dataclass(frozen=True, slots=True)
class OrderTriggered:
    """What the order waited for has happened."""


@dataclass(frozen=True, slots=True)
class RoutingStarted:
    """A new attempt begins: venues are asked."""


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
    """The swap landed: what it brought, in base units, and where."""

    amount_out: int
    tx_signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """This attempt is over, its swap is known to be dead, another attempt follows."""

    reason: str
    detail: str
    next_attempt_at: datetime
    retry_in_ms: int
    tx_signature: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFailed:
    """The order cannot succeed, or its attempts are used up."""

    reason: str
    detail: str
    tx_signature: str | None = None


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """Its owner took the order back before it was submitted."""


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """Its deadline passed before it was submitted."""


OrderEvent: TypeAlias = (
    OrderAccepted
    | OrderTriggered
    | RoutingStarted
    | RouteChosen
    | SwapBuilt
    | SwapSubmitted
    | SwapConfirmed
    | AttemptFailed
    | OrderFailed
    | OrderCancelled
    | OrderExpired
)

_S = OrderStatus
_IN_ATTEMPT: Final = (_S.ROUTING, _S.ROUTING_COMPLETE, _S.BUILDING, _S.SUBMITTED)
_BEFORE_SUBMITTED: Final = (_S.OPEN, _S.PENDING, _S.RETRYING, _S.ROUTING, _S.ROUTING_COMPLETE, _S.BUILDING)
_WAITING: Final = (_S.OPEN, _S.PENDING, _S.RETRYING)

TRANSITIONS: Final[Mapping[tuple[OrderStatus, type[OrderEvent]], OrderStatus]] = {
    (_S.OPEN, OrderTriggered): _S.PENDING,
    (_S.PENDING, RoutingStarted): _S.ROUTING,
    (_S.RETRYING, RoutingStarted): _S.ROUTING,
    (_S.ROUTING, RouteChosen): _S.ROUTING_COMPLETE,
    (_S.ROUTING_COMPLETE, SwapBuilt): _S.BUILDING,
    (_S.BUILDING, SwapSubmitted): _S.SUBMITTED,
    (_S.SUBMITTED, SwapConfirmed): _S.CONFIRMED,
    **{(status, AttemptFailed): _S.RETRYING for status in _IN_ATTEMPT},
    **{(status, OrderFailed): _S.FAILED for status in _IN_ATTEMPT},
    **{(status, OrderCancelled): _S.CANCELLED for status in _BEFORE_SUBMITTED},
    **{(status, OrderExpired): _S.EXPIRED for status in _WAITING},
}

TERMINAL: Final = frozenset(OrderStatus) - {status for status, _ in TRANSITIONS}


class IllegalTransition(Exception):
    """A defect: an event met a status that has no row for it."""


def next_status(status: OrderStatus, event: OrderEvent) -> OrderStatus:
    """Return the status the event leads to. Raises IllegalTransition when the table has no such row."""
    try:
        return TRANSITIONS[status, type(event)]
    except KeyError:
        raise IllegalTransition(f"{type(event).__name__} while {status}") from None
