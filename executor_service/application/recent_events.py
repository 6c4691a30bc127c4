"""The events of the newest orders, kept from the feed: a watch that starts soon after its order is replayed from here.

The feed carries only committed events, so what is kept is true and has no gap. The newest events may be missing; the
watch then reads them from the database, as it does after any lost event.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from executor_service.application.ports import OrderHead, StoredEvent
from executor_service.domain.lifecycle import TERMINAL

# A few seconds of a busy engine, and less than ten megabytes.
ORDERS_MAX: Final = 2_000


class RecentEvents:
    """Keeps the events of each order from the first one on, and drops the oldest order to make room."""

    def __init__(self, orders_max: int = ORDERS_MAX) -> None:
        self._orders_max = orders_max
        self._orders: dict[UUID, list[StoredEvent]] = {}

    def note(self, event: StoredEvent) -> None:
        """Keep an order's first event, or the next one of a kept order. Drop an order that has a gap."""
        if event.sequence == 1 and event.order_id not in self._orders:
            if len(self._orders) >= self._orders_max:
                del self._orders[next(iter(self._orders))]
            self._orders[event.order_id] = [event]
            return
        events = self._orders.get(event.order_id)
        if events is None or event.sequence <= len(events):
            return
        if event.sequence == len(events) + 1:
            events.append(event)
        else:
            del self._orders[event.order_id]

    def behind(self, after: int, order_id: UUID) -> Sequence[StoredEvent]:
        """Return all kept events of the order, for a watch that has those up to `after`; nothing if none are kept.

        Also return nothing for a watch that has all kept events of an open order: only the database knows whether the
        order has ended since.
        """
        events = self._orders.get(order_id, ())
        return tuple(events) if events and (len(events) > after or events[-1].status in TERMINAL) else ()

    def forget(self) -> None:
        """Drop all orders: the feed may have lost their next events."""
        self._orders.clear()


def head_of(events: Sequence[StoredEvent]) -> OrderHead | None:
    """Return the head of an order from its events; None without events, or when they do not name the account."""
    if not events or not events[0].account_id:
        return None
    last = events[-1]
    return OrderHead(last.order_id, events[0].account_id, last.sequence, last.status in TERMINAL)
