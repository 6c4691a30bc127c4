"""What the executor and its workers report: one function for each event worth knowing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order

log = structlog.get_logger()

_EVENTS: Final = Counter("tradewind_order_events", "Events committed, by the status they led to.", ["status"])
_STAGE_SECONDS: Final = Histogram(
    "tradewind_order_stage_seconds",
    "Time an order spent in a status before it moved on, on the market's clock.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30),
)
_COMMIT_ORDERS: Final = Histogram(
    "tradewind_group_commit_orders",
    "Events and refused writes in one statement.",
    ["write"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
_COMMIT_SECONDS: Final = Histogram(
    "tradewind_group_commit_seconds",
    "Time from the statement to its commit.",
    ["write"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
_FENCED: Final = Counter(
    "tradewind_fenced_writes", "Writes refused because another writer was first or the lease ended."
)
_TAKEN_OVER: Final = Counter("tradewind_orders_taken_over", "Orders that the sweeper found without a living owner.")
_LEASES_IN_DOUBT: Final = Counter("tradewind_leases_in_doubt", "Times a worker gave everything up.")
_HINTS_LOST: Final = Counter("tradewind_queue_hints_lost", "Messages that could not be queued.")
_FEED_LOST: Final = Counter("tradewind_feed_lost", "Times the event feed could not be reached.")
_IN_FLIGHT: Final = Gauge("tradewind_orders_in_flight", "Orders this worker drives now.")
_WATCHES: Final = Gauge("tradewind_watches", "Watches that stand now.")
_OPEN_ORDERS: Final = Gauge("tradewind_orders_open", "Orders that have not ended, as last counted.")


def committed(write: str, statuses: Sequence[OrderStatus], refused: int, seconds: float) -> None:
    """A group of writes was committed: the statuses its events led to, how many were fenced, how long it took."""
    _COMMIT_ORDERS.labels(write=write).observe(len(statuses) + refused)
    _COMMIT_SECONDS.labels(write=write).observe(seconds)
    _FENCED.inc(refused)
    for status in statuses:
        _EVENTS.labels(status=status.value).inc()


def left(status: OrderStatus, after: timedelta) -> None:
    """An order moved on from a status."""
    _STAGE_SECONDS.labels(stage=status.value).observe(after.total_seconds())


def watch_in_flight(count: Callable[[], int]) -> None:
    """Read the number of orders in flight from here, whenever somebody asks."""
    _IN_FLIGHT.set_function(count)


def watch_watches(count: Callable[[], int]) -> None:
    """Read the number of watches from here, whenever somebody asks."""
    _WATCHES.set_function(count)


def open_orders_counted(count: int) -> None:
    """The database said how many orders are open."""
    _OPEN_ORDERS.set(count)


def order_ended(order: Order) -> None:
    """An order has reached its end."""
    log.info(
        "order.ended",
        order_id=str(order.order_id),
        status=order.status.value,
        attempt=order.attempt,
        reason=order.failure_reason if order.status is OrderStatus.FAILED else None,
    )


def run_crashed(order: Order, error: Exception) -> None:
    """A defect stopped an order's run; it is taken up again."""
    log.error("order.run_crashed", order_id=str(order.order_id), exc_info=error)


def orders_taken_over(count: int) -> None:
    """The sweeper found orders that nobody drove."""
    _TAKEN_OVER.inc(count)
    log.info("orders.taken_over", count=count)


def lease_taken(worker_id: UUID) -> None:
    """The worker owns a lease."""
    log.info("lease.taken", worker_id=str(worker_id))


def lease_given_up(worker_id: UUID, handed_back: int) -> None:
    """The worker gave its lease up."""
    log.info("lease.given_up", worker_id=str(worker_id), handed_back=handed_back)


def lease_doubtful(worker_id: UUID) -> None:
    """A write's outcome is unknown or the lease ran out: the worker drops everything it owns."""
    _LEASES_IN_DOUBT.inc()
    log.warning("lease.doubtful", worker_id=str(worker_id))


def queue_unreachable(error: Exception) -> None:
    """A hint could not be queued; the sweeper will find the orders."""
    _HINTS_LOST.inc()
    log.warning("queue.unreachable", error=type(error).__name__)


def feed_unreachable(error: Exception) -> None:
    """Events could not be published, or the feed was lost; watchers read the database."""
    _FEED_LOST.inc()
    log.warning("feed.unreachable", error=type(error).__name__)


def swaps_feed_lost(error: Exception) -> None:
    """The stream of landed swaps was lost; the market is asked instead."""
    log.warning("swaps_feed.lost", error=type(error).__name__)
