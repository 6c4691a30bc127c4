"""Cancelling an order. The worker or the cancellation wins: the one that writes first."""

from typing import Final
from uuid import UUID

from executor_service import order_trace
from executor_service.application.ports import Clock, OrderStore, StaleOrder
from executor_service.domain.lifecycle import TRANSITIONS, OrderCancelled, OrderStatus
from executor_service.domain.order import Order
from servicekit.errors import Rejected, Unavailable

# Each lost race means that the worker moved the order; it has fewer steps than this before it is too late.
TRIES_MAX: Final = 8


class CancelOrder:
    """Cancels orders that have not been submitted to the market."""

    def __init__(self, *, store: OrderStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def cancel(self, order_id: UUID, account_id: str) -> Order:
        """Return the cancelled order, also when it was cancelled before.

        Raises ORDER_NOT_FOUND, TOO_LATE_TO_CANCEL with the status it stands in, Unavailable.
        """
        for _ in range(TRIES_MAX):
            order = await self._store.get(order_id)
            if order is None or account_id not in ("", order.account_id):
                raise Rejected("ORDER_NOT_FOUND")
            if order.status is OrderStatus.CANCELLED:
                return order
            if (order.status, OrderCancelled) not in TRANSITIONS:
                raise Rejected("TOO_LATE_TO_CANCEL", f"the order is {order.status}")
            try:
                cancelled = await self._store.cancel(order, OrderCancelled(), self._clock.now())
                order_trace.cancelled(order)
                return cancelled
            except StaleOrder:
                continue
        raise Unavailable("UNAVAILABLE", "the order moves too fast; try again")
