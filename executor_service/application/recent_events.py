"""The events of the newest orders, as the feed told them: replay for a watcher that comes a moment after its order.

Only what is committed is on the feed, so what is kept here is true and has no gap; it may lack the end, which a watch
notices as it notices any lost event.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from executor_service.application.ports import OrderHead, StoredEvent
from executor_service.domain.lifecycle import TERMINAL

# A few seconds of a busy engine, and less than ten megabytes.
ORDERS_MAX: Final = 2_000


class RecentEvents:
    """Keeps whole beginnings of lives; the oldest order makes room for the newest."""

    def __init__(self, orders_max: int = ORDERS_MAX) -> None:
        self._orders_max = orders_max
        self._orders: dict[UUID, list[StoredEvent]] = {}

    def note(self, event: StoredEvent) -> None:
        """Keep an event if it begins a life or continues one that is kept; a life with a gap is forgotten."""
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
        """Return the order's events from the first, for somebody who has those up to `after`; nothing if not kept.

        Nothing either for who has all that is kept: the end may be among it, which only the database can say.
        """
        events = self._orders.get(order_id, ())
        return tuple(events) if events and (len(events) > after or events[-1].status in TERMINAL) else ()

    def forget(self) -> None:
        """Forget everything: the feed may have lost what continues it."""
        self._orders.clear()


def head_of(events: Sequence[StoredEvent]) -> OrderHead | None:
    """Return the head of an order as its events tell it; None when there are none, or none that name its account."""
    if not events or not events[0].account_id:
        return None
    last = events[-1]
    return OrderHead(last.order_id, events[0].account_id, last.sequence, last.status in TERMINAL)
