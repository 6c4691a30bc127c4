"""The ports of the use cases. Each port has one real adapter, one fake, and one test suite for both."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from executor_service.domain.lifecycle import OrderEvent, OrderStatus
from executor_service.domain.order import Order
from executor_service.domain.route import Route


class StaleOrder(Exception):
    """Another writer has moved the order, or this worker no longer owns it. The caller stops without an error."""


class LeaseLost(Exception):
    """The worker's lease has run out, so the worker owns no order any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to be stored, with the hash of what the caller sent under its identity.

    The symbols of its mints are for its first event alone; empty where the caller gave none.
    """

    order: Order
    body_hash: bytes
    symbol_in: str = ""
    symbol_out: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The stored order: the new one, or the first one of the same identity (`replayed`)."""

    order_id: UUID
    status: OrderStatus
    created_at: datetime
    replayed: bool


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One stored event. `payload` is the frame that clients see."""

    order_id: UUID
    sequence: int
    status: OrderStatus
    payload: str
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderHead:
    """What a watch needs to know of an order."""

    order_id: UUID
    account_id: str
    version: int
    is_terminal: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One stored attempt. `result` is "landed" or the reason of its failure, and None while the attempt runs."""

    attempt: int
    swap_id: UUID | None
    result: str | None
    error: str | None
    tx_signature: str | None
    route_json: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders to list. `before` is the cursor: the last order of the previous page."""

    account_id: str | None
    statuses: Sequence[OrderStatus] = ()
    order_types: Sequence[str] = ()
    mint: str | None = None
    client_order_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None
    limit: int = 50


class Clock(Protocol):
    """The market's clock. Everything about a trade uses it; leases and time-outs use the machine's clock."""

    def now(self) -> datetime:
        """Return the market's time, aware, UTC."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return when the market's time has reached the moment."""
        ...


class OrderStore(Protocol):
    """The orders as the executor's server sees them: it accepts, reads and cancels them."""

    async def add(self, new: NewOrder) -> Accepted:
        """Store an order and its first event, and return after the commit.

        An order of the same account and client_order_id is answered with the first one. Raises
        Rejected("IDEMPOTENCY_KEY_REUSED") when its body was another, Unavailable when it cannot be stored.
        """
        ...

    async def get(self, order_id: UUID) -> Order | None:
        """Return the order, or None."""
        ...

    async def attempts(self, order_id: UUID) -> Sequence[Attempt]:
        """Return the order's attempts, oldest first."""
        ...

    async def find(self, wanted: OrderFilter) -> Sequence[Order]:
        """Return orders, newest first."""
        ...

    async def events_after(self, cursors: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Return the events behind each (order, sequence), ordered by order and sequence."""
        ...

    async def heads(self, order_ids: Sequence[UUID]) -> Sequence[OrderHead]:
        """Return the heads of those orders that exist."""
        ...

    async def heads_since(self, first_id: UUID) -> Sequence[OrderHead]:
        """Return the heads of the orders whose identity is `first_id` or younger."""
        ...

    async def open_orders(self, account_id: str | None) -> Sequence[tuple[UUID, int]]:
        """Return (order, version) of all orders of the account that have not ended; None: of all accounts."""
        ...

    async def count_open(self, limit: int) -> int:
        """Return how many orders have not ended, counting no further than `limit`."""
        ...

    async def cancel(self, order: Order, event: OrderEvent, at: datetime) -> Order:
        """Record the event if the order still has this version, and fence the order's worker. Raises StaleOrder."""
        ...


class LeasedOrders(Protocol):
    """The orders of one worker's lease: the worker claims, moves and hands them back. The lease fences every write."""

    async def start(self, order_ids: Sequence[UUID], at: datetime) -> Sequence[Order]:
        """Claim those of the orders that no worker has touched yet, and record that their first attempt begins."""
        ...

    async def claim(self, order_ids: Sequence[UUID]) -> Sequence[Order]:
        """Claim those of the orders that have not ended and that no living worker owns."""
        ...

    async def claim_abandoned(self, limit: int, at: datetime) -> Sequence[Order]:
        """Claim up to `limit` orders that should move but that no living worker drives, oldest first."""
        ...

    async def owned(self, order_id: UUID) -> Order | None:
        """Return the stored order, if this worker owns it and it has not ended."""
        ...

    async def record(self, order: Order, *events: OrderEvent, at: datetime) -> Order:
        """Record the events, all or none, and return the order after them.

        Compare-and-set on version and owner token. Raises StaleOrder when another writer was first,
        LeaseLost when the lease has run out, Unavailable when the outcome is unknown.
        """
        ...

    async def hand_back(self) -> Sequence[UUID]:
        """Give up the lease and all its orders; return those that now wait for another worker."""
        ...


class Queue(Protocol):
    """Hints that name orders a worker should look at. A lost hint costs time, never an order."""

    def offer(self, order_ids: Sequence[UUID]) -> None:
        """Pass the hint on, soon and in the background."""
        ...


class EventFeed(Protocol):
    """Hints to watchers: the events just committed. A lost hint costs time, never an event."""

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Pass the events on, soon and in the background."""
        ...

    def batches(self) -> AsyncIterator[Sequence[StoredEvent]]:
        """Yield what is published from now on. An empty batch means that events may have been lost before it."""
        ...


class Router(Protocol):
    """Finds routes."""

    async def route(self, order: Order) -> Route:
        """Return the best route now.

        Raises Rejected or Unavailable with the router's reason when there is no route: the attempt has failed. Raises
        OutOfReach when the router did not answer: the attempt goes on.
        """
        ...


class SwapState(StrEnum):
    """How far a swap is."""

    UNKNOWN = "unknown"
    IN_FLIGHT = "in_flight"
    LANDED = "landed"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SwapResult:
    """What the market says of a swap. `reason` is set when the swap can no longer land."""

    state: SwapState
    amount_out: int = 0
    tx_signature: str | None = None
    slot: int = 0
    reason: str = ""
    detail: str = ""


class Market(Protocol):
    """Executes swaps, each identity at most once."""

    async def send(self, order: Order) -> SwapResult:
        """Send the order's current swap; repeating the call is safe.

        Raises Rejected when the market refuses the swap for good, OutOfReach when it may or may not have arrived.
        """
        ...

    async def find(self, swap_id: UUID) -> SwapResult:
        """Return the state of a swap. Raises OutOfReach."""
        ...

    async def outcome(self, swap_id: UUID) -> SwapResult:
        """Wait until a swap that is in flight has ended, and return how; or its state after a while."""
        ...


class OutOfReach(Exception):
    """A service did not answer, so the call's outcome is unknown. The caller waits and asks again."""
