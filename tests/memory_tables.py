"""The executor's tables in memory, which the fakes of its server's and its workers' orders share."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from executor_service.application.ports import Attempt, StoredEvent
from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    RoutingStarted,
    SwapConfirmed,
)
from executor_service.domain.order import Order, swap_id_of


@dataclass
class StoredRow:
    order: Order
    body_hash: bytes
    stored_at: float
    owner: UUID | None = None
    token: int = 0


@dataclass
class MemoryTables:
    """The tables: rows, events, attempts, and which leases are alive."""

    now: Callable[[], float] = lambda: 0.0
    rows: dict[UUID, StoredRow] = field(default_factory=dict)
    events: dict[UUID, list[StoredEvent]] = field(default_factory=dict)
    tries: dict[UUID, dict[int, Attempt]] = field(default_factory=dict)
    alive: set[UUID] = field(default_factory=set)

    def append(self, order: Order, event: OrderEvent) -> StoredEvent:
        stored = StoredEvent(order.order_id, order.version, order.status, frame_of(order, event), order.account_id)
        self.events.setdefault(order.order_id, []).append(stored)
        return stored

    def note_attempt(self, before: Order, after: Order, event: OrderEvent) -> None:
        if after.attempt == 0 or isinstance(event, RoutingStarted):
            return
        tries = self.tries.setdefault(after.order_id, {})
        known = tries.get(after.attempt) or Attempt(
            after.attempt, None, None, None, None, None, before.updated_at, None
        )
        if after.swap_id == swap_id_of(after.order_id, after.attempt):
            known = replace(known, swap_id=after.swap_id)
        if after.route is not None and after.route is not before.route:
            known = replace(known, route_json="{}")
        match event:
            case SwapConfirmed():
                known = replace(known, result="landed", tx_signature=event.tx_signature, ended_at=after.updated_at)
            case AttemptFailed() | OrderFailed():
                known = replace(
                    known,
                    result=event.reason.lower(),
                    error=event.detail,
                    tx_signature=event.tx_signature,
                    ended_at=after.updated_at,
                )
            case OrderCancelled():
                known = replace(known, result="cancelled", ended_at=after.updated_at)
        tries[after.attempt] = known
